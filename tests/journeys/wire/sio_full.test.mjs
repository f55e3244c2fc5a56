// The server of the client project's own tests, line by line, and connection state recovery, with the real client.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';

import { Manager } from 'socket.io-client';

import { RawSocket } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { inbox, next } from '../support/wait.mjs';

const { url } = await exampleForThisFile('sio_client_tests', {});

const managers = [];
after(() => managers.forEach((manager) => manager._close()));
function socketOf(transports, nsp = '/', { query, auth, ...options } = {}) {
  const manager = new Manager(url, { transports, reconnection: false, query, ...options });
  managers.push(manager);
  return manager.socket(nsp, { auth });
}

const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

for (const transports of [['websocket'], ['polling']]) {
  const way = transports[0];
  const connect = async (nsp, options) => {
    const socket = socketOf(transports, nsp, options);
    await next(socket, 'connect');
    return socket;
  };
  const answerTo = (socket, event, answer, ...args) => {
    const answered = next(socket, answer);
    socket.emit(event, ...args);
    return answered;
  };

  test(`${way}: hi, echo and false`, async () => {
    const socket = await connect();
    await answerTo(socket, 'hi', 'hi');
    assert.deepEqual(await socket.emitWithAck('echo', { a: [1, 'ä'] }), { a: [1, 'ä'] });
    assert.deepEqual(await socket.emitWithAck('echo', Buffer.from('bytes')), Buffer.from('bytes'));
    assert.equal((await answerTo(socket, 'false', 'false'))[0], false);
    socket.close();
  });

  test(`${way}: the server asks for an acknowledgement and looks at it`, async () => {
    const socket = await connect();
    const asked = new Promise((resolve) => socket.once('ack', resolve));
    const gotIt = inbox(socket, 'got it');
    socket.emit('ack');
    (await asked)(5, { test: true });
    await gotIt.take();
    const askedAgain = new Promise((resolve) => socket.once('ack', resolve));
    socket.emit('ack');
    (await askedAgain)(6, { test: true });
    await socket.emitWithAck('echo', 1);
    assert.equal(gotIt.all.length, 1);
    socket.close();
  });

  test(`${way}: dates are told as JSON does`, async () => {
    const socket = await connect();
    assert.match(await socket.emitWithAck('getAckDate', { test: true }), isoDate);
    assert.match((await answerTo(socket, 'getDate', 'takeDate'))[0], isoDate);
    assert.match((await answerTo(socket, 'getDateObj', 'takeDateObj'))[0].date, isoDate);
    socket.close();
  });

  test(`${way}: texts of many alphabets`, async () => {
    const socket = await connect();
    const texts = inbox(socket, 'takeUtf8');
    socket.emit('getUtf8');
    assert.deepEqual(await texts.first(5), ['てすと', 'Я Б Г Д Ж Й', 'Ä ä Ü ü ß', 'utf8 — string', 'utf8 — string']);
    socket.close();
  });

  test(`${way}: binary, there and back`, async () => {
    const socket = await connect();
    const bytes = Buffer.from([0, 1, 2, 255]);
    const whole = { hello: 'lol', message: bytes, goodbye: 'gotcha' };
    assert.equal((await answerTo(socket, 'doge', 'doge'))[0].toString(), 'asdfasdf');
    assert.equal((await answerTo(socket, 'getbin', 'takebin'))[0].toString(), 'asdfasdf');
    await answerTo(socket, 'buffa', 'buffack', bytes);
    await answerTo(socket, 'blob', 'back', bytes);
    await answerTo(socket, 'jsonbuff', 'jsonbuff-ack', whole);
    await answerTo(socket, 'jsonblob', 'jsonblob-ack', whole);
    socket.emit('abuff1', bytes);
    await answerTo(socket, 'abuff2', 'abuff2-ack', 'please arrive second');
    socket.emit('blob1', bytes);
    socket.emit('blob2', 'second');
    await answerTo(socket, 'blob3', 'blob3-ack', bytes);
    socket.close();
  });

  test(`${way}: the socket's id, here and in another namespace`, async () => {
    const socket = await connect();
    assert.equal(await socket.emitWithAck('getId'), socket.id);
    const foo = await connect('/foo');
    assert.equal(await foo.emitWithAck('getId'), foo.id);
    for (const nsp of ['/timeout_socket', '/valid', '/asd']) (await connect(nsp)).close();
    foo.close();
    socket.close();
  });

  test(`${way}: the handshake, on / and on /abc`, async () => {
    const socket = await connect('/', { query: { a: 'b & c' }, auth: { token: 'x' } });
    const handshake = await socket.emitWithAck('getHandshake');
    assert.equal(handshake.query.a, 'b & c');
    assert.equal(handshake.query.EIO, '4');
    assert.deepEqual(handshake.auth, { token: 'x' });
    assert.equal(handshake.xdomain, false);
    assert.equal(handshake.secure, false);
    assert.equal(typeof handshake.issued, 'number');
    assert.match(handshake.url, /^\/socket\.io\/\?/);
    const abc = socketOf(transports, '/abc', { auth: { token: 'y' } });
    const [told] = await next(abc, 'handshake');
    assert.deepEqual(told.auth, { token: 'y' });
    assert.deepEqual(Object.keys(told).sort(), Object.keys(handshake).sort());
    socket.close();
    abc.close();
  });

  test(`${way}: middlewares that refuse`, async () => {
    const [main] = await next(socketOf(transports, '/', { query: { fail: '1' } }), 'connect_error');
    assert.equal(main.message, 'Auth failed (main namespace)');
    const [custom] = await next(socketOf(transports, '/no'), 'connect_error');
    assert.equal(custom.message, 'Auth failed (custom namespace)');
  });

  test(`${way}: a lost connection comes back with its id`, async () => {
    const socket = socketOf(transports, '/', { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 40 });
    await next(socket, 'connect');
    assert.equal(socket.recovered, false);
    await answerTo(socket, 'hi', 'hi'); // its first event, and so its first offset
    const id = socket.id;
    const back = next(socket, 'connect');
    socket.io.engine.close();
    await back;
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
    assert.equal(await socket.emitWithAck('getId'), id);
    socket.close();
  });

  test(`${way}: who left by itself does not come back as itself`, async () => {
    const socket = await connect();
    await answerTo(socket, 'hi', 'hi');
    const id = socket.id;
    socket.disconnect().connect();
    await next(socket, 'connect');
    assert.equal(socket.recovered, false);
    assert.notEqual(socket.id, id);
    socket.close();
  });
}

