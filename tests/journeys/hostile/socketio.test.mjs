// Attacks on Socket.IO's packets, by the ids of docs/threats.md, from outside: what ends the connection, and what does not.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RawSocket } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { residentBytes } from '../support/process.mjs';

const { url, program } = await exampleForThisFile('sio_echo', { 'connect-timeout': 1000 });
const address = `${url.replace('http:', 'ws:')}/socket.io/?EIO=4&transport=websocket`;

async function open() {
  const socket = await RawSocket.open(address);
  await socket.frame();
  return socket;
}
async function connected() {
  const socket = await open();
  socket.send('40');
  assert.match(await socket.frame(), /^40\{"sid":/);
  assert.equal(await socket.frame(), '42["auth",{}]');
  return socket;
}
async function stillEchoes(socket) {
  socket.send('42["message","still here"]');
  assert.equal(await socket.frame(), '42["message-back","still here"]');
}
// Who does this is closed; who has done nothing is served on.
async function ends(packets, begin = connected) {
  const [bystander, attacker] = await Promise.all([connected(), begin()]);
  for (const packet of packets) attacker.send(packet);
  assert.equal(await attacker.closeCode(), 1005);
  await stillEchoes(bystander);
  bystander.close();
}
async function changesNothing(packets) {
  const socket = await connected();
  for (const packet of packets) socket.send(packet);
  await stillEchoes(socket);
  socket.close();
}

const digits = '9'.repeat(400);
const attachment = Buffer.from([1, 2, 3]);
const deep = (levels) => '['.repeat(levels) + ']'.repeat(levels);
for (const [what, ...packets] of [
  ['E2 a megabyte of digits for a type', `4${'9'.repeat(900_000)}`],
  ['E2 a megabyte of digits for an id', `42${'9'.repeat(900_000)}["message"]`],
  ['E2 a megabyte of digits for a count of attachments', `45${'1'.repeat(900_000)}-["message"]`],
  ['E3 a placeholder that names a method', '451-["message",{"_placeholder":true,"num":"splice"}]', attachment],
  ['E3 a placeholder of a negative attachment', '451-["message",{"_placeholder":true,"num":-1}]', attachment],
  ['E3 a placeholder of an attachment that is not there', '451-["message",{"_placeholder":true,"num":1}]', attachment],
  ['E3 a placeholder of half an attachment', '451-["message",{"_placeholder":true,"num":0.5}]', attachment],
  ['E4 an event whose name is an object', '42[{"toString":"x"},1]'],
  ['E4 an event whose name is a list', '42[["message"]]'],
  ['E4 an event without a name', '42[]'],
  ['E4 an event that is no list', '42{"length":1,"0":"message"}'],
  ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].map((name) => [`E4 the reserved event ${name}`, `42["${name}"]`]),
  ['E6 eleven attachments', '4511-["message"]'],
  ['E6 more attachments than can be', '45999999999999-["message"]'],
  ['E6 attachments of more bytes than a message may have', '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', Buffer.alloc(600_000), Buffer.alloc(600_000)],
  ['E6 an event in the middle of attachments', '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', attachment, '42["message"]'],
  ['E7 an event that announces no attachments', '450-["message"]'],
  ['E7 bytes that nothing announced', attachment],
  ['E26 an id beyond what JavaScript can count', '429007199254740992["message"]'],
  ['E26 an id of 2^63', '429223372036854775808["message"]'],
  ['E26 a negative id', '42-1["message"]'],
  ['E26 an id with an exponent', '421e3["message"]'],
  ['E27 a hundred thousand levels', `42["message",${deep(100_000)}]`],
  ['E27 thirty-three levels', `42["message",${deep(32)}]`],
  ['E27 half a megabyte of brackets that open', `42["message",${'['.repeat(500_000)}`],
  ['E27 a megabyte of commas', `42["message"${','.repeat(900_000)}]`],
  ['E27 too many values', `42["message",${Array(20_000).fill(0)}]`],
  ['E27 a number that no double holds', '42["message",1e999]'],
  ['E27 a number of 400 digits', `42["message",${digits}]`],
  ['E27 an object with the same key twice', '42["message",{"a":1,"a":2}]'],
  ['E27 a lone surrogate', '42["message","\\ud800"]'],
  ['E27 a byte order mark', '42\ufeff["message"]'],
  ['E27 a NUL that is not escaped', '42["message","\u0000"]'],
])
  test(`${what} ends the connection`, () => ends(packets));

for (const [what, ...packets] of [
  ['E5 an event called error', '42["error",{"message":"x"}]', '42["error"]'],
  ['E5 an event that nobody has heard of', '42["constructor"]', '42["__proto__",1]', '42["hasOwnProperty",{}]'],
  ['E4 an event whose name is a number, which Socket.IO knows', '42[1,2]'],
  ['E26 acknowledgements of what was never sent', '430[]', '437["x"]', '439007199254740991[]', '437["x"]'],
  ['E27 minus zero', '42["x",-0]'],
])
  test(`${what} changes nothing`, () => changesNothing(packets));

test('E27 __proto__ and constructor are ordinary keys, and come back as such', async () => {
  const socket = await connected();
  const payload = '{"__proto__":{"polluted":1},"constructor":{"prototype":{}},"a\\u0000b":1}';
  socket.send(`42["message",${payload}]`);
  assert.equal(await socket.frame(), `42["message-back",${payload}]`);
  socket.close();
});

test('E27 32 levels, 20,000 values and numbers of 64 characters are taken', async () => {
  const socket = await connected();
  for (const argument of [deep(31), `[${Array(19_997).fill(0)}]`, `0.${'1'.repeat(62)}`]) {
    socket.send(`42["message",${argument}]`);
    assert.equal(await socket.frame(), `42["message-back",${argument}]`);
  }
  socket.close();
});

for (const [what, ...packets] of [
  ['E25 a flood of namespaces', ...Array.from({ length: 20 }, (_, i) => `40/a${i},`)],
  ['E25 two connects to one namespace', '40', '40'],
  ['E26 an event before the connect', '42["message"]'],
  ['E6 attachments before the connect', '451-["message",{"_placeholder":true,"num":0}]'],
  ['E7 bytes before the connect', attachment],
])
  test(`${what} ends the connection`, () => ends(packets, open));

test('E6 attachments that never come cost nothing once their connection is gone', async () => {
  const held = Buffer.alloc(900_000, 1);
  const round = async () => {
    for (let i = 0; i < 40; i++) {
      const socket = await connected();
      socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      socket.send(held);
      socket.socket.ping('arrived');
      await new Promise((resolve) => socket.socket.once('pong', resolve));
      socket.cut();
    }
    return residentBytes(program);
  };
  await round();
  const [first, later] = [await round(), await round()];
  assert.ok(later < first + 40 * 900_000 / 2, `${first} bytes, later ${later}`);
});
