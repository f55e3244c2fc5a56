// Whose address it is: X-Forwarded-For and Forwarded of trusted proxies, and the PROXY protocol. The server says in its log
// from which address a connection came.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { makeCertificate } from '../support/certificates.mjs';
import { Mentara, someone, succeed, temporaryDirectory } from '../support/mentara.mjs';
import { Program, freePort, isFree } from '../support/program.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { token } from '../support/tokens.mjs';
import { eventually, next } from '../support/wait.mjs';

async function serverWith(t, env) {
  const server = await Mentara.start({ env: { MENTARA_LOG_LEVEL: 'debug', ...env } });
  t.after(() => server.end());
  return server;
}

// The addresses of the connections that were opened so far, in order.
const addresses = (server) =>
  server.program.err.flatMap((line) => /connection opened address=(\S+)/.exec(line)?.[1] ?? []);

async function addressOf(server, headers, transports = ['websocket']) {
  const before = addresses(server).length;
  await server.connect(someone('ada'), { extraHeaders: headers, transports });
  return eventually('the line of the connection', () => addresses(server)[before]);
}

test('R1: only trusted proxies are believed about whom they speak for', async (t) => {
  const plain = await serverWith(t, {});
  assert.equal(await addressOf(plain, { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' }), '127.0.0.1');
  const behind = await serverWith(t, { MENTARA_SERVER_TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.0/8' });
  const cases = [
    ['203.0.113.7', '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7, 10.1.1.1', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['garbage', '127.0.0.1'],
    [`${'1.2.3.4,'.repeat(1000)} 203.0.113.8`, '203.0.113.8'],
  ];
  for (const [header, address] of cases) assert.equal(await addressOf(behind, { 'x-forwarded-for': header }), address);
  assert.equal(await addressOf(behind, { 'x-forwarded-for': '203.0.113.9' }, ['polling']), '203.0.113.9');
  assert.equal(await addressOf(behind, { forwarded: 'for=203.0.113.7' }), '127.0.0.1', 'the header that nobody set is not read');
  const standard = await serverWith(t, { MENTARA_SERVER_TRUSTED_PROXIES: '127.0.0.1', MENTARA_SERVER_FORWARDED_HEADER: 'Forwarded' });
  assert.equal(await addressOf(standard, { forwarded: 'for="[2001:db8::7]:4711";proto=https', 'x-forwarded-for': '1.2.3.4' }), '2001:db8::7');
});

const v1 = (address, port) => Buffer.from(`PROXY TCP4 ${address} 127.0.0.1 ${port} 443\r\n`);
const v2 = (address, port) => {
  const header = Buffer.alloc(28);
  Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex').copy(header);
  Buffer.from(address.split('.').map(Number)).copy(header, 16);
  Buffer.from([127, 0, 0, 1]).copy(header, 20);
  header.writeUInt16BE(port, 24);
  header.writeUInt16BE(443, 26);
  return header;
};

// A proxy that forwards bytes to the server, behind such a header; gives its port.
async function forwarder(t, server, header) {
  const proxy = createServer((client) => {
    const upstream = connectTcp(server.port, '127.0.0.1');
    upstream.write(header());
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  return proxy.address().port;
}

const proxied = { MENTARA_SERVER_PROXY_PROTOCOL: 'true', MENTARA_SERVER_TRUSTED_PROXIES: '127.0.0.1' };

async function refused(server, reason) {
  const answer = await fetch(`http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}/metrics`);
  const [, count] = new RegExp(`mentara_proxy_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(await answer.text()) ?? [0, 0];
  return Number(count);
}

test('H17: the real client comes in through a proxy that speaks the PROXY protocol, in both versions, with and without TLS', async (t) => {
  const files = makeCertificate(temporaryDirectory());
  const plain = await serverWith(t, proxied);
  const secure = await serverWith(t, { ...proxied, MENTARA_TLS_CERTIFICATE: files.certificate, MENTARA_TLS_KEY: files.key });
  for (const [server, scheme] of [[plain, 'http'], [secure, 'https']]) {
    for (const [i, encode] of [v1, v2].entries()) {
      const port = await forwarder(t, server, () => encode(`203.0.113.${i + 1}`, 4711));
      const socket = io(`${scheme}://127.0.0.1:${port}/messaging`, {
        forceNew: true, ca: files.pem, auth: { token: token(someone('ada')) }, transports: i ? ['websocket'] : ['polling', 'websocket'],
      });
      server.sockets.push(socket);
      await next(socket, 'connected');
      await succeed(socket, 'conversation:list', {});
      await eventually('its address', () => addresses(server).includes(`203.0.113.${i + 1}`));
    }
  }
});

test('H17: a connection without such a header, with a broken one, or from somebody else is closed without a word, and counted', async (t) => {
  const server = await serverWith(t, proxied);
  const hostile = [
    ['GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n', 'no_header'],
    ['PROXY TCP4 203.0.113.1 127.0.0.1 99999 443\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n', 'malformed'],
    [`PROXY UNKNOWN ${'x'.repeat(200)}`, 'too_large'],
    [Buffer.concat([v2('203.0.113.1', 1).subarray(0, 14), Buffer.from([0xff, 0xff])]), 'too_large'],
    [Buffer.concat([Buffer.from('0d0a0d0a000d0a515549540a2112000c', 'hex'), Buffer.alloc(12)]), 'not_for_us'],
  ];
  for (const [bytes, reason] of hostile) {
    const before = await refused(server, reason);
    const connection = await RawConnection.open(server.port);
    connection.write(bytes);
    assert.equal((await connection.rest()).length, 0);
    assert.equal(await refused(server, reason), before + 1, reason);
  }
  const whole = await RawConnection.open(server.port);
  await whole.writePieces([...v2('203.0.113.1', 1)].map((byte) => Buffer.from([byte])));
  whole.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  await whole.until('an answer', (received) => received.includes('HTTP/1.1 200'));
  whole.destroy();

  const elsewhere = await serverWith(t, { ...proxied, MENTARA_SERVER_TRUSTED_PROXIES: '10.0.0.0/8' });
  const stranger = await RawConnection.open(elsewhere.port);
  stranger.write(Buffer.concat([v1('203.0.113.1', 1), Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')]));
  assert.equal((await stranger.rest()).length, 0);
  assert.equal(await refused(elsewhere, 'untrusted_peer'), 1);
});

test('H17: HAProxy forwards TLS to the server without looking at it, and says whose it is', async (t) => {
  const files = makeCertificate(temporaryDirectory());
  const server = await serverWith(t, { ...proxied, MENTARA_TLS_CERTIFICATE: files.certificate, MENTARA_TLS_KEY: files.key });
  const port = await freePort();
  const file = join(temporaryDirectory(), 'haproxy.cfg');
  writeFileSync(file, `
defaults
  mode tcp
  timeout connect 5s
  timeout client 75s
  timeout server 75s
listen edge
  bind 127.0.0.1:${port}
  server one 127.0.0.1:${server.port} send-proxy-v2 check inter 100ms
`);
  const haproxy = new Program('haproxy', ['-db', '-f', file], { env: { PATH: `${process.env.PATH}:/usr/sbin` } });
  t.after(() => haproxy.kill());
  await eventually('HAProxy to listen', () => (haproxy.checkThatItRuns(), isFree(port).then((free) => !free)));
  const socket = io(`https://127.0.0.1:${port}/messaging`, { forceNew: true, ca: files.pem, auth: { token: token(someone('ada')) } });
  server.sockets.push(socket);
  await next(socket, 'connected');
  await succeed(socket, 'conversation:list', {});
  await eventually('the address of the client', () => addresses(server).at(-1)?.startsWith('127.0.0.'));
});

test('a proxy that asks for its own health is answered (LOCAL and UNKNOWN)', async (t) => {
  const server = await serverWith(t, proxied);
  for (const header of [Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'), Buffer.from('PROXY UNKNOWN\r\n')]) {
    const connection = await RawConnection.open(server.port);
    connection.write(Buffer.concat([header, Buffer.from('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')]));
    await connection.until('an answer', (received) => received.includes('HTTP/1.1 200'));
    connection.destroy();
  }
});
