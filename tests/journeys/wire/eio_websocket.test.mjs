// Engine.IO over WebSocket, frame by frame.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RawSocket, request } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { againstReference } from '../support/binaries.mjs';

const { url } = await exampleForThisFile('eio_echo', { 'max-payload': 1000 });
const address = `${url.replace('http:', 'ws:')}/engine.io/?EIO=4&transport=websocket`;

async function open(query = '') {
  const socket = await RawSocket.open(address + query);
  socket.handshake = JSON.parse((await socket.frame()).slice(1));
  return socket;
}
async function stillEchoes(socket, text = 'still here') {
  socket.send(`4${text}`);
  assert.equal(await socket.frame(), `4${text}`);
}

test('text comes back as text', async () => {
  const socket = await open();
  for (const text of ['hello', '', 'Ä€😀 ярд てすと', '\u0000\u001e"\\']) await stillEchoes(socket, text);
  socket.close();
});

test('binary is a bare frame and comes back as one', async () => {
  const socket = await open();
  for (const bytes of [Buffer.from([1, 2, 3, 4]), Buffer.alloc(0), Buffer.alloc(999, 0xff)]) {
    socket.send(bytes);
    assert.deepEqual(await socket.frame(), bytes);
  }
  socket.close();
});

test('binary as "b" and base64 in a text frame is understood', async () => {
  const socket = await open();
  socket.send('bAQIDBA==');
  assert.deepEqual(await socket.frame(), Buffer.from([1, 2, 3, 4]));
  socket.close();
});

test('a client that asks for b64 gets binary as text', async () => {
  const socket = await open('&b64=1');
  socket.send(Buffer.from([1, 2, 3, 4]));
  assert.equal(await socket.frame(), 'bAQIDBA==');
  socket.close();
});

test('many messages sent at once come back in order', async () => {
  const socket = await open();
  for (let i = 0; i < 2000; i++) socket.send(`4${i}`);
  for (let i = 0; i < 2000; i++) assert.equal(await socket.frame(), `4${i}`);
  socket.close();
});

test('fragments are put together, whatever stands between them', async () => {
  const socket = await open();
  socket.send('4Hel', { fin: false });
  socket.socket.ping('between');
  socket.send('lo ', { fin: false });
  socket.send('there', { fin: true });
  assert.equal(await socket.frame(), '4Hello there');
  socket.close();
});

test('a WebSocket ping is answered with its own payload', async () => {
  const socket = await open();
  const pong = new Promise((resolve) => socket.socket.once('pong', resolve));
  socket.socket.ping('payload');
  assert.equal((await pong).toString(), 'payload');
  socket.close();
});

for (const [what, frame] of [['an unknown type', 'abc'], ['an empty frame', ''], ['a ping from the client', '2']])
  test(`${what} closes the connection with an empty close frame`, async () => {
    const socket = await open();
    socket.send(frame);
    assert.equal(await socket.closeCode(), 1005);
  });

test('packets that have no place in an open session are ignored', async () => {
  const socket = await open();
  for (const packet of ['0', '5', '6', '3']) socket.send(packet);
  await stillEchoes(socket);
  socket.close();
});

// Node ignores it and waits for the client to hang up.
if (!againstReference)
  test('a close packet closes the connection', async () => {
    const socket = await open();
    socket.send('1');
    assert.equal(await socket.closeCode(), 1005);
  });

test('a message of exactly maxPayload is taken, one byte more closes with 1009', async () => {
  const socket = await open();
  await stillEchoes(socket, 'x'.repeat(999));
  socket.send('4'.repeat(1001));
  assert.equal(await socket.closeCode(), 1009);
});

test('fragments that add up to more than maxPayload close with 1009', async () => {
  const socket = await open();
  socket.send('4'.repeat(600), { fin: false });
  socket.send('4'.repeat(600), { fin: false });
  assert.equal(await socket.closeCode(), 1009);
});

test('text that is not UTF-8 closes with 1007', async () => {
  const socket = await open();
  socket.send(Buffer.from([0x34, 0xff, 0xfe]), { binary: false });
  assert.equal(await socket.closeCode(), 1007);
});

test('a session on a websocket cannot be polled', async () => {
  const socket = await open();
  const polling = `${url}/engine.io/?EIO=4&transport=polling&sid=${socket.handshake.sid}`;
  for (const method of ['GET', 'POST']) {
    const { status, body } = await request(polling, { method });
    assert.deepEqual([status, body], [400, '{"code":3,"message":"Bad request"}']);
  }
  await stillEchoes(socket);
  socket.close();
});

test('a close frame is answered', async () => {
  const socket = await open();
  socket.socket.close(1000);
  assert.equal(await socket.closeCode(), 1000);
});
