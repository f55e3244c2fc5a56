// The configurations in packaging/ for nginx and HAProxy: the real client over each transport, and with two servers behind them.
import assert from 'node:assert/strict';
import test from 'node:test';

import { io } from 'socket.io-client';

import { startExample } from '../support/example.mjs';
import { proxies, startProxy } from '../support/proxies.mjs';
import { eventually, next } from '../support/wait.mjs';

async function connect(t, url, options) {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
  t.after(() => socket.disconnect());
  await next(socket, 'connect');
  return socket;
}

for (const name of Object.keys(proxies)) {
  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']])
    test(`${name}: events, answers and bytes by ${transports.join(', then ')}`, async (t) => {
      const { port } = await startExample('sio_client_tests');
      const socket = await connect(t, await startProxy(t, name, [port]), { transports });
      if (transports.length > 1) await eventually('the upgrade', () => socket.io.engine.transport.name === 'websocket');
      const bytes = Buffer.alloc(100_000, 'b');
      assert.deepEqual(await socket.emitWithAck('echo', { a: 'ä', bytes }), { a: 'ä', bytes });
      const { headers } = await socket.emitWithAck('getHandshake');
      assert.equal(headers['x-forwarded-for'], '127.0.0.1');
      const pings = []; // over a quiet connection: the proxy does not hold them back
      socket.io.on('ping', () => pings.push(Date.now()));
      await eventually('a ping', () => pings.length > 0);
      assert.equal(socket.connected, true);
    });

  test(`${name}: with two servers, the requests of a session reach the same one`, async (t) => {
    const servers = await Promise.all([startExample('sio_client_tests'), startExample('sio_client_tests')]);
    const url = await startProxy(t, name, servers.map(({ port }) => port));
    const options = { transports: ['polling'], ...proxies[name].sticky };
    const sockets = await Promise.all(Array.from({ length: 4 }, () => connect(t, url, options)));
    for (let i = 0; i < 20; i++) {
      const answers = await Promise.all(sockets.map((socket) => socket.emitWithAck('echo', i)));
      assert.deepEqual(answers, sockets.map(() => i));
    }
  });
}
