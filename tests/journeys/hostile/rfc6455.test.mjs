// The table of RFC 6455 from outside: bytes over a real socket, and what comes back until the server hangs up.
import assert from 'node:assert/strict';
import test from 'node:test';

import { close, describe, text } from '../support/frames.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { acceptOf, RawWebSocket, upgradeKey } from '../support/raw_websocket.mjs';
import { cases } from './rfc6455_cases.mjs';

const { port } = await exampleForThisFile('eio_echo');

function pieces(bytes, size) {
  if (!size) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

for (const { id, name, send, expect, pieces: size, ignore } of cases)
  test(`${id} ${name}`, async () => {
    const socket = await RawWebSocket.open(port);
    await socket.connection.writePieces(pieces(send, size));
    const frames = (await socket.rest()).filter((frame) => frame.name !== ignore);
    assert.deepEqual(frames.map(describe), expect);
  });

test('the table has no two cases of one name', () => {
  assert.equal(new Set(cases.map(({ id, name }) => id + name)).size, cases.length);
});

test('the handshake proves that it read the key', async () => {
  const socket = await RawWebSocket.open(port);
  assert.equal(socket.accept, acceptOf(upgradeKey));
  socket.write(close(1000));
  assert.deepEqual(await socket.transcript(), ['close 1000']);
});

test('H7 a wrong frame glued to the handshake fails, and a right one is answered', async () => {
  const wrong = await RawWebSocket.open(port, { glued: text('4x', { rsv: 4 }) });
  assert.deepEqual(await wrong.transcript(), ['close 1002']);
  const right = await RawWebSocket.open(port, { glued: Buffer.concat([text('4x'), close(1000)]) });
  assert.deepEqual(await right.transcript(), ['text 4x', 'close 1000']);
});

test('the server hangs up once it has closed, whether the client does or not', async () => {
  const socket = await RawWebSocket.open(port);
  socket.write(close(4000));
  assert.deepEqual(await socket.transcript(3000), ['close 4000']);
});
