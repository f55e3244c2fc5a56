// Certificates as an operator makes them for himself: by openssl, signed by themselves.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

// NAME.crt and NAME.key in the directory: {certificate, key, pem}. Each file is there whole or not at all.
export function makeCertificate(directory, name = 'server', { kind = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], days = 2 } = {}) {
  const [certificate, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
  execFileSync('openssl', [
    'req', '-x509', '-newkey', ...kind, '-nodes', '-days', String(days), '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', `${key}.new`, '-out', `${certificate}.new`,
  ], { stdio: 'pipe' });
  renameSync(`${key}.new`, key);
  renameSync(`${certificate}.new`, certificate);
  return { certificate, key, pem: readFileSync(certificate, 'utf8') };
}
