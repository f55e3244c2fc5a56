// The real engine.io-client, over each transport and while it changes from one to the other.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Socket } from 'engine.io-client';

import { exampleForThisFile, startExample } from '../support/example.mjs';
import { inbox, next } from '../support/wait.mjs';

const { url } = await exampleForThisFile('eio_echo', { 'ping-interval': 200, 'ping-timeout': 10_000 });

const ways = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] };

for (const [way, transports] of Object.entries(ways)) {
  test(`${way}: text and binary of any size come back as they were`, async () => {
    const socket = new Socket(url, { transports });
    socket.binaryType = 'nodebuffer';
    await next(socket, 'open');
    const echoed = inbox(socket, 'message');
    for (const sent of ['hello', 'Ä€😀', 'x'.repeat(70_000), Buffer.from([0, 1, 254, 255]), Buffer.alloc(200_000, 7)]) {
      socket.send(sent);
      assert.deepEqual(await echoed.take(), sent);
    }
    socket.close();
  });

  test(`${way}: 2,000 messages in both directions, none lost, doubled or out of order`, async () => {
    const socket = new Socket(url, { transports });
    const echoed = inbox(socket, 'message');
    await next(socket, 'open');
    const sent = Array.from({ length: 2000 }, (_, i) => `message ${i}`);
    for (const [i, text] of sent.entries()) {
      socket.send(text);
      if (i % 50 === 0) await new Promise(setImmediate); // so that they spread over the upgrade
      if (i >= 500) await echoed.first(i - 500); // a client that polls would put them all into one payload, which has a limit
    }
    assert.deepEqual(await echoed.first(2000), sent);
    assert.equal(socket.transport.name, transports.at(-1));
    socket.close();
  });

  test(`${way}: a quiet connection is kept alive by its heartbeat`, async () => {
    const socket = new Socket(url, { transports });
    await next(socket, 'open');
    for (let i = 0; i < 4; i++) await next(socket, 'ping');
    assert.equal(socket.readyState, 'open');
    socket.close();
  });

  test(`${way}: the client hears of it when the server stops`, async () => {
    const own = await startExample('eio_echo');
    const socket = new Socket(own.url, { transports });
    const opened = next(socket, 'open');
    const settled = way === 'upgrade' ? next(socket, 'upgrade') : opened;
    await Promise.all([opened, settled]);
    const closed = next(socket, 'close');
    await own.program.stop();
    assert.match((await closed)[0], /^transport (close|error)$/);
  });
}
