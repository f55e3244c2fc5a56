// Engine.IO: what the options of the server change.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';

import { Socket } from 'engine.io-client';
import WebSocket from 'ws';

import { PollingSession, RawSocket, request, separator } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { inbox, next } from '../support/wait.mjs';

const plain = await exampleForThisFile('eio_echo');
const rich = await exampleForThisFile('eio_echo', {
  'per-message-deflate': 1024, cookie: 'node', 'initial-packet': 'welcome', 'allow-upgrades': 0,
});
const compressing = await exampleForThisFile('eio_echo', { 'per-message-deflate': 0, 'http-compression': -1 });

const wsUrl = ({ url }) => `${url.replace('http:', 'ws:')}/engine.io/?EIO=4&transport=websocket`;
const pollUrl = ({ url }) => `${url}/engine.io/?EIO=4&transport=polling`;
const long = 'all work and no play '.repeat(3000); // what inflates a hundredfold beyond 64 KB would be taken for an attack

// A websocket session with the number of bytes that have come so far.
async function counted(server, options) {
  const socket = new WebSocket(wsUrl(server), options);
  const messages = inbox(socket, 'message');
  const [[response]] = await Promise.all([next(socket, 'upgrade'), next(socket, 'open')]);
  await messages.take(); // the open packet
  const bytesRead = () => response.socket.bytesRead;
  return { socket, messages, bytesRead };
}

test('permessage-deflate: long messages shrink on the wire, in both directions, and come back as they were', async () => {
  const { socket, messages, bytesRead } = await counted(rich, { perMessageDeflate: true });
  assert.match(socket.extensions, /^permessage-deflate/);
  assert.equal((await messages.take()).toString(), '4welcome');
  const before = bytesRead();
  socket.send(`4${long}`);
  assert.equal((await messages.take()).toString(), `4${long}`);
  assert.ok(bytesRead() - before < 2000, `${long.length} characters took ${bytesRead() - before} bytes`);
  socket.send(Buffer.alloc(60_000, 7));
  assert.deepEqual(await messages.take(), Buffer.alloc(60_000, 7));
  assert.ok(bytesRead() - before < 4000);
  socket.close();
});

test('permessage-deflate: a short message is sent as it is', async () => {
  const { socket, messages, bytesRead } = await counted(rich, { perMessageDeflate: { serverNoContextTakeover: true } });
  await messages.take(); // welcome
  const before = bytesRead();
  socket.send(`4${'x'.repeat(1000)}`);
  assert.equal((await messages.take()).toString(), `4${'x'.repeat(1000)}`);
  assert.ok(bytesRead() - before > 1000);
  socket.close();
});

test('permessage-deflate: off unless both sides want it', async () => {
  for (const [server, offered] of [[plain, true], [rich, false]]) {
    const { socket } = await counted(server, { perMessageDeflate: offered });
    assert.equal(socket.extensions, '');
    socket.close();
  }
});

test('permessage-deflate: windows and context takeover as the client asks', async () => {
  for (const perMessageDeflate of [
    { serverNoContextTakeover: true, clientNoContextTakeover: true },
    { serverMaxWindowBits: 9, clientMaxWindowBits: 10 },
  ]) {
    const { socket, messages } = await counted(compressing, { perMessageDeflate: { ...perMessageDeflate, threshold: 0 } });
    assert.match(socket.extensions, /^permessage-deflate/);
    for (let i = 0; i < 20; i++) {
      socket.send(`4${i} ${long.slice(0, i * 997)}`);
      assert.equal((await messages.take()).toString(), `4${i} ${long.slice(0, i * 997)}`);
    }
    socket.close();
  }
});

test('permessage-deflate: the client, which offers it by itself, gets 500 messages whole and in order', async () => {
  const socket = new Socket(compressing.url, { transports: ['polling', 'websocket'], perMessageDeflate: { threshold: 0 } });
  const echoed = inbox(socket, 'message');
  await next(socket, 'upgrade');
  assert.match(socket.transport.ws.extensions, /^permessage-deflate/);
  const sent = Array.from({ length: 500 }, (_, i) => `${i} ${'ü€😀'.repeat(i)}`);
  sent.forEach((text) => socket.send(text));
  assert.deepEqual(await echoed.first(500), sent);
  socket.close();
});

// The answer to a poll that brings `text`.
async function polled(server, text, acceptEncoding) {
  const session = await PollingSession.open(server.url);
  await session.post(`4${text}`);
  return session.get({ headers: acceptEncoding ? { 'accept-encoding': acceptEncoding } : {} });
}

for (const [accepted, encoding, restore] of [
  ['gzip, deflate', 'gzip', gunzipSync], ['deflate', 'deflate', inflateSync], ['br, gzip;q=0.5', 'gzip', gunzipSync],
])
  test(`polling is compressed with ${encoding} for a client that accepts "${accepted}"`, async () => {
    const { status, headers, bytes } = await polled(plain, long, accepted);
    assert.equal(status, 200);
    assert.equal(headers['content-encoding'], encoding);
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
    assert.ok(bytes.length < 2000);
    assert.equal(restore(bytes).toString(), `4${long}`);
  });

test('polling is not compressed below the threshold, unasked, or switched off', async () => {
  for (const [server, text, accepted] of [
    [plain, 'x'.repeat(1000), 'gzip'], [plain, long, undefined], [plain, long, 'identity'], [plain, long, 'gzip;q=0'],
    [compressing, long, 'gzip'],
  ]) {
    const { headers, body } = await polled(server, text, accepted);
    assert.equal(headers['content-encoding'], undefined);
    assert.equal(body, `4${text}`);
  }
});

test('the cookie comes with the answer that opens over polling, and with no other', async () => {
  const session = await PollingSession.open(rich.url);
  assert.deepEqual(session.response.headers['set-cookie'], [`node=${session.sid}; Path=/; HttpOnly; SameSite=Lax`]);
  await session.post('4hello');
  assert.equal((await session.get()).headers['set-cookie'], undefined);

  const socket = new WebSocket(wsUrl(rich));
  const [[response]] = await Promise.all([next(socket, 'upgrade'), next(socket, 'open')]);
  assert.equal(response.headers['set-cookie'], undefined);
  socket.close();
  assert.equal((await request(pollUrl(plain))).headers['set-cookie'], undefined);
});

test('the initial packet follows the open packet', async () => {
  const packets = (await request(pollUrl(rich))).body.split(separator);
  assert.equal(packets.length, 2);
  assert.equal(packets[1], '4welcome');
  const socket = await RawSocket.open(wsUrl(rich));
  assert.match(await socket.frame(), /^0/);
  assert.equal(await socket.frame(), '4welcome');
  socket.close();
});

test('without upgrades the client stays with polling', async () => {
  const session = await PollingSession.open(rich.url);
  assert.deepEqual(session.handshake.upgrades, []);
  const socket = new Socket(rich.url, { transports: ['polling', 'websocket'] });
  const received = inbox(socket, 'message');
  await next(socket, 'open');
  assert.equal(await received.take(), 'welcome');
  socket.send('hello');
  assert.equal(await received.take(), 'hello');
  assert.equal(socket.transport.name, 'polling');
  socket.close();
});
