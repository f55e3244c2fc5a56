// What RFC 7692 asks of a server, numbered as the Autobahn test-suite groups it: 12 messages of many sizes and kinds,
// 13 the same under every agreement; and negotiation, and what a client must not do.
import { deflateRawSync, constants } from 'node:zlib';

import { binary, close, continuation, fragments, frame, opcodes, ping, text, words } from '../support/frames.mjs';

const flush = Buffer.from([0, 0, 0xff, 0xff]);

// A message's compressed form without its last empty block (§7.2.1).
export function compressed(payload, options = {}) {
  const bytes = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH, ...options });
  if (!bytes.subarray(-4).equals(flush)) throw new Error('not flushed');
  return bytes.subarray(0, -4);
}

// --- negotiation: an offer, and the answer without context takeover and with it; a hint about the client's window needs
// none (§7.1.2.2) ---
const forgetful = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
const keeping = 'permessage-deflate';
const declined = undefined;
export const offers = [
  ['permessage-deflate', forgetful, keeping],
  ['permessage-deflate; client_max_window_bits', forgetful, keeping],
  ['permessage-deflate; client_max_window_bits=15', forgetful, keeping],
  ['permessage-deflate; client_max_window_bits=9', forgetful, keeping],
  ['permessage-deflate; server_max_window_bits=9', `${forgetful}; server_max_window_bits=9`, `${keeping}; server_max_window_bits=9`],
  ['permessage-deflate; server_no_context_takeover', forgetful, `${keeping}; server_no_context_takeover`],
  ['permessage-deflate; client_no_context_takeover', forgetful, `${keeping}; client_no_context_takeover`],
  ['permessage-deflate; server_max_window_bits=8', declined, declined],
  ['permessage-deflate; server_max_window_bits=8, permessage-deflate', forgetful, keeping],
  ['x-webkit-deflate-frame, permessage-deflate', forgetful, keeping],
  ['permessage-deflate; unknown', declined, declined],
  ['permessage-deflate; server_no_context_takeover; server_no_context_takeover', declined, declined],
  ['permessage-deflate; server_no_context_takeover=1', declined, declined],
  ['permessage-deflate; client_max_window_bits=7', declined, declined],
  ['permessage-deflate; client_max_window_bits=16', declined, declined],
  ['permessage-deflate; client_max_window_bits=999', declined, declined],
  ['constructor', declined, declined],
  ['__proto__', declined, declined],
];
export const malformedOffers = [',', 'permessage-deflate,', 'permessage-deflate; =1', 'permessage-deflate; a="', 'a b', ';'];

// --- agreements, each with a server that keeps its context or not ---
export const agreements = [
  { name: 'nothing asked for', offer: 'permessage-deflate' },
  { name: 'no context takeover by the server', offer: 'permessage-deflate; server_no_context_takeover' },
  { name: 'no context takeover by either', offer: 'permessage-deflate; server_no_context_takeover; client_no_context_takeover' },
  { name: 'a small window for the server', offer: 'permessage-deflate; server_max_window_bits=9', windowBits: 9 },
  { name: 'a small window for the client', offer: 'permessage-deflate; client_max_window_bits=9', clientWindowBits: 9 },
  { name: 'small windows for both, and no context', offer: 'permessage-deflate; server_max_window_bits=10; client_max_window_bits=10; server_no_context_takeover; client_no_context_takeover', windowBits: 10, clientWindowBits: 10 },
];

// --- messages: {what, payload(size, i)}; they begin with Engine.IO's "4" where they are text ---
// As long messages are: much the same in each line, and not more than a hundredfold (threats H12).
const line = (i) => `{"event":"message","conversationId":"c-${(i * 7919) % 1000}","seq":${i},"body":"Ä€😀 て"},`;
const lines = (from) => Array.from({ length: 3000 }, (_, i) => line(from + i)).join('');
function noise(size, seed) {
  const bytes = Buffer.alloc(size);
  let state = seed + 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
export const contents = [
  { what: 'text', opcode: opcodes.text, payload: (size, i) => Buffer.from(`4${lines(i)}`.slice(0, size)) },
  { what: 'binary', opcode: opcodes.binary, payload: (size, i) => Buffer.from(lines(i), 'utf16le').subarray(0, size) },
  { what: 'noise', opcode: opcodes.binary, payload: noise },
];
export const sizes = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072];

