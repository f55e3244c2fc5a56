// A push service of the tests' own (RFC 8030), and browsers that subscribe to it and read what they are pushed (RFC 8291), by
// Node's crypto: nothing of the server's is used.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import jwt from 'jsonwebtoken';

import { temporaryDirectory } from './mentara.mjs';
import { Inbox } from './wait.mjs';

// A certificate for 127.0.0.1 that nobody has signed but itself.
export function selfSigned() {
  const folder = temporaryDirectory();
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, options: { key: readFileSync(key), cert: readFileSync(cert) } };
}

const hkdf = (salt, secret, info, size) => Buffer.from(crypto.hkdfSync('sha256', secret, salt, info, size));

class Browser {
  constructor(service, name) {
    this.service = service;
    this.name = name;
    this.keys = crypto.createECDH('prime256v1');
    this.keys.generateKeys();
    this.auth = crypto.randomBytes(16);
    this.pushes = new Inbox(`push to ${name}`);
    this.answers = []; // statuses, or {status, headers}; after the last: 201
  }

  get subscription() {
    return {
      endpoint: `${this.service.url}/${this.name}`,
      expirationTime: null,
      keys: { p256dh: this.keys.getPublicKey('base64url'), auth: this.auth.toString('base64url') },
    };
  }

  // RFC 8188, RFC 8291
  decrypt(body) {
    const salt = body.subarray(0, 16);
    assert.equal(body.readUInt32BE(16), 4096);
    const theirs = body.subarray(21, 21 + body[20]);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), theirs]);
    const secret = hkdf(this.auth, this.keys.computeSecret(theirs), info, 32);
    const sealed = body.subarray(21 + body[20]);
    const decipher = crypto.createDecipheriv('aes-128-gcm',
      hkdf(salt, secret, 'Content-Encoding: aes128gcm\0', 16), hkdf(salt, secret, 'Content-Encoding: nonce\0', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    assert.equal(plain.at(-1), 2, 'the last record');
    return JSON.parse(plain.subarray(0, -1).toString());
  }
}

export class PushService {
  static async start({ tls, host = '127.0.0.1' } = {}) {
    const service = new PushService();
    service.browsers = new Map();
    service.server = tls ? https.createServer(tls, (...args) => service.take(...args)) : http.createServer((...args) => service.take(...args));
    await new Promise((listening) => service.server.listen(0, host, listening));
    service.url = `${tls ? 'https' : 'http'}://127.0.0.1:${service.server.address().port}`;
    after(() => {
      service.server.closeAllConnections();
      service.server.close();
    });
    return service;
  }

  browser(name) {
    const browser = new Browser(this, `${name}-${crypto.randomUUID()}`);
    this.browsers.set(`/${browser.name}`, browser);
    return browser;
  }

  async take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const browser = this.browsers.get(request.url);
    if (!browser) return response.writeHead(404).end();
    const answer = browser.answers.shift() ?? 201;
    const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    let text, problem;
    try {
      text = browser.decrypt(Buffer.concat(parts));
    } catch (error) {
      problem = error;
    }
    browser.pushes.put({ headers: request.headers, text, problem, status });
    response.writeHead(status, headers).end();
  }

  // RFC 8292: who sends, by the key that stands beside the token. Returns that key.
  sender(headers) {
    const [, token, key] = headers.authorization.match(/^vapid t=([\w.-]+), k=([\w-]+)$/) ?? assert.fail(headers.authorization);
    const point = Buffer.from(key, 'base64url');
    assert.equal(point.length, 65);
    const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
    const claims = jwt.verify(token, crypto.createPublicKey({ key: jwk, format: 'jwk' }), { algorithms: ['ES256'], audience: this.url });
    assert.ok(claims.exp - Date.now() / 1000 <= 24 * 3600);
    assert.equal(claims.sub, 'mailto:operations@example.com');
    return key;
  }
}
