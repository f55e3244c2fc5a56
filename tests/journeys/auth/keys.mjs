// Keys as operators make them (openssl) and tokens as their backends do (jsonwebtoken; Node where it does not know EdDSA).
import { execFileSync } from 'node:child_process';
import { createPublicKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import jwt from 'jsonwebtoken';

const kinds = {
  RS256: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ES256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  EdDSA: ['-algorithm', 'ED25519'],
};

const encoded = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// A token of exactly these bytes: header and claims may be text that no library would write.
export function rawToken(header, claims, signature) {
  const text = `${encoded(header)}.${encoded(claims)}`;
  return `${text}.${Buffer.from(signature(Buffer.from(text))).toString('base64url')}`;
}

export class KeyPair {
  constructor(algorithm) {
    this.algorithm = algorithm;
    this.privatePem = execFileSync('openssl', ['genpkey', ...kinds[algorithm]], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    this.publicPem = execFileSync('openssl', ['pkey', '-pubout'], { input: this.privatePem }).toString();
  }

  jwk(kid, more = {}) {
    return { ...createPublicKey(this.publicPem).export({ format: 'jwk' }), kid, ...more };
  }

  write(directory, name) {
    const path = join(directory, name);
    writeFileSync(path, this.publicPem);
    return path;
  }

  token(claims, { kid, expiresIn = 60 } = {}) {
    const now = Math.floor(Date.now() / 1000);
    if (this.algorithm === 'EdDSA') {
      const header = { alg: 'EdDSA', typ: 'JWT', ...(kid && { kid }) };
      return rawToken(header, { iat: now, exp: now + expiresIn, ...claims }, (text) => sign(null, text, this.privatePem));
    }
    return jwt.sign(claims, this.privatePem, { algorithm: this.algorithm, expiresIn, ...(kid && { keyid: kid }) });
  }
}
