// TLS on the port for clients: the real client over wss and https, certificates that are replaced while it is connected, and
// peers that make no handshake of it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';

import { mentaraBinary } from '../support/binaries.mjs';
import { makeCertificate } from '../support/certificates.mjs';
import { Mentara, conversationOf, mentaraForThisFile, someone, succeed, temporaryDirectory } from '../support/mentara.mjs';
import { Program } from '../support/program.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { eventually, next, patience, within } from '../support/wait.mjs';

const directory = temporaryDirectory();
const { certificate, key, pem } = makeCertificate(directory);
const tlsEnv = { MENTARA_TLS_CERTIFICATE: certificate, MENTARA_TLS_KEY: key };
const server = await mentaraForThisFile({ env: { ...tlsEnv, MENTARA_TLS_HANDSHAKE_TIMEOUT: '2s', MENTARA_SERVER_THREADS: '2' } });
server.url = `https://127.0.0.1:${server.port}`;

const trusting = (ca) => ({ ca, rejectUnauthorized: true });
const connect = (userId, options = {}) => server.connect(userId, { ...trusting(pem), ...options });

// {protocol, version, certificate} of a handshake with these options, or its error.
function handshake(options = {}) {
  const shaken = new Promise((resolve, reject) => {
    const socket = connectTls({ port: server.port, host: '127.0.0.1', ...trusting(pem), ...options }, () => {
      resolve({ protocol: socket.alpnProtocol, version: socket.getProtocol(), certificate: socket.getPeerCertificate() });
      socket.destroy();
    });
    socket.once('error', reject);
  });
  return within(patience, shaken, 'a handshake');
}

function get(path, options = {}) {
  const answered = new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, { ...trusting(pem), ...options }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ status: answer.statusCode, body }));
    });
    asked.once('error', reject).end();
  });
  return within(patience, answered, `the answer to ${path}`);
}

const transports = { websocket: ['websocket'], polling: ['polling'], 'polling with upgrade': ['polling', 'websocket'] };
for (const [name, kind] of Object.entries(transports)) {
  test(`messages go over TLS as they do without, over ${name}`, async () => {
    const [ada, bob] = [someone('ada'), someone('bob')];
    const [first, second] = await Promise.all([connect(ada, { transports: kind }), connect(bob, { transports: kind })]);
    const conversationId = await conversationOf(first, [bob]);
    const content = 'x'.repeat(16_000);
    for (let i = 0; i < 20; ++i) {
      const arrived = next(second, 'message');
      await succeed(first, 'message:send', { conversationId, content: `${i} ${content}` });
      assert.equal((await arrived)[0].content, `${i} ${content}`);
    }
    if (kind.length > 1) await eventually('the upgrade', () => first.io.engine.transport.name === 'websocket');
    assert.equal((await get('/healthz')).status, 200);
  });
}

