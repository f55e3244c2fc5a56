// The real socket.io-client, over each transport and while it changes from one to the other.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';

import { Manager } from 'socket.io-client';

import { exampleForThisFile, startExample } from '../support/example.mjs';
import { inbox, next } from '../support/wait.mjs';

const { url } = await exampleForThisFile('sio_echo', { 'ping-interval': 200, 'ping-timeout': 10_000 });

// A connection of its own; one that a failed test has left open is closed at the end.
const managers = [];
after(() => managers.forEach((manager) => manager._close()));
function managerOf(transports, options = {}) {
  const manager = new Manager(options.url ?? url, { transports, reconnection: false, ...options });
  managers.push(manager);
  return manager;
}

const ways = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };

for (const [way, transports] of Object.entries(ways)) {
  const connect = async () => {
    const socket = managerOf(transports).socket('/');
    await next(socket, 'connect');
    return socket;
  };

  test(`${way}: events arrive with all their arguments`, async () => {
    const socket = await connect();
    const args = [1, '2', { 3: [false, null, 1.5] }, [], {}, 'Ä€😀 \u0000', true, null];
    socket.emit('message', ...args);
    assert.deepEqual(await next(socket, 'message-back'), args);
    socket.close();
  });

  test(`${way}: acknowledgements, by callback and by promise, with a deadline`, async () => {
    const socket = await connect();
    const args = await new Promise((resolve) => socket.emit('message-with-ack', 1, '2', { 3: [false] }, (...all) => resolve(all)));
    assert.deepEqual(args, [1, '2', { 3: [false] }]);
    assert.equal(await socket.emitWithAck('message-with-ack', 'promised'), 'promised');
    assert.equal(await socket.timeout(5000).emitWithAck('message-with-ack', 'in time'), 'in time');
    await assert.rejects(socket.timeout(50).emitWithAck('message', 'which has no ack'), /timed out/);
    socket.close();
  });

  test(`${way}: binary in both directions, nested and several at once`, async () => {
    const socket = await connect();
    const value = {
      one: Buffer.from([1, 2, 3]),
      list: [Buffer.from([4]), { deep: Buffer.from([5, 6]) }],
      text: 'between',
      large: Buffer.alloc(100_000, 9),
    };
    socket.emit('message', value, Buffer.from('argument'));
    assert.deepEqual(await next(socket, 'message-back'), [value, Buffer.from('argument')]);
    assert.deepEqual(await socket.emitWithAck('message-with-ack', value), value);
    const bytes = new Uint8Array([7, 8, 9]);
    assert.deepEqual(await socket.emitWithAck('message-with-ack', bytes), Buffer.from(bytes));
    socket.close();
  });

  test(`${way}: the handshake's credentials reach the server, for each namespace`, async () => {
    const manager = managerOf(transports);
    const main = manager.socket('/', { auth: { token: 'for main' } });
    const custom = manager.socket('/custom', { auth: (done) => done({ token: 'for custom' }) });
    const heard = await Promise.all([next(main, 'auth'), next(custom, 'auth')]);
    assert.deepEqual(heard, [[{ token: 'for main' }], [{ token: 'for custom' }]]);
  });

  test(`${way}: namespaces share one connection, and leaving one leaves the other alone`, async () => {
    const manager = managerOf(transports);
    const [main, custom] = [manager.socket('/'), manager.socket('/custom')];
    await Promise.all([next(main, 'connect'), next(custom, 'connect')]);
    assert.notEqual(main.id, custom.id);
    custom.disconnect();
    assert.equal(await main.emitWithAck('message-with-ack', 'still here'), 'still here');
    custom.connect();
    await next(custom, 'auth');
    main.disconnect();
    assert.equal(custom.connected, true);
    custom.disconnect();
  });

  test(`${way}: an unknown namespace is a connect_error, and another on the same connection works`, async () => {
    const manager = managerOf(transports);
    const [error] = await next(manager.socket('/unknown'), 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
    const main = manager.socket('/');
    await next(main, 'connect');
    assert.equal(await main.emitWithAck('message-with-ack', 1), 1);
  });

  test(`${way}: 2,000 events in both directions, none lost, doubled or out of order`, async () => {
    const socket = managerOf(transports).socket('/');
    const echoed = inbox(socket, 'message-back');
    const acks = [];
    const expected = Array.from({ length: 2000 }, (_, i) => i);
    await next(socket, 'connect');
    for (const i of expected) {
      if (i % 2 === 0) socket.emit('message', i);
      else socket.emit('message-with-ack', i, (ack) => acks.push(ack));
      if (i % 50 === 0) await new Promise(setImmediate); // so that they spread over the upgrade
      if (i >= 500) await echoed.first((i - 500) / 2); // see eio_client.test.mjs
    }
    assert.deepEqual(await echoed.first(1000), expected.filter((i) => i % 2 === 0));
    await socket.emitWithAck('message-with-ack', 'the last');
    assert.deepEqual(acks, expected.filter((i) => i % 2 === 1));
    assert.equal(socket.io.engine.transport.name, transports.at(-1));
    socket.close();
  });

  test(`${way}: binary keeps its place among the events while the transport changes`, async () => {
    const socket = managerOf(transports).socket('/');
    const echoed = inbox(socket, 'message-back');
    await next(socket, 'connect');
    const sent = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? { i, bytes: Buffer.from([i & 0xff]) } : { i }));
    for (const value of sent) {
      socket.emit('message', value);
      if (value.i % 10 === 0) await new Promise(setImmediate);
    }
    assert.deepEqual(await echoed.first(sent.length), sent);
    socket.close();
  });

  test(`${way}: a quiet connection outlives many heartbeats`, async () => {
    const socket = await connect();
    const reasons = inbox(socket, 'disconnect');
    for (let i = 0; i < 4; i++) await next(socket.io, 'ping');
    assert.equal(await socket.emitWithAck('message-with-ack', 'alive'), 'alive');
    assert.deepEqual(reasons.all, []);
    socket.close();
  });

  test(`${way}: the client leaves with its own reason`, async () => {
    const socket = await connect();
    const reason = next(socket, 'disconnect');
    socket.disconnect();
    assert.equal((await reason)[0], 'io client disconnect');
  });

  test(`${way}: a stopped server is noticed at once, and a new one is found again`, async () => {
    const first = await startExample('sio_echo');
    const reconnecting = { url: first.url, reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50 };
    const socket = managerOf(transports, reconnecting).socket('/');
    await next(socket, 'connect');
    const firstId = socket.id;
    const gone = next(socket, 'disconnect');
    await first.program.stop();
    assert.match((await gone)[0], /^transport (close|error)$/);
    const back = next(socket, 'connect');
    const second = await startExample('sio_echo', { port: first.port });
    await back;
    assert.notEqual(socket.id, firstId);
    assert.equal(await socket.emitWithAck('message-with-ack', 'again'), 'again');
    socket.close();
    await second.program.stop();
  });
}
