// The table of RFC 6455 from outside: bytes over a real socket, and what comes back until the server hangs up.
import assert from 'node:assert/strict';
import test from 'node:test';

import { close, describe, fragmentsOf, frame, opcodes, text } from '../support/frames.mjs';
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

test('9.7, 9.8 three hundred messages of many sizes come back one after the other', async () => {
  const socket = await RawWebSocket.open(port);
  for (let i = 0; i < 300; i++) {
    const payload = Buffer.alloc([1, 16, 64, 256, 1024, 4096][i % 6], 0x34);
    socket.write(frame(1 + (i % 2), payload));
    const back = (await socket.frames(i + 1))[i];
    assert.deepEqual([back.opcode, back.payload.equals(payload)], [1 + (i % 2), true], `message ${i}`);
  }
  socket.destroy();
});

test('9.1 to 9.4 messages of four megabytes come back where they are allowed', async () => {
  const most = 4 * 1024 * 1024;
  const server = await exampleForThisFile('eio_echo', { 'max-payload': most });
  const payload = Buffer.alloc(most, '4Grüße ');
  for (const opcode of [opcodes.text, opcodes.binary])
    for (const part of [most, 256 * 1024]) {
      const socket = await RawWebSocket.open(server.port);
      socket.write(fragmentsOf(opcode, payload, part));
      const [back] = await socket.frames(1);
      assert.deepEqual([back.opcode, back.payload.equals(payload)], [opcode, true], `in fragments of ${part}`);
      socket.destroy();
    }
});

test('the server hangs up once it has closed, whether the client does or not', async () => {
  const socket = await RawWebSocket.open(port);
  socket.write(close(4000));
  assert.deepEqual(await socket.transcript(3000), ['close 4000']);
});
