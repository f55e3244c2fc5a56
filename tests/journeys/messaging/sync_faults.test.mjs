// A stock client, which knows nothing of cursors, gets everything, whatever happens to its connection or to the server.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Cutter } from '../support/cutter.mjs';
import { Mentara, conversationOf, settle, someone, succeed } from '../support/mentara.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

// A connection that was cut while it was being made can outlive its proxy by minutes, and would hold up the whole run.
after(() => setTimeout(() => process.exit(), 3000).unref());

// The server, a sender, and a receiver whose way to the server is in the test's hand.
async function overCutter(t, options = {}) {
  const server = await Mentara.start(options);
  const cutter = await Cutter.start(server.port);
  t.after(async () => {
    await server.end();
    cutter.end();
  });
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const direct = server.url;
  const receiver = (more) => {
    server.url = cutter.url;
    const socket = server.socket(bob, more);
    server.url = direct;
    return socket;
  };
  return { server, cutter, a, bob, receiver, conversationId: await conversationOf(a, [bob]) };
}

// What arrived, each once, in the order of its first arrival.
const contents = (box) => [...new Set(box.all.map(({ content }) => content))];
const upTo = (count) => Array.from({ length: count }, (_, i) => `message ${i}`);

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']])
  test(`over ${transports.join(' and ')}, nothing is lost although the connection is cut while events flow`, async (t) => {
    const { cutter, a, receiver, conversationId } = await overCutter(t);
    const b = receiver({ transports });
    const box = inbox(b, 'message');
    await next(b, 'sync:complete');
    const delivered = inbox(a, 'message:delivered');
    const count = 300;
    for (let i = 0; i < count; i++) {
      // What is proven before a cut does not come again after it; a proof takes a moment.
      if (i % 60 === 0 && i > 0) await eventually('a proof', () => delivered.all.some(({ seq }) => seq >= i));
      const sent = succeed(a, 'message:send', { conversationId, content: `message ${i}` });
      if (i % 60 === 30) cutter.cut();
      await sent;
    }
    await eventually('the last message', () => contents(box).length === count);
    assert.deepEqual(contents(box), upTo(count));
    const seqs = box.all.map(({ seq }) => seq);
    assert.ok(seqs.length < count + 200, `${seqs.length - count} came twice`);
  });

test('F9 a client that does not read is not fed, and gets the exact stream when it reads again', async (t) => {
  const { cutter, a, receiver, conversationId } = await overCutter(t);
  const b = receiver({});
  const box = inbox(b, 'message');
  await next(b, 'sync:complete');
  const cuts = inbox(b, 'disconnect');
  cutter.hold();
  const count = 1600; // 25 MB: more than a connection may ever owe
  const filler = 'x'.repeat(16_000);
  for (let i = 0; i < count; i += 40)
    await Promise.all(upTo(40).map((_, j) => succeed(a, 'message:send', { conversationId, content: `message ${i + j} ${filler}` })));
  cutter.release();
  await eventually('the last message', () => box.all.length >= count);
  await settle(b);
  const seqs = box.all.map(({ seq }) => seq);
  assert.deepEqual(seqs, Array.from({ length: count }, (_, i) => i + 1), 'each once, in order');
  assert.deepEqual(cuts.all, []);
});

test('a kill -9 in the middle of a replay loses nothing', async (t) => {
  const { server, a, receiver, conversationId } = await overCutter(t);
  const count = 400;
  for (let i = 0; i < count; i += 20)
    for (const ack of upTo(20).map((_, j) => succeed(a, 'message:send', { conversationId, content: `message ${i + j}` }))) await ack;
  const b = receiver({});
  const box = inbox(b, 'message');
  await box.first(20);
  await server.kill();
  await server.run();
  await eventually('the last message', () => contents(box).length === count);
  assert.deepEqual(contents(box), upTo(count));
});

test('what happens while a device is replaying comes behind its replay', async (t) => {
  const { a, receiver, conversationId } = await overCutter(t);
  const count = 450;
  for (let i = 0; i < count; i += 50)
    await Promise.all(upTo(50).map(() => succeed(a, 'message:send', { conversationId, content: 'old' })));
  const b = receiver({});
  const box = inbox(b, 'message');
  const complete = next(b, 'sync:complete');
  await box.first(1);
  const during = Array.from({ length: 30 }, () => succeed(a, 'message:send', { conversationId, content: 'new' }));
  await Promise.all(during);
  await complete;
  await eventually('the last message', () => box.all.length >= count + 30);
  assert.deepEqual(box.all.map(({ seq }) => seq), Array.from({ length: count + 30 }, (_, i) => i + 1));
});