// --- recovery on the wire ---

const address = `${url.replace('http:', 'ws:')}/socket.io/?EIO=4&transport=websocket`;
async function open() {
  const socket = await RawSocket.open(address);
  await socket.frame();
  return socket;
}
async function connected() {
  const socket = await open();
  socket.send('40');
  const { sid, pid } = JSON.parse((await socket.frame()).slice(2));
  return { socket, sid, pid };
}
async function hi(socket) {
  socket.send('42["hi"]');
  const [event, offset] = JSON.parse((await socket.frame()).slice(2));
  assert.equal(event, 'hi');
  assert.equal(typeof offset, 'string');
  return offset;
}

test('with recovery the CONNECT tells a second secret, and each event ends with its offset', async () => {
  const { socket, sid, pid } = await connected();
  assert.match(pid, /^[\w-]{20}$/);
  assert.notEqual(pid, sid);
  assert.notEqual(await hi(socket), await hi(socket));
  socket.send('42["false"]');
  assert.match(await socket.frame(), /^42\["false",false,"[^"]+"\]$/);
  socket.send('42["doge"]');
  assert.match(await socket.frame(), /^451-\["doge",\{"_placeholder":true,"num":0\},"[^"]+"\]$/);
  socket.close();
});

test('neither an event with an ack id nor an acknowledgement has an offset', async () => {
  const { socket } = await connected();
  socket.send('42["ack"]');
  assert.match(await socket.frame(), /^42\d+\["ack"\]$/);
  socket.send('421["echo","x"]');
  assert.equal(await socket.frame(), '431["x"]');
  socket.close();
});

test('what was missed is written before the CONNECT, which has the same ids', async () => {
  const { socket, sid, pid } = await connected();
  const seen = await hi(socket);
  const missed = [await hi(socket), await hi(socket)];
  socket.close();
  await socket.closeCode();
  const again = await open();
  again.send(`40${JSON.stringify({ pid, offset: seen })}`);
  for (const offset of missed) assert.equal(await again.frame(), `42["hi","${offset}"]`);
  assert.equal(await again.frame(), `40{"sid":"${sid}","pid":"${pid}"}`);
  await hi(again);
  again.close();
});

for (const [what, change] of [
  ['an unknown secret', ({ offset }) => ({ pid: 'x'.repeat(20), offset })],
  ['an unknown offset', ({ pid }) => ({ pid, offset: 'unknown' })],
  ['no offset', ({ pid }) => ({ pid })],
  ['a secret that is no text', ({ offset }) => ({ pid: 5, offset })],
])
  test(`${what} is an ordinary connect`, async () => {
    const { socket, sid, pid } = await connected();
    const offset = await hi(socket);
    socket.close();
    await socket.closeCode();
    const again = await open();
    again.send(`40${JSON.stringify(change({ pid, offset }))}`);
    const answer = JSON.parse((await again.frame()).slice(2));
    assert.notEqual(answer.sid, sid);
    assert.notEqual(answer.pid, pid);
    again.close();
  });
