// What RFC 6455 asks of a server, case by case, numbered as the Autobahn test-suite groups them: 1 framing, 2 pings,
// 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8, 7 closing, 9 limits, 10 chopped writes.
//
// {id, name, send, expect}: the bytes that go out, and the frames that come back until the server hangs up, in words. A
// case that does not fail ends with a close frame of 1000, which is echoed. Messages begin with Engine.IO's "4", so that
// `eio_echo` sends them back. `pieces` is the size in which the bytes are written, `ignore` a kind of frame that may come
// or not.
import { binary, close, continuation, fragments, fragmentsOf, frame, opcodes, ping, pong, text, words } from '../support/frames.mjs';

export const cases = [];
const add = (id, name, send, expect, more = {}) =>
  cases.push({ id, name, send: Buffer.concat([send].flat()), expect: [expect].flat(), ...more });
const passes = (id, name, send, expect, more) => add(id, name, [send, close(1000)].flat(), [expect, 'close 1000'].flat(), more);
const fails = (id, name, send, code, before = [], more) => add(id, name, send, [before, `close ${code}`].flat(), more);

const protocolError = 1002, invalidText = 1007, policy = 1008, tooBig = 1009;
const said = (payload) => `text ${words(payload)}`;
const gave = (payload) => `binary ${words(payload)}`;
const ponged = (payload) => `pong ${words(payload)}`;
const hello = text('4Hello'), helloBack = 'text 4Hello';

// --- 1: framing ---
for (const size of [1, 125, 126, 127, 128, 65535, 65536]) {
  const payload = `4${'*'.repeat(size - 1)}`, bytes = Buffer.alloc(size, 0xfe);
  passes('1.1', `a text of ${size} bytes`, text(payload), said(payload));
  passes('1.2', `${size} bytes of binary`, binary(bytes), gave(bytes));
  if (size > 1000) passes('1.1', `a text of ${size} bytes in pieces of 997`, text(payload), said(payload), { pieces: 997 });
  if (size > 1000) passes('1.2', `${size} bytes of binary in pieces of 997`, binary(bytes), gave(bytes), { pieces: 997 });
}
passes('1.2', 'no bytes of binary', binary(''), 'binary (empty)');
add('1.1', 'an empty text, which is no packet', text(''), 'close');
passes('1.3', 'a key of zeros', text('4Hello', { key: Buffer.alloc(4) }), helloBack);
passes('1.3', 'a key of ones', text('4Hello', { key: Buffer.alloc(4, 0xff) }), helloBack);
passes('1.3', 'a payload that is its own key', text('4abc', { key: Buffer.from('4abc') }), 'text 4abc');
fails('1.4', 'H6 a frame that is not masked', text('4Hello', { mask: false }), protocolError);
fails('1.4', 'H6 a ping that is not masked', ping('', { mask: false }), protocolError);
fails('1.4', 'H6 a frame that is not masked behind one that is', [hello, text('4x', { mask: false }), hello], protocolError, helloBack);
for (const [form, size] of [[16, 0], [16, 125], [64, 0], [64, 126], [64, 65535]])
  fails('1.5', `H8 a length of ${size} in ${form} bits`, binary(Buffer.alloc(size), { lengthForm: form }), protocolError);
fails('1.5', 'H8 a length with the top bit', binary('', { lengthForm: 64, length: 1n << 63n }), protocolError);
fails('1.5', 'H8 the greatest length', binary('', { lengthForm: 64, length: (1n << 64n) - 1n }), protocolError);
fails('1.5', 'H11 the greatest length without the top bit', binary('', { lengthForm: 64, length: (1n << 63n) - 1n }), tooBig);

// --- 2: pings and pongs ---
const uneven = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]);
for (const payload of [Buffer.alloc(0), Buffer.from('Hello, world!'), uneven, Buffer.alloc(125, 0xfe)]) {
  passes('2.1', `a ping of ${payload.length} bytes`, ping(payload), ponged(payload));
  passes('2.6', `a ping of ${payload.length} bytes, byte by byte`, ping(payload), ponged(payload), { pieces: 1 });
}
fails('2.5', 'H8 a ping of 126 bytes', ping(Buffer.alloc(126, 0xfe)), protocolError);
fails('2.5', 'H8 a pong of 126 bytes', pong(Buffer.alloc(126, 0xfe)), protocolError);
passes('2.7', 'a pong that nobody asked for', [pong(''), hello], helloBack);
passes('2.8', 'a pong with a payload that nobody asked for', [pong('unsolicited'), hello], helloBack);
passes('2.9', 'a pong that nobody asked for, then a ping', [pong('unsolicited'), ping('ping')], 'pong ping');
const ten = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
passes('2.10', 'ten pings', ten.map((payload) => ping(payload)), ten.map(ponged));
passes('2.11', 'ten pings, byte by byte', ten.map((payload) => ping(payload)), ten.map(ponged), { pieces: 1 });
passes('2.12', 'a ping between messages', [hello, ping('between'), hello], [helloBack, 'pong between', helloBack]);

