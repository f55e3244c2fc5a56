// What the client project's own tests ask of their server, beyond the events (sio_full.test.mjs): default transports, many
// sockets on one connection, deadlines that run from before the connection is there, retries, leaving and coming back.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';

import { Manager, io } from 'socket.io-client';

import { exampleForThisFile } from '../support/example.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const { url } = await exampleForThisFile('sio_client_tests', {});

const open = [];
after(() => open.forEach((manager) => manager._close()));
function socketOf(path = '/', options = {}) {
  const socket = io(url + path, { forceNew: true, reconnectionDelay: 10, ...options });
  open.push(socket.io);
  return socket;
}
function managerOf(options = {}) {
  const manager = new Manager(url, { reconnectionDelay: 10, ...options });
  open.push(manager);
  return manager;
}
const soon = (ms = 100) => new Promise((resolve) => setTimeout(resolve, ms));

test('the id is that of the server, not the connection, and gone after leaving', async () => {
  for (const path of ['/', '/foo']) {
    const socket = socketOf(path);
    assert.equal(await socket.emitWithAck('getId'), socket.id);
    assert.notEqual(socket.id, socket.io.engine.id);
    socket.disconnect();
    assert.equal(socket.id, undefined);
  }
});

test('queries come by object and by URL, and are decoded', async () => {
  const handshakeOf = async (path, options) => {
    const socket = socketOf(path, options);
    const handshake = path.startsWith('/abc') ? (await next(socket, 'handshake'))[0] : await socket.emitWithAck('getHandshake');
    socket.disconnect();
    return handshake;
  };
  assert.equal((await handshakeOf('/', { query: { e: 'f' } })).query.e, 'f');
  assert.equal((await handshakeOf('/?c=d')).query.c, 'd');
  assert.equal((await handshakeOf('/abc?b=c&d=e')).query.d, 'e');
  assert.equal((await handshakeOf('/abc', { query: { '&a': '&=?a' } })).query['&a'], '&=?a');
  const byFunction = await handshakeOf('/abc', { auth: (give) => give({ e: 'f' }) });
  assert.equal(byFunction.auth.e, 'f');
  assert.equal(byFunction.query.e, undefined);
});

test('whoever connects in vain is told so in time', async () => {
  for (const transports of [['polling'], ['websocket']]) {
    const socket = socketOf('/', { transports, timeout: 0, reconnection: false });
    const [error] = await next(socket, 'connect_error');
    assert.equal(error.message, 'timeout');
  }
});

test('a refused socket is not connected again by itself', async () => {
  const socket = socketOf('/no');
  const refusals = inbox(socket, 'connect_error');
  const [refusal] = await refusals.first(1);
  assert.equal(refusal.message, 'Auth failed (custom namespace)');
  socket.io.engine.close();
  await soon();
  assert.equal(refusals.all.length, 1);
  socket.disconnect();
});

test('leaving and coming back at once is one disconnect', async () => {
  const socket = socketOf('/', { transports: ['websocket'] });
  const left = inbox(socket, 'disconnect');
  await next(socket, 'connect');
  socket.disconnect().connect();
  await next(socket, 'connect');
  await soon(50);
  assert.deepEqual(left.all, ['io client disconnect']);
  socket.disconnect();
});

test('events are sent in order, those from before the connection first', async () => {
  const socket = socketOf('/', { autoConnect: false });
  const order = [];
  socket.emit('echo', 'first', (value) => order.push(value));
  socket.on('connect', () => socket.emit('echo', 'second', (value) => order.push(value)));
  socket.connect();
  await eventually('both answers', () => order.length === 2);
  assert.deepEqual(order, ['first', 'second']);
  socket.disconnect();
});

test('a volatile event is sent when the connection is idle', async () => {
  const socket = socketOf();
  await next(socket, 'connect');
  await eventually('an answer', async () => {
    const answer = socket.timeout(100).volatile.emitWithAck('getId');
    return (await answer.catch(() => undefined)) === socket.id;
  });
  socket.disconnect();
});

test('a deadline may include connecting', async () => {
  const socket = socketOf();
  assert.equal(await socket.timeout(1000).emitWithAck('echo', 42), 42);
  await assert.rejects(socket.timeout(50).emitWithAck('unknown'));
  socket.disconnect();
});

