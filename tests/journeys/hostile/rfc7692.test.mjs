// The table of RFC 7692 from outside: what is agreed on, and messages there and back under each agreement.
import assert from 'node:assert/strict';
import test from 'node:test';
import { constants, createDeflateRaw, inflateRawSync } from 'node:zlib';

import { close, describe, frame } from '../support/frames.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { RawWebSocket, upgradeRequest } from '../support/raw_websocket.mjs';
import { agreements, cases, contents, malformedOffers, offers, sizes } from './rfc7692_cases.mjs';

const flush = Buffer.from([0, 0, 0xff, 0xff]);
const servers = [
  { what: 'a server that forgets', ...(await exampleForThisFile('eio_echo', { 'per-message-deflate': 0 })) },
  { what: 'a server that keeps its context', ...(await exampleForThisFile('eio_echo', { 'per-message-deflate': 0, 'context-takeover': 1 })) },
];
const withOffer = (offer) => ({ headers: { 'Sec-WebSocket-Extensions': offer } });

servers.forEach(({ what, port }, i) => {
  for (const offer of offers)
    test(`H4 ${what} answers "${offer[0]}"`, async () => {
      const socket = await RawWebSocket.open(port, withOffer(offer[0]));
      assert.equal(socket.extensions, offer[1 + i]);
      socket.destroy();
    });
});

for (const offer of malformedOffers)
  test(`H4 an offer that breaks the grammar is refused: ${offer}`, async () => {
    const connection = await RawConnection.open(servers[0].port);
    connection.write(upgradeRequest(withOffer(offer)));
    assert.match((await connection.rest()).toString(), /^HTTP\/1\.1 400 /);
  });

test('without an offer nothing is compressed', async () => {
  const socket = await RawWebSocket.open(servers[0].port);
  assert.equal(socket.extensions, undefined);
  socket.write(frame(1, '4Hello', { rsv: 4 }));
  assert.deepEqual(await socket.transcript(), ['close 1002']);
});

// A client's compressor: with its context, when that was agreed on.
class Compressor {
  constructor({ windowBits = 15, forgets }) {
    this.make = () => createDeflateRaw({ windowBits });
    this.stream = this.make();
    this.forgets = forgets;
  }

  async compress(payload) {
    if (this.forgets) this.stream = this.make();
    const chunks = [];
    const collect = (chunk) => chunks.push(chunk);
    this.stream.on('data', collect);
    this.stream.write(payload);
    await new Promise((resolve) => this.stream.flush(constants.Z_SYNC_FLUSH, resolve));
    this.stream.off('data', collect);
    return Buffer.concat(chunks).subarray(0, -4);
  }
}

// What the server's frames of one kind stand for, one behind the other. With context takeover they are one stream.
function restored(frames, { windowBits = 15, forgets }) {
  const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
  const payloads = frames.map(({ payload }) => Buffer.concat([payload, flush]));
  if (forgets) return Buffer.concat(payloads.map((payload) => inflateRawSync(payload, options)));
  return inflateRawSync(Buffer.concat(payloads), options);
}

for (const { what, port } of servers)
  for (const { name, offer, windowBits, clientWindowBits } of agreements)
    for (const { what: content, opcode, payload } of contents)
      test(`12, 13: ${content} of ${sizes.length} sizes, ${name}, with ${what}`, async () => {
        const socket = await RawWebSocket.open(port, withOffer(offer));
        const agreed = (parameter) => socket.extensions.split('; ').includes(parameter);
        const compressor = new Compressor({ windowBits: clientWindowBits, forgets: agreed('client_no_context_takeover') });
        const messages = sizes.flatMap((size, i) => [payload(size, i), payload(size, i + 1)]);
        for (const message of messages) {
          const bytes = await compressor.compress(message);
          const half = Math.floor(bytes.length / 2);
          if (message.length % 3 === 1) {
            socket.write(frame(opcode, bytes.subarray(0, half), { rsv: 4, fin: false }));
            socket.write(frame(0, bytes.subarray(half)));
          } else {
            socket.write(frame(opcode, bytes, { rsv: 4 }));
          }
        }
        socket.write(close(1000));
        const frames = await socket.rest();
        assert.deepEqual(describe(frames.pop()), 'close 1000');
        assert.deepEqual(frames.map((each) => [each.opcode, each.fin, each.rsv]), messages.map(() => [opcode, true, 4]));
        const back = restored([socket.openPacket, ...frames], { windowBits, forgets: agreed('server_no_context_takeover') });
        const sent = Buffer.concat(messages);
        assert.match(back.toString('latin1', 0, 9), /^0\{"sid":"$/);
        assert.ok(back.subarray(back.length - sent.length).equals(sent), 'other messages came back');
        if (content !== 'noise') {
          const size = frames.reduce((sum, each) => sum + each.payload.length, 0);
          assert.ok(size < sent.length / 3, `${sent.length} bytes came back as ${size}`);
        }
      });

for (const { name, send, expect } of cases)
  test(`a single frame: ${name}`, async () => {
    const socket = await RawWebSocket.open(servers[0].port, withOffer('permessage-deflate'));
    socket.write(send);
    const frames = (await socket.rest()).map((each) => {
      if (each.rsv !== 4) return each;
      return { ...each, rsv: 0, payload: inflateRawSync(Buffer.concat([each.payload, flush]), { finishFlush: constants.Z_SYNC_FLUSH }) };
    });
    assert.deepEqual(frames.map(describe), expect);
  });

test('messages below the threshold are sent as they are', async () => {
  const server = await exampleForThisFile('eio_echo', { 'per-message-deflate': 100 });
  const socket = await RawWebSocket.open(server.port, withOffer('permessage-deflate'));
  for (const size of [99, 100]) socket.write(frame(2, Buffer.alloc(size)));
  const [below, at] = await socket.frames(2);
  assert.deepEqual([below.rsv, at.rsv], [0, 4]);
  socket.destroy();
});