// --- 3: reserved bits ---
for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
  fails('3.1', `H7 rsv ${rsv} in a text`, text('4Hello', { rsv }), protocolError);
  fails('3.2', `H7 rsv ${rsv} in a text between others`, [hello, text('4Hello', { rsv }), ping('')], protocolError, helloBack);
  fails('3.4', `H7 rsv ${rsv} in a text, byte by byte`, [hello, text('4Hello', { rsv }), ping('')], protocolError, helloBack, { pieces: 1 });
  fails('3.5', `H7 rsv ${rsv} in binary`, binary(uneven, { rsv }), protocolError);
  fails('3.6', `H7 rsv ${rsv} in a ping`, ping('Hello', { rsv }), protocolError);
  fails('3.6', `H7 rsv ${rsv} in a pong`, pong('Hello', { rsv }), protocolError);
  fails('3.7', `H7 rsv ${rsv} in a close frame`, close(1000, '', { rsv }), protocolError);
  fails('3.8', `H7 rsv ${rsv} in a continuation`, [text('4a', { fin: false }), continuation('b', { rsv })], protocolError);
}

// --- 4: opcodes ---
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  fails('4.1', `H7 opcode ${opcode}`, frame(opcode), protocolError);
  fails('4.1', `H7 opcode ${opcode} with a payload`, frame(opcode, 'reserved'), protocolError);
  fails('4.1', `H7 opcode ${opcode} that is not the last`, frame(opcode, 'reserved', { fin: false }), protocolError);
  fails('4.2', `H7 opcode ${opcode} between others`, [hello, frame(opcode), ping('')], protocolError, helloBack);
  fails('4.2', `H7 opcode ${opcode} between others, byte by byte`, [hello, frame(opcode, 'reserved'), ping('')], protocolError, helloBack, { pieces: 1 });
}

// --- 5: fragmentation ---
const first = (payload) => text(payload, { fin: false }), next = (payload) => continuation(payload, { fin: false });
fails('5.1', 'H8 a ping in two fragments', [ping('frag', { fin: false }), continuation('ment')], protocolError);
fails('5.2', 'H8 a pong in two fragments', [pong('frag', { fin: false }), continuation('ment')], protocolError);
fails('5.2', 'H8 a close frame that is not the last', close(1000, '', { fin: false }), protocolError);
passes('5.3', 'a text in two fragments', [first('4frag'), continuation('ment')], 'text 4fragment');
for (const pieces of [1, 3, 10]) passes('5.4', `a text in two fragments, written by ${pieces}`, [first('4frag'), continuation('ment')], 'text 4fragment', { pieces });
passes('5.3', 'binary in three fragments', fragments(opcodes.binary, uneven, [1, 3]), gave(uneven));
passes('5.6', 'a ping between two fragments', [first('4frag'), ping('ping'), continuation('ment')], ['pong ping', 'text 4fragment']);
passes('5.7', 'a ping between two fragments, byte by byte', [first('4frag'), ping('ping'), continuation('ment')], ['pong ping', 'text 4fragment'], { pieces: 1 });
passes('5.8', 'a pong between two fragments', [first('4frag'), pong('pong'), continuation('ment')], 'text 4fragment');
fails('5.9', 'H8 a continuation of nothing', [continuation('non-continuation'), hello], protocolError);
fails('5.10', 'H8 a continuation of nothing, byte by byte', [continuation('non-continuation'), hello], protocolError, [], { pieces: 1 });
fails('5.11', 'H8 an empty continuation of nothing', [continuation(''), hello], protocolError);
fails('5.12', 'H8 a continuation of nothing that is not the last', [next('non-continuation'), hello], protocolError);
fails('5.13', 'H8 a continuation behind a whole message', [hello, continuation('more')], protocolError, helloBack);
fails('5.15', 'H8 a continuation behind a fragmented message', [first('4frag'), continuation('ment'), next('more'), hello], protocolError, 'text 4fragment');
fails('5.16', 'H8 a continuation before its first fragment', [next('frag'), first('4ment'), continuation('x')], protocolError);
fails('5.18', 'H8 two first fragments of text', [first('4frag'), text('4ment')], protocolError);
fails('5.18', 'H8 binary inside of a text', [first('4frag'), binary('ment')], protocolError);
fails('5.18', 'H8 a text inside of binary', [binary('frag', { fin: false }), text('4ment')], protocolError);
const between = [first('4fragment1'), next('fragment2'), ping('one'), next('fragment3'), next('fragment4'), ping('two'), continuation('fragment5')];
for (const pieces of [undefined, 1, 7]) passes('5.19', `pings among five fragments, written by ${pieces ?? 'all'}`, between, ['pong one', 'pong two', 'text 4fragment1fragment2fragment3fragment4fragment5'], { pieces });
passes('5.20', 'empty fragments around a text', [first(''), next('4'), next(''), continuation('')], 'text 4');
passes('5.20', 'nothing but empty fragments of binary', [binary('', { fin: false }), next(''), continuation('')], 'binary (empty)');
add('5.21', 'a close frame inside of a message', [first('4half'), close(1000)], 'close 1000');

