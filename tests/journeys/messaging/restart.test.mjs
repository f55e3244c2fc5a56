// The server stops and comes back: clients return by themselves, and everything that was acknowledged is there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Mentara, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { inbox, next } from '../support/wait.mjs';

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`after ${signal} it ends cleanly and quickly, although clients are connected`, async (t) => {
    const server = await Mentara.start();
    t.after(() => server.end());
    const sockets = await Promise.all([['websocket'], ['polling']].map((transports) =>
      server.connect(someone('ada'), { transports, reconnection: false })));
    const gone = Promise.all(sockets.map((socket) => next(socket, 'disconnect')));
    const asked = Date.now();
    await server.stop(signal);
    assert.ok(Date.now() - asked < 5_000, `took ${Date.now() - asked} ms`);
    await gone;
  });

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']])
  test(`over ${transports.join(' and ')}, clients return after a restart and go on`, async (t) => {
    const server = await Mentara.start();
    t.after(() => server.end());
    const [ada, bob] = ['ada', 'bob'].map(someone);
    const [a, b] = await Promise.all([ada, bob].map((user) => server.connect(user, { transports })));
    const conversationId = await conversationOf(a, [bob], { title: 'lasting' });
    const before = [];
    for (let i = 0; i < 10; i++)
      before.push((await succeed(i % 2 ? a : b, 'message:send', { conversationId, content: `before ${i}` })).message);
    await succeed(b, 'message:read', { conversationId, seq: 7 });

    const back = Promise.all([a, b].map((socket) => next(socket, 'connected')));
    await server.stop();
    await server.run();
    await back;

    const { messages } = await succeed(b, 'conversation:history', { conversationId });
    assert.deepEqual(messages.map(({ id, seq, content }) => [id, seq, content]), before.map(({ id, seq, content }) => [id, seq, content]));
    const { conversations } = await succeed(b, 'conversation:list', {});
    assert.deepEqual(conversations.map(({ id, title }) => [id, title]), [[conversationId, 'lasting']]);
    assert.equal(conversations[0].members.find(({ userId }) => userId === bob).readSeq, 7);

    const box = inbox(b, 'message');
    const { message } = await succeed(a, 'message:send', { conversationId, content: 'after' });
    assert.equal(message.seq, 11);
    while ((await box.take()).id !== message.id);
    const { duplicate } = await succeed(a, 'message:send', { conversationId, content: 'once', clientMessageId: 'across' });
    assert.equal(duplicate, undefined);
  });

test('what was sent before a restart and is sent again after it is one message', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const request = { conversationId, content: 'once', clientMessageId: 'across' };
  const first = await succeed(a, 'message:send', request);
  const back = next(a, 'connected');
  await server.stop();
  await server.run();
  await back;
  const second = await succeed(a, 'message:send', request);
  assert.equal(second.duplicate, true);
  assert.equal(second.message.id, first.message.id);
});

test('what a client sends while the server is away is delivered when it is back', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const gone = next(a, 'disconnect');
  await server.stop();
  await gone;
  const acks = Array.from({ length: 20 }, (_, i) => succeed(a, 'message:send', { conversationId, content: `buffered ${i}` }));
  await server.run();
  const seqs = (await Promise.all(acks)).map(({ message }) => message.seq);
  assert.deepEqual(seqs, Array.from({ length: 20 }, (_, i) => i + 1));
});
