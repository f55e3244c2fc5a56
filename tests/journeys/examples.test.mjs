// examples/sio_bench: what the load generator relies on.
import assert from 'node:assert/strict';
import test from 'node:test';

import { io } from 'socket.io-client';

import { startExample } from './support/example.mjs';
import { inbox, next } from './support/wait.mjs';

for (const threads of [1, 2])
  test(`sio_bench on ${threads} thread(s): echo answers, broadcast reaches everyone of the namespace`, async (t) => {
    const { url, program } = await startExample('sio_bench', { threads });
    for (const nsp of ['/', '/messaging']) {
      const sockets = Array.from({ length: 8 }, () => io(url + nsp, { forceNew: true, transports: ['websocket'], reconnection: false }));
      t.after(() => sockets.forEach((socket) => socket.disconnect()));
      const boxes = sockets.map((socket) => inbox(socket, 'msg'));
      await Promise.all(sockets.map((socket) => next(socket, 'connect')));
      for (const socket of sockets) assert.deepEqual(await socket.emitWithAck('echo', { n: 1, text: 'ä' }), { n: 1, text: 'ä' });
      for (let i = 0; i < 100; i++) sockets[i % 8].emit('broadcast', i);
      for (const box of boxes) assert.deepEqual([...(await box.first(100))].sort((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
    }
    await program.stop();
  });