// --- what stands in single frames: {name, send, expect} on a connection without context ---
export const cases = [];
const add = (name, send, expect) => cases.push({ name, send: Buffer.concat([send].flat()), expect: [expect].flat() });
const passes = (name, send, expect) => add(name, [send, close(1000)].flat(), [expect, 'close 1000'].flat());
const fails = (name, send, code, before = []) => add(name, send, [before, `close ${code}`].flat());
const rsv = 4;
const hello = compressed('4Hello');
const helloBack = 'text 4Hello';

passes('a compressed text', text(hello, { rsv }), helloBack);
passes('a text that is not compressed', text('4Hello'), helloBack);
passes('both in turn', [text(hello, { rsv }), text('4plain'), text(hello, { rsv })], [helloBack, 'text 4plain', helloBack]);
passes('compressed in three fragments with a ping between', [
  text(hello.subarray(0, 2), { rsv, fin: false }), continuation(hello.subarray(2, 4), { fin: false }), ping('p'), continuation(hello.subarray(4)),
], ['pong p', helloBack]);
passes('an empty fragment first and last', [text('', { rsv, fin: false }), continuation(hello, { fin: false }), continuation('')], helloBack);
passes('no bytes of binary, compressed', binary(compressed(''), { rsv }), 'binary (empty)');
passes('no payload at all, which stands for an empty message', binary('', { rsv }), 'binary (empty)');
passes('stored blocks', text(compressed('4Hello', { level: 0 }), { rsv }), helloBack);
passes('a last block before the end', text(Buffer.concat([deflateRawSync('4Hello'), Buffer.from([0])]), { rsv }), helloBack);
passes('several blocks', text(Buffer.concat([compressed('4Hel'), flush, compressed('lo')]), { rsv }), helloBack);
passes('a thousand fragments of compressed noise', Buffer.concat([fragmented(noise(20_000, 7), 20)]), `binary ${words(noise(20_000, 7))}`);
fails('H7 rsv 1 in a continuation', [text(hello.subarray(0, 3), { rsv, fin: false }), continuation(hello.subarray(3), { rsv })], 1002);
fails('H7 rsv 1 in the continuation of a plain message', [text('4', { fin: false }), continuation(hello, { rsv })], 1002);
fails('H7 rsv 1 in a ping', ping('', { rsv }), 1002);
fails('H7 rsv 1 in a close frame', close(1000, '', { rsv }), 1002);
fails('H7 rsv 2 in a compressed message', text(hello, { rsv: 6 }), 1002);
fails('what is no deflate', text(Buffer.from([0x07]), { rsv }), 1007);
fails('a stored block whose length is wrong', text(Buffer.from([0x00, 0x05, 0x00, 0xfa, 0xfe]), { rsv }), 1007);
fails('a message that is cut off', text(compressed(noise(300, 1)).subarray(0, 100), { rsv }), 1007);
fails('H9 text that is no UTF-8 once it is restored', text(compressed(Buffer.from([0x34, 0xc3])), { rsv }), 1007);
passes('bytes that are no UTF-8, as binary', binary(compressed(Buffer.from([0xc3])), { rsv }), 'binary \u00c3');
fails('H12 E15 sixteen megabytes in sixteen kilobytes', binary(compressed(Buffer.alloc(16 * 1024 * 1024)), { rsv }), 1009);
fails('H12 a hundredfold of more than 64 KiB', binary(compressed(Buffer.alloc(70_000)), { rsv }), 1009);
passes('H12 64 KiB, however small they were', binary(compressed(Buffer.alloc(65_536)), { rsv }), `binary ${words(Buffer.alloc(65_536))}`);
fails('H12 a bomb in fragments', [...fragmentFrames(compressed(Buffer.alloc(16 * 1024 * 1024)), 1000)], 1009);
fails('H12 empty blocks without end', binary(Buffer.concat([...Array(3000).fill(Buffer.from([0, 0, 0, 0xff, 0xff])), Buffer.from([0])]), { rsv }), 1009);
fails('H12 streams without end, one behind the other', binary(Buffer.concat(Array(3000).fill(Buffer.from([3, 0]))), { rsv }), 1009);
fails('H12 one byte more than the limit, restored', binary(compressed(noise(1_000_001, 3), { level: 0 }), { rsv }), 1009);

function fragmentFrames(payload, size) {
  const frames = [];
  for (let at = 0; at < payload.length; at += size) {
    const fin = at + size >= payload.length;
    const part = payload.subarray(at, at + size);
    frames.push(at === 0 ? binary(part, { rsv, fin }) : continuation(part, { fin }));
  }
  return frames;
}
function fragmented(payload, size) {
  return Buffer.concat(fragmentFrames(compressed(payload), size));
}
