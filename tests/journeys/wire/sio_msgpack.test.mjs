// The real client with socket.io-msgpack-parser against a server that speaks it.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';

import { Manager } from 'socket.io-client';
import parser from 'socket.io-msgpack-parser';

import { RawSocket } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { next } from '../support/wait.mjs';

const { url } = await exampleForThisFile('sio_echo', { parser: 'msgpack' });

const managers = [];
after(() => managers.forEach((manager) => manager._close()));
function socketOf(transports, nsp = '/', options = {}) {
  const manager = new Manager(url, { transports, reconnection: false, parser });
  managers.push(manager);
  return manager.socket(nsp, options);
}

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
  const way = transports.join(' and ');
  test(`${way}: a connect with and without credentials, to two namespaces`, async () => {
    assert.deepEqual((await next(socketOf(transports), 'auth'))[0], {});
    const [auth] = await next(socketOf(transports, '/custom', { auth: { token: 'x', none: null } }), 'auth');
    assert.deepEqual(auth, { token: 'x', none: null });
    const [error] = await next(socketOf(transports, '/unknown'), 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
  });

  test(`${way}: values of every kind come back`, async () => {
    const socket = socketOf(transports);
    await next(socket, 'connect');
    const args = [0, 127, 128, -1, -32, -33, 65536, 2 ** 40, -(2 ** 40), 1.5, 'ä'.repeat(300), true, null, [[]], { a: { b: [1, '2'] } }];
    socket.emit('message', ...args);
    assert.deepEqual(await next(socket, 'message-back'), args);
    assert.deepEqual(await socket.emitWithAck('message-with-ack', { deep: args }), { deep: args });
    socket.close();
  });

  test(`${way}: bytes of every size come back, also within values`, async () => {
    const socket = socketOf(transports);
    await next(socket, 'connect');
    for (const size of [0, 1, 255, 256, 65_536]) {
      const value = { bytes: Buffer.alloc(size, 7), list: [Buffer.from('x')] };
      const back = await socket.emitWithAck('message-with-ack', value);
      assert.deepEqual(Buffer.from(back.bytes), value.bytes);
      assert.deepEqual(Buffer.from(back.list[0]), value.list[0]);
    }
    socket.close();
  });
}

for (const [what, bytes] of Object.entries({
  'what is no MessagePack': [0xc1],
  'a packet without a type': [0x81, 0xa3, 0x6e, 0x73, 0x70, 0xa1, 0x2f],
  'a length without its bytes': [0xdf, 0xff, 0xff, 0xff, 0xff],
}))
  test(`${what} closes the connection`, async () => {
    const socket = await RawSocket.open(`${url.replace('http:', 'ws:')}/socket.io/?EIO=4&transport=websocket`);
    await socket.frame();
    socket.send(Buffer.from(bytes));
    await socket.closeCode();
  });