// --- 6: UTF-8 ---
const bytes = (hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const packet = (payload) => Buffer.concat([Buffer.from('4'), payload]);
const valid = {
  'a mixed text': Buffer.from('Hello-µ@ßöäüàá-UTF-8!!'), 'Greek': bytes('ce ba e1 bd b9 cf 83 ce bc ce b5'), 'NUL': bytes('00'), 'DEL': bytes('7f'),
  'the first of two bytes': bytes('c2 80'), 'the last of two bytes': bytes('df bf'), 'the first of three bytes': bytes('e0 a0 80'),
  'the last before the surrogates': bytes('ed 9f bf'), 'the first behind the surrogates': bytes('ee 80 80'), 'a replacement character': bytes('ef bf bd'),
  'U+FFFE': bytes('ef bf be'), 'U+FFFF': bytes('ef bf bf'), 'the first of four bytes': bytes('f0 90 80 80'), 'the last of all': bytes('f4 8f bf bf'),
  'an emoji of several code points': Buffer.from('👩‍👩‍👧‍👦'), 'noncharacters of all planes': Buffer.from(Array.from({ length: 17 }, (_, plane) => String.fromCodePoint(plane * 65536 + 65534, plane * 65536 + 65535)).join('')),
};
for (const [name, sample] of Object.entries(valid)) {
  const payload = packet(sample);
  passes('6.1', `H9 ${name}`, text(payload), said(payload));
  passes('6.2', `H9 ${name}, byte by byte`, text(payload), said(payload), { pieces: 1 });
  passes('6.2', `H9 ${name}, a fragment for each byte`, fragmentsOf(opcodes.text, payload, 1), said(payload));
}
const invalid = {
  'a continuation byte alone': '80', 'the last continuation byte alone': 'bf', 'two continuation bytes': '80 bf', 'a lonely first of two': 'c3', 'a lonely first of two and a space': 'c3 20',
  'a lonely first of three': 'e2 82', 'a lonely first of three and a letter': 'e2 82 61', 'a lonely first of four': 'f0 9f 98', 'FE': 'fe', 'FF': 'ff', 'FE FE FF FF': 'fe fe ff ff',
  'a slash in two bytes': 'c0 af', 'a slash in three bytes': 'e0 80 af', 'a slash in four bytes': 'f0 80 80 af', 'a slash in five bytes': 'f8 80 80 80 af', 'a slash in six bytes': 'fc 80 80 80 80 af',
  'the greatest overlong of two': 'c1 bf', 'the greatest overlong of three': 'e0 9f bf', 'the greatest overlong of four': 'f0 8f bf bf', 'NUL in two bytes': 'c0 80', 'NUL in three bytes': 'e0 80 80',
  'the first surrogate': 'ed a0 80', 'the last surrogate': 'ed bf bf', 'a surrogate pair': 'ed a0 80 ed b0 80', 'one more than the last': 'f4 90 80 80', 'F5': 'f5 80 80 80', 'five bytes': 'f8 88 80 80 80', 'six bytes': 'fc 84 80 80 80 80',
  'a surrogate behind Greek': 'ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64 69 74 65 64',
};
for (const [name, hex] of Object.entries(invalid)) {
  const payload = packet(bytes(hex));
  fails('6.3', `H9 ${name}`, [text(payload), hello], invalidText);
  fails('6.3', `H9 ${name}, byte by byte`, [text(payload), hello], invalidText, [], { pieces: 1 });
  fails('6.3', `H9 ${name}, a fragment for each byte`, [fragmentsOf(opcodes.text, payload, 1), hello], invalidText);
  passes('6.3', `H9 ${name} as binary`, binary(bytes(hex)), gave(bytes(hex)));
}
// Nothing follows: the server must know from what it has.
const greek = valid.Greek, wrong = bytes('f4 90 80 80');
fails('6.4', 'H9 an invalid fragment fails before the next', [first(packet(greek)), next(wrong)], invalidText);
fails('6.4', 'H9 a fragment whose second byte is impossible fails there', [first(packet(greek)), next(wrong.subarray(0, 2))], invalidText);
fails('6.4', 'H9 a frame fails in its middle', text(Buffer.concat([packet(greek), wrong, Buffer.alloc(100, 0x61)])).subarray(0, 6 + 1 + greek.length + 2), invalidText);
fails('6.4', 'H9 a text that ends within a character', [first(packet(greek)), continuation(bytes('e2 82'))], invalidText);

// --- 7: closing ---
add('7.1', 'a close frame behind a message', [hello, close(1000)], [helloBack, 'close 1000']);
add('7.1', 'two close frames', [close(1000), close(1000)], 'close 1000');
add('7.1', 'H13 a ping behind a close frame', [close(1000), ping('late')], 'close 1000');
add('7.1', 'H13 a message behind a close frame', [close(1000), hello], 'close 1000');
add('7.1', 'H13 the rest of a message behind a close frame', [first('4frag'), close(1000), continuation('ment')], 'close 1000');
add('7.1', 'H13 a megabyte behind a close frame', [close(1000), binary(Buffer.alloc(900_000))], 'close 1000');
const quarter = `4${'*'.repeat(262_143)}`;
add('7.1', 'H13 a quarter of a megabyte before a close frame, and a ping behind it', [text(quarter), close(1000), ping('late')], [said(quarter), 'close 1000']);
add('7.3', 'a close frame without a code', close(), 'close');
fails('7.3', 'H10 a close frame of one byte', frame(opcodes.close, 'a'), protocolError);
add('7.3', 'a close frame with a code', close(1000), 'close 1000');
add('7.3', 'H14 a close reason, which is not echoed', close(1000, 'Hello World!'), 'close 1000');
add('7.3', 'the longest close reason', close(1000, '*'.repeat(123)), 'close 1000');
fails('7.3', 'H8 a close reason that is too long', close(1000, '*'.repeat(124)), protocolError);
add('7.3', 'a close frame, byte by byte', close(1000, 'Hello World!'), 'close 1000', { pieces: 1 });
fails('7.5', 'H9 a close reason that is no text', close(1000, bytes('ce ba ed a0 80')), invalidText);
fails('7.5', 'H9 a close reason that is cut off', close(1000, bytes('c3')), invalidText);
for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]) add('7.7', `the code ${code}`, close(code), `close ${code}`);
for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]) {
  fails('7.9', `H10 the code ${code}`, close(code), protocolError);
  fails('7.9', `H10 the code ${code} with a reason`, close(code, 'because'), protocolError);
}

