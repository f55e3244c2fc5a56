// Socket.IO's packets by hand: what a well-behaved client sends, and what no client should.
import assert from 'node:assert/strict';
import test from 'node:test';

import { PollingSession, RawSocket } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';

const connectTimeout = 500;
const { url } = await exampleForThisFile('sio_echo', { 'connect-timeout': connectTimeout });
const address = `${url.replace('http:', 'ws:')}/socket.io/?EIO=4&transport=websocket`;

// A WebSocket that is open for Engine.IO, and for nothing of Socket.IO yet.
async function open() {
  const socket = await RawSocket.open(address);
  await socket.frame();
  return socket;
}
async function connected(packet = '40') {
  const socket = await open();
  socket.send(packet);
  assert.match(await socket.frame(), /^40(\/custom,)?\{"sid":"[\w-]{20}"\}$/);
  assert.match(await socket.frame(), /^42/);
  return socket;
}
async function stillEchoes(socket) {
  socket.send('42["message","still here"]');
  assert.equal(await socket.frame(), '42["message-back","still here"]');
}

test('a connect without credentials is answered with an id, then told that it sent none', async () => {
  const socket = await open();
  socket.send('40');
  assert.match(await socket.frame(), /^40\{"sid":"[\w-]{20}"\}$/);
  assert.equal(await socket.frame(), '42["auth",{}]');
  socket.close();
});

test('a connect with credentials is given them back', async () => {
  const socket = await open();
  socket.send('40{"token":"123","nested":{"a":[1,null,"ä"]}}');
  await socket.frame();
  assert.equal(await socket.frame(), '42["auth",{"token":"123","nested":{"a":[1,null,"ä"]}}]');
  socket.close();
});

test('a connect to a namespace of its own', async () => {
  for (const packet of ['40/custom,{"token":"abc"}', '40/custom,', '40/custom']) {
    const socket = await open();
    socket.send(packet);
    assert.match(await socket.frame(), /^40\/custom,\{"sid":"[\w-]{20}"\}$/);
    assert.match(await socket.frame(), /^42\/custom,\["auth",\{.*\}\]$/);
    socket.close();
  }
});

test('two namespaces on one connection have two ids', async () => {
  const socket = await connected('40');
  socket.send('40/custom,');
  assert.match(await socket.frame(), /^40\/custom,\{"sid":"[\w-]{20}"\}$/);
  assert.equal(await socket.frame(), '42/custom,["auth",{}]');
  await stillEchoes(socket);
  const ids = socket.frames.all.filter((frame) => /^40/.test(frame)).map((frame) => frame.match(/"sid":"(.*)"/)[1]);
  assert.notEqual(ids[0], ids[1]);
  socket.close();
});