test('retries keep the order, each event waits for the answer to the one before', async () => {
  const socket = socketOf('/', { retries: 1, ackTimeout: 50 });
  const sent = [];
  socket.io.engine.on('packetCreate', ({ type, data }) => type === 'message' && sent.push(data));
  const answers = [1, 2, 3].map((value) => new Promise((resolve) => socket.emit('echo', value, (_, answer) => resolve(answer))));
  assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
  socket.disconnect();
  assert.deepEqual(sent, ['0', '20["echo",1]', '21["echo",2]', '22["echo",3]', '1']);
});

test('what is not answered is sent again, and failed in the end', async () => {
  const socket = socketOf('/', { retries: 3, ackTimeout: 50 });
  let asked = 0;
  socket.on('ack', () => ++asked);
  const failed = await new Promise((resolve) => socket.emit('ack', (error) => resolve(error)));
  assert.ok(failed instanceof Error);
  assert.equal(asked, 4);
  socket.disconnect();
});

test('an event emitted while away is sent on return', async () => {
  const socket = socketOf();
  await next(socket, 'connect');
  socket.disconnect();
  const answer = socket.emitWithAck('echo', 'a');
  await soon(20);
  socket.connect();
  assert.equal(await answer, 'a');
  socket.disconnect();
});

test('many namespaces share a connection; leaving them all closes it', async () => {
  const manager = managerOf();
  const names = ['/', '/foo', '/asd', '/valid', '/timeout_socket'];
  const sockets = names.map((name) => manager.socket(name));
  await Promise.all(sockets.map((socket) => next(socket, 'connect')));
  assert.equal(new Set(sockets.map((socket) => socket.id)).size, names.length);
  const [first, ...others] = sockets;
  first.disconnect();
  await soon(50);
  assert.ok(others.every((socket) => socket.connected));
  const closed = next(manager, 'close');
  others.forEach((socket) => socket.disconnect());
  await closed;
});

test('a namespace is opened after the last one was left', async () => {
  const manager = managerOf();
  const main = manager.socket('/');
  await next(main, 'connect');
  main.disconnect();
  const foo = manager.socket('/foo');
  await next(foo, 'connect');
  foo.disconnect();
});

test('a socket connects while another one leaves', async () => {
  const manager = managerOf();
  const foo = manager.socket('/foo');
  await next(foo, 'connect');
  const asd = manager.socket('/asd');
  foo.disconnect();
  await next(asd, 'connect');
  asd.disconnect();
});

test('a lost connection comes back for those who want it', async () => {
  const manager = managerOf();
  const main = manager.socket('/'), asd = manager.socket('/asd');
  await Promise.all([next(main, 'connect'), next(asd, 'connect')]);
  const unwanted = inbox(main, 'connect');
  manager.once('reconnect_attempt', () => main.disconnect());
  manager.engine.close();
  await next(asd, 'connect');
  assert.equal(unwanted.all.length, 0);
  asd.disconnect();
});

test('without a first event there is nothing to recover: the id is another', async () => {
  const socket = socketOf();
  await next(socket, 'connect');
  const { id } = socket;
  socket.io.engine.close();
  await next(socket, 'connect');
  assert.equal(socket.recovered, false);
  assert.notEqual(socket.id, id);
  socket.disconnect();
});

test('a client that cannot read what came closes the connection and opens another', async () => {
  const manager = managerOf();
  await next(manager, 'open');
  const broken = manager.engine;
  const back = next(manager, 'reconnect');
  setImmediate(() => broken.emit('data', 'bad'));
  await back;
  assert.notEqual(manager.engine, broken);
  assert.equal(broken.readyState, 'closed');
});

test('attempts that time out are counted and given up', async () => {
  const manager = managerOf({ timeout: 0, reconnectionAttempts: 2 });
  const attempts = inbox(manager, 'reconnect_attempt');
  const failed = next(manager, 'reconnect_failed');
  manager.socket('/timeout_socket');
  await failed;
  assert.deepEqual(attempts.all, [1, 2]);
});

test('bytes arrive as the kind that the client asks for', async () => {
  const socket = socketOf('/', { transports: ['websocket'] });
  await next(socket, 'connect');
  socket.io.engine.binaryType = 'arraybuffer';
  const came = next(socket, 'doge');
  socket.emit('doge');
  assert.ok((await came)[0] instanceof ArrayBuffer);
  socket.disconnect();
});
