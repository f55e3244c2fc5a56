// What the Engine.IO client's own test-suite asks of its server, told with that client against examples/eio_client_tests.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Socket, TransportError } from 'engine.io-client';

import { request } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { inbox, next } from '../support/wait.mjs';

const { url } = await exampleForThisFile('eio_client_tests');

// An open client behind the greeting, with what it receives.
async function connected(options) {
  const socket = new Socket(url, options);
  socket.binaryType = 'nodebuffer';
  const received = inbox(socket, 'message');
  const settled = options.transports.length > 1 ? next(socket, 'upgrade') : undefined;
  await next(socket, 'open');
  await settled;
  assert.equal(await received.take(), 'hi');
  return { socket, received };
}

test('the handshake tells the interval and the limit of this server', async () => {
  const { body } = await request(`${url}/engine.io/?EIO=4&transport=polling`);
  const { upgrades, pingInterval, pingTimeout, maxPayload } = JSON.parse(body.slice(1).split('\x1e')[0]);
  assert.deepEqual({ upgrades, pingInterval, pingTimeout, maxPayload },
    { upgrades: ['websocket'], pingInterval: 500, pingTimeout: 20000, maxPayload: 100 });
});

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  const way = transports.join(' and ');

  test(`${way}: text in any script comes back`, async () => {
    const { socket, received } = await connected({ transports });
    for (const text of [
      'hello', 'пойду спать всем спокойной ночи', 'cash money €€€', '石室詩士施氏嗜獅', '\uD800\uDC00-\uDB7F\uDFFF', 'a\0b',
    ]) {
      socket.send(text);
      assert.equal(await received.take(), text);
    }
    socket.send('give utf8');
    assert.equal(await received.take(), 'пойду спать всем спокойной ночи');
    socket.close();
  });

  test(`${way}: binary comes and comes back`, async () => {
    const { socket, received } = await connected({ transports });
    socket.send('give binary');
    assert.deepEqual(await received.take(), Buffer.from([0, 1, 2, 3, 4]));
    for (const bytes of [Buffer.from([0, 255]), Buffer.alloc(0), Buffer.alloc(50, 9)]) {
      socket.send(bytes);
      assert.deepEqual(await received.take(), bytes);
    }
    socket.close();
  });

  test(`${way}: text and binary keep their order`, async () => {
    const { socket, received } = await connected({ transports });
    const sent = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? Buffer.alloc(30, i) : `text ${i}`));
    sent.forEach((message) => socket.send(message));
    assert.deepEqual((await received.first(201)).slice(1), sent);
    socket.close();
  });

  test(`${way}: who is denied gets an error and no session`, async () => {
    const socket = new Socket(url, { transports, query: { deny: 1 } });
    const [error] = await next(socket, 'error');
    assert.ok(error instanceof TransportError);
    assert.equal(error.type, 'TransportError');
    socket.close();
  });

  test(`${way}: a quiet connection outlives several pings`, async () => {
    const { socket } = await connected({ transports });
    for (let i = 0; i < 3; i++) await next(socket, 'ping');
    assert.equal(socket.readyState, 'open');
    socket.close();
  });
}

test('polling: what was packed together stays below the limit of 100 bytes', async () => {
  const { socket, received } = await connected({ transports: ['polling'] });
  const sent = ['a'.repeat(99), 'b'.repeat(30), 'c'.repeat(30), Buffer.alloc(30, 1), Buffer.alloc(72, 2), 'd'.repeat(60)];
  sent.forEach((message) => socket.send(message));
  assert.deepEqual((await received.first(1 + sent.length)).slice(1), sent);
  socket.close();
});

test('polling: a message over the limit ends the client with 413', async () => {
  const { socket } = await connected({ transports: ['polling'] });
  socket.send('a'.repeat(100));
  const [error] = await next(socket, 'error');
  assert.equal(error.description, 413);
});

test('websocket: a message over the limit ends the client', async () => {
  const { socket } = await connected({ transports: ['websocket'] });
  socket.send('a'.repeat(101));
  const [reason, details] = await next(socket, 'close');
  assert.equal(reason, 'transport close');
  assert.equal(details.context.code, 1009);
});

test('the headers of the request that carried a message come back', async () => {
  const { socket, received } = await connected({ transports: ['polling'], extraHeaders: { 'x-custom': 'a "value"' } });
  socket.send('sendHeaders');
  const headers = JSON.parse(await received.take());
  assert.equal(headers['x-custom'], 'a "value"');
  assert.equal(headers['content-type'], 'text/plain;charset=UTF-8');
  assert.equal(headers.accept, '*/*');
  socket.close();
});

test('a client that keeps cookies sends back those that are alive', async () => {
  const { socket, received } = await connected({ transports: ['polling'], withCredentials: true });
  socket.send('sendHeaders');
  assert.equal(JSON.parse(await received.take()).cookie, '1=1; 2=2');
  socket.close();

  const other = await connected({ transports: ['polling'] });
  other.socket.send('sendHeaders');
  assert.equal(JSON.parse(await other.received.take()).cookie, undefined);
  other.socket.close();
});

test('only the first answer sets the cookies', async () => {
  const at = `${url}/engine.io/?EIO=4&transport=polling`;
  const { headers, body } = await request(at);
  const [one, two, three, four, ...more] = headers['set-cookie'];
  assert.deepEqual([one, two, three, more],
    ['1=1; Max-Age=86400', '2=2; Path=/; HttpOnly; Secure; SameSite=Strict', '3=3; Max-Age=0', []]);
  assert.match(four, /^4=4; Expires=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  assert.equal((await request(`${at}&sid=${JSON.parse(body.slice(1).split('\x1e')[0]).sid}`)).headers['set-cookie'], undefined);
});