test('an unknown namespace is refused, and the connection stays open', async () => {
  const socket = await open();
  socket.send('40/random');
  assert.equal(await socket.frame(), '44/random,{"message":"Invalid namespace"}');
  socket.send('40');
  assert.match(await socket.frame(), /^40\{"sid"/);
  socket.close();
});

test('a connection that joins no namespace in time is closed', async () => {
  const socket = await open();
  const start = Date.now();
  assert.equal(await socket.closeCode(), 1005);
  assert.ok(Date.now() - start > connectTimeout - 50);
});

test('one that was refused by an unknown namespace is closed in time too', async () => {
  const socket = await open();
  socket.send('40/random');
  await socket.frame();
  assert.equal(await socket.closeCode(), 1005);
});

test('one that has left its namespace again stays open', async () => {
  const socket = await connected();
  socket.send('41');
  const never = await open(); // its end says that the time is over
  await never.closeCode();
  socket.send('40');
  assert.match(await socket.frame(), /^40\{"sid"/);
  socket.close();
});

test('a polling client that joins no namespace is closed', async () => {
  const session = await PollingSession.open(url, { path: '/socket.io/' });
  assert.equal((await session.get()).body, '1');
  assert.equal((await session.get()).status, 400);
});

test('events carry any JSON', async () => {
  const socket = await connected();
  const args = '1,"2",{"3":[false,null,-0.5,1e21]},[],{},"Ä€😀\\u0000\\n\\"/"';
  socket.send(`42["message",${args}]`);
  const [packet, ...echoed] = JSON.parse((await socket.frame()).slice(2));
  assert.equal(packet, 'message-back');
  assert.deepEqual(echoed, JSON.parse(`[${args}]`));
  socket.close();
});

test('events without arguments, and white space within the JSON', async () => {
  const socket = await connected();
  socket.send('42["message"]');
  assert.equal(await socket.frame(), '42["message-back"]');
  socket.send('42[ "message" , 1 ]\n');
  assert.deepEqual(JSON.parse((await socket.frame()).slice(2)), ['message-back', 1]);
  socket.close();
});

test('an event with an id is acknowledged with that id', async () => {
  const socket = await connected();
  for (const id of ['0', '1', '456', '9007199254740991']) {
    socket.send(`42${id}["message-with-ack",1,"2",{"3":[false]}]`);
    assert.equal(await socket.frame(), `43${id}[1,"2",{"3":[false]}]`);
  }
  socket.close();
});

test('binary travels beside the event, in order', async () => {
  const socket = await connected();
  socket.send('452-["message",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]');
  socket.send(Buffer.from([1, 2, 3]));
  socket.send(Buffer.from([4, 5, 6]));
  assert.equal(await socket.frame(),
    '452-["message-back",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]');
  assert.deepEqual(await socket.frame(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await socket.frame(), Buffer.from([4, 5, 6]));
  socket.close();
});

test('binary in an event with an id comes back in a binary acknowledgement', async () => {
  const socket = await connected();
  socket.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  socket.send(Buffer.from([1]));
  socket.send(Buffer.from([2]));
  assert.equal(await socket.frame(), '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  assert.deepEqual(await socket.frame(), Buffer.from([1]));
  assert.deepEqual(await socket.frame(), Buffer.from([2]));
  socket.close();
});

test('what looks like a placeholder in an event without binary is an ordinary object', async () => {
  const socket = await connected();
  socket.send('42["message",{"_placeholder":true,"num":0}]');
  assert.equal(await socket.frame(), '42["message-back",{"_placeholder":true,"num":0}]');
  socket.close();
});

test('ten attachments are taken', async () => {
  const socket = await connected();
  const placeholders = Array.from({ length: 10 }, (_, num) => ({ _placeholder: true, num }));
  socket.send(`4510-${JSON.stringify(['message', ...placeholders])}`);
  for (let i = 0; i < 10; i++) socket.send(Buffer.from([i]));
  assert.equal(await socket.frame(), `4510-${JSON.stringify(['message-back', ...placeholders])}`);
  for (let i = 0; i < 10; i++) assert.deepEqual(await socket.frame(), Buffer.from([i]));
  socket.close();
});

test('an acknowledgement that nobody waits for is ignored', async () => {
  const socket = await connected();
  for (const packet of ['430[]', '43999["x"]', '43[]']) socket.send(packet);
  await stillEchoes(socket);
  socket.close();
});

test('an event that nobody listens to is ignored, also when it is called "error"', async () => {
  const socket = await connected();
  for (const name of ['unheard-of', 'error', '__proto__', 'constructor', '']) socket.send(`42[${JSON.stringify(name)},1]`);
  await stillEchoes(socket);
  socket.close();
});

const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;
const bytes = Buffer.from([1]);
for (const [what, ...packets] of [
  ['an empty message', '4'],
  ['an unknown type', '4abc'], ['type 7', '47["message"]'], ['a type without sense', '4-1["message"]'],
  ['a payload that is not JSON', '42["message"'], ['JSON that stops', '42{"a":'], ['JSON with a tail', '42["message"]x'],
  ['an event that is an object', '42{}'], ['an event that is a text', '42"message"'], ['an empty event', '42[]'],
  ['an event whose name is null', '42[null]'], ['an event whose name is an object', '42[{"toString":"message"}]'],
  ['an event whose name is an array', '42[["message"]]'],
  ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].map((name) =>
    [`the reserved event ${name}`, `42["${name}"]`]),
  ['an acknowledgement that is an object', '430{}'],
  ['a connect with null', '40/custom,null'], ['a connect with an array', '40/custom,[]'], ['a connect with a text', '40/custom,"x"'],
  ['a second connect to a joined namespace', '40'],
  ['a disconnect with a payload', '41{}'],
  ['a refusal from the client', '44{"message":"x"}'],
  ['an event for a namespace that was not joined', '42/custom,["message"]'],
  ['a disconnect from a namespace that was not joined', '41/custom,'],
  ['attachments without a dash', '451["message"]'], ['attachments without a number', '45-["message"]'],
  ['no attachments', '450-["message"]'], ['a negative number of attachments', '45-1-["message"]'],
  ['a number of attachments that is no integer', '451.5-["message"]'],
  ['eleven attachments', '4511-["message"]'], ['very many attachments', '45999999999-["message"]'],
  ['text while attachments are due', `451-["message",${placeholder(0)}]`, '42["message"]'],
  ['binary when none is due', bytes],
  ['a placeholder out of range', `451-["message",${placeholder(1)}]`, bytes],
  ['a negative placeholder', `451-["message",${placeholder(-1)}]`, bytes],
  ['a placeholder that names a method', `451-["message",${placeholder('"splice"')}]`, bytes],
])
  test(`${what} closes the connection without a word`, async () => {
    const socket = await connected();
    const before = socket.frames.all.length;
    packets.forEach((packet) => socket.send(packet));
    assert.equal(await socket.closeCode(), 1005);
    assert.deepEqual(socket.frames.all.slice(before), []);
  });

test('an event before the connect closes the connection', async () => {
  for (const packet of ['42["message"]', '430[]', '41']) {
    const socket = await open();
    socket.send(packet);
    assert.equal(await socket.closeCode(), 1005);
  }
});

test('a disconnect is not answered, and leaves the other namespace alone', async () => {
  const socket = await connected('40');
  socket.send('40/custom,');
  await socket.frame();
  await socket.frame();
  socket.send('41/custom,');
  await stillEchoes(socket);
  socket.close();
});