test('O2: TLS 1.2 and 1.3 are spoken, nothing older, and http/1.1 alone', async () => {
  assert.equal((await handshake()).version, 'TLSv1.3');
  assert.equal((await handshake({ maxVersion: 'TLSv1.2' })).version, 'TLSv1.2');
  await assert.rejects(handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
  assert.equal((await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).protocol, 'http/1.1');
  await assert.rejects(handshake({ ALPNProtocols: ['h2'] }));
});

test('who speaks plain HTTP gets not a byte of it, and is counted', async () => {
  const before = await figure('mentara_tls_failed_total');
  const plain = await RawConnection.open(server.port);
  plain.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  const told = await plain.rest();
  assert.doesNotMatch(told.toString('latin1'), /HTTP/);
  assert.ok(told.length <= 7, 'an alert at most');
  assert.equal(await figure('mentara_tls_failed_total'), before + 1);
});

async function figure(name) {
  const answer = await fetch(`http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}/metrics`);
  const line = (await answer.text()).split('\n').filter((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`));
  return line.reduce((sum, text) => sum + Number(text.split(' ').pop()), 0);
}

test('O2: who is silent, slow or broken in a handshake is closed in time, and others do not wait for it', async () => {
  const silent = await RawConnection.open(server.port);
  const slow = await RawConnection.open(server.port);
  slow.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
  const broken = await RawConnection.open(server.port);
  broken.write(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5]));
  const healthy = await connect(someone('ada'));
  await succeed(healthy, 'conversation:list', {});
  await Promise.all([silent.rest(), slow.rest(), broken.rest()]);
  await succeed(healthy, 'conversation:list', {});
});

test('a certificate is replaced while clients are connected: they stay, and new ones see it (SIGHUP and file change)', async () => {
  const live = await connect(someone('ada'));
  let trusted = pem;
  for (const tell of [() => server.program.child.kill('SIGHUP'), () => {}]) {
    const renewed = makeCertificate(directory);
    tell();
    await eventually('the new certificate', async () => {
      const { certificate: shown } = await handshake(trusting([renewed.pem, trusted]));
      return shown.fingerprint256 === (await fingerprintOf(renewed.pem));
    });
    await assert.rejects(handshake(trusting(trusted)), 'the old one is not shown any more');
    await succeed(live, 'conversation:list', {});
    trusted = renewed.pem;
  }
  assert.equal(live.connected, true);

  writeFileSync(key, 'no key');
  server.program.child.kill('SIGHUP');
  await server.program.lineMatching(/the certificate stays as it was.*server\.key: is no private key/);
  await handshake(trusting(trusted));
  await succeed(await server.connect(someone('bob'), trusting(trusted)), 'conversation:list', {});
});

async function fingerprintOf(text) {
  const { X509Certificate } = await import('node:crypto');
  return new X509Certificate(text).fingerprint256;
}

test('config check and serve say what is wrong with the files', async () => {
  const other = makeCertificate(temporaryDirectory(), 'other');
  const check = (env) => Program.run(mentaraBinary, ['config', 'check'], { env: { MENTARA_JWT_SECRET: 's'.repeat(32), ...env } });
  const good = { MENTARA_TLS_CERTIFICATE: other.certificate, MENTARA_TLS_KEY: other.key };
  assert.equal((await check(good)).code, 0);
  const refused = [
    [{ MENTARA_TLS_CERTIFICATE: other.certificate }, /tls\.certificate .* needs the other one of the two/],
    [{ ...good, MENTARA_TLS_KEY: '/nowhere/key' }, /\/nowhere\/key: cannot be read: No such file/],
    [{ ...good, MENTARA_TLS_CERTIFICATE: other.key }, /other\.key: is no certificate in PEM/],
    [{ MENTARA_SERVER_PROXY_PROTOCOL: 'true' }, /server\.proxy_protocol .* needs the addresses of the proxies/],
    [{ MENTARA_SERVER_TRUSTED_PROXIES: '10.0.0.1/8' }, /MENTARA_SERVER_TRUSTED_PROXIES must be addresses and ranges/],
  ];
  for (const [env, message] of refused) {
    const { code, err } = await check(env);
    assert.equal(code, 2);
    assert.match(err, message);
  }
  const failed = await Program.run(mentaraBinary, ['serve', '--data', temporaryDirectory()], {
    env: { MENTARA_JWT_SECRET: 's'.repeat(32), ...good, MENTARA_TLS_KEY: '/nowhere/key' },
  });
  assert.equal(failed.code, 1);
  assert.match(failed.err, /\/nowhere\/key: cannot be read/);
});

test('RSA certificates work too, and the server ends with its connections open', async (t) => {
  const rsa = makeCertificate(temporaryDirectory(), 'rsa', { kind: ['rsa:2048'] });
  const one = await Mentara.start({ env: { MENTARA_TLS_CERTIFICATE: rsa.certificate, MENTARA_TLS_KEY: rsa.key } });
  t.after(() => one.end());
  one.url = `https://127.0.0.1:${one.port}`;
  const socket = await one.connect(someone('ada'), { ...trusting(rsa.pem), reconnection: false });
  const gone = next(socket, 'disconnect');
  await one.stop();
  await gone;
});