// --- 9: limits ---
const limit = 1_000_000;
for (const size of [262_144, limit]) {
  const payload = Buffer.alloc(size, 0x2a);
  payload[0] = 0x34;
  passes('9.1', `H11 a text of ${size} bytes`, text(payload), said(payload));
  passes('9.2', `H11 ${size} bytes of binary`, binary(payload), gave(payload));
  for (const part of [64, 4096, 65_536]) passes('9.3', `H11 a text of ${size} bytes in fragments of ${part}`, fragmentsOf(opcodes.text, payload, part), said(payload));
  for (const part of [64, 4096, 65_536]) passes('9.4', `H11 ${size} bytes of binary in fragments of ${part}`, fragmentsOf(opcodes.binary, payload, part), gave(payload));
  for (const pieces of [256, 2048]) passes('9.5', `${size} bytes of text in pieces of ${pieces}`, text(payload), said(payload), { pieces });
  for (const pieces of [256, 2048]) passes('9.6', `${size} bytes of binary in pieces of ${pieces}`, binary(payload), gave(payload), { pieces });
}
fails('9.7', 'H11 a text of one byte more than the limit', text(`4${'*'.repeat(limit)}`), tooBig);
fails('9.7', 'H11 binary of one byte more than the limit', binary(Buffer.alloc(limit + 1)), tooBig);
fails('9.7', 'H11 a header that promises too much', binary('', { length: limit + 1 }), tooBig);
fails('9.7', 'H11 fragments that are one byte too many', [first(packet(Buffer.alloc(limit - 1, 0x2a))), continuation('*')], tooBig);
fails('9.7', 'H11 fragments without an end', [first('4'), ...Array.from({ length: 20 }, () => next(Buffer.alloc(50_000, 0x2a)))], tooBig);
const flood = (count) => Array.from({ length: count }, () => ping(''));
passes('9.8', 'H13 a hundred pings in a second', flood(100), [], { ignore: 'pong' });
fails('9.8', 'H13 one ping more', flood(101), policy, [], { ignore: 'pong' });
fails('9.8', 'H13 a hundred and one pongs', Array.from({ length: 101 }, () => pong('')), policy);

// --- 10: chopped writes ---
const automated = Buffer.alloc(65_536, 0x61);
automated[0] = 0x34;
passes('10.1', '64 KiB of text in fragments of 1300 bytes', fragmentsOf(opcodes.text, automated, 1300), said(automated));
passes('10.1', 'many messages in one write', Array.from({ length: 200 }, (_, i) => text(`4${i}`)), Array.from({ length: 200 }, (_, i) => `text 4${i}`));
