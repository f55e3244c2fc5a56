// Engine.IO's heartbeat: the server pings, a client that does not answer in time is dropped.
import assert from 'node:assert/strict';
import test from 'node:test';

import { PollingSession, RawSocket } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { eventually } from '../support/wait.mjs';

const interval = 300;
const timeout = 700;
const { url } = await exampleForThisFile('eio_echo', { 'ping-interval': interval, 'ping-timeout': timeout });
const address = `${url.replace('http:', 'ws:')}/engine.io/?EIO=4&transport=websocket`;

// Timers may fire a tick early, never much; how late is the machine's affair.
const early = 30;
async function takes(atLeast, action) {
  const start = Date.now();
  const result = await action();
  const took = Date.now() - start;
  assert.ok(took >= atLeast - early, `came after ${took} ms, too early for ${atLeast}`);
  return result;
}

test('a websocket is pinged every interval as long as it answers', async () => {
  let socket;
  await takes(interval, async () => {
    socket = await RawSocket.open(address);
    await socket.frame();
    assert.equal(await socket.frame({ pings: true }), '2');
  });
  for (let i = 0; i < 3; i++)
    await takes(interval, async () => {
      socket.send('3');
      assert.equal(await socket.frame({ pings: true }), '2');
    });
  socket.close();
});

test('a polling client is pinged with its pending poll', async () => {
  const session = await PollingSession.open(url);
  assert.equal((await session.get()).body, '2');
  for (let i = 0; i < 3; i++)
    await takes(interval, async () => {
      await session.post('3');
      assert.equal((await session.get()).body, '2');
    });
});

test('a websocket that does not answer is closed after the timeout', async () => {
  await takes(interval + timeout, async () => {
    const socket = await RawSocket.open(address);
    assert.equal(await socket.closeCode(), 1005);
    assert.deepEqual(socket.frames.all.slice(1), ['2']);
  });
});

test('data does not stand in for an answer', async (t) => {
  await takes(interval + timeout, async () => {
    const socket = await RawSocket.open(address);
    const chatter = setInterval(() => socket.send('4noise'), 40);
    t.after(() => clearInterval(chatter));
    await socket.closeCode(); // with a close frame, or without one when data was just on its way
  });
});

test('a polling client that does not answer loses its session', async () => {
  const session = await PollingSession.open(url);
  assert.equal((await session.get()).body, '2');
  await eventually('the session to be gone', async () => {
    const { status, body } = await session.get();
    return status === 400 && body === '{"code":1,"message":"Session ID unknown"}';
  });
});

test('a polling client that never polls loses its session', async () => {
  await takes(interval + timeout, async () => {
    const session = await PollingSession.open(url);
    await eventually('the session to be gone', async () => (await session.post('4x')).status === 400);
  });
});

test('an answer that nobody asked for does no harm, and postpones the next ping', async () => {
  const socket = await RawSocket.open(address);
  await socket.frame();
  await takes(interval, async () => {
    for (let i = 0; i < 5; i++) socket.send('3');
    assert.equal(await socket.frame({ pings: true }), '2');
  });
  socket.close();
});
