// Typing: shown to those who have the conversation open, and over by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();

// Two members who have opened the conversation, and a third member who has not.
async function opened() {
  const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map(someone);
  const [a, b, c] = await Promise.all([ada, bob, cyd].map((user) => server.connect(user)));
  const conversationId = await conversationOf(a, [bob, cyd]);
  for (const socket of [a, b]) await succeed(socket, 'conversation:join', { conversationId });
  return { ada, bob, a, b, c, conversationId };
}

test('typing is shown to whom has the conversation open, but not to the typist on any device', async () => {
  const { ada, a, b, c, conversationId } = await opened();
  const tablet = await server.connect(ada, { auth: { deviceId: 'tablet' } });
  await succeed(tablet, 'conversation:join', { conversationId });
  const boxes = [a, tablet, c].map((socket) => inbox(socket, 'typing'));
  const toB = inbox(b, 'typing');
  await succeed(a, 'typing:start', { conversationId });
  assert.deepEqual(await toB.take(), { conversationId, userId: ada, isTyping: true });
  await succeed(a, 'typing:stop', { conversationId });
  assert.deepEqual(await toB.take(), { conversationId, userId: ada, isTyping: false });
  for (const socket of [a, tablet, c]) await settle(socket);
  assert.deepEqual(boxes.map((box) => box.all), [[], [], []]);
});

test('typing ends by itself after five seconds', async () => {
  const { ada, a, b, conversationId } = await opened();
  const toB = inbox(b, 'typing');
  await succeed(a, 'typing:start', { conversationId });
  assert.equal((await toB.take()).isTyping, true);
  const started = Date.now();
  assert.deepEqual(await toB.take(), { conversationId, userId: ada, isTyping: false });
  assert.ok(Date.now() - started > 4_500, 'too early');
});

test('typing ends when the typist is gone', async () => {
  for (const leave of ['disconnect', 'drop']) {
    const { ada, a, b, conversationId } = await opened();
    const toB = inbox(b, 'typing');
    await succeed(a, 'typing:start', { conversationId });
    assert.equal((await toB.take()).isTyping, true);
    const left = Date.now();
    if (leave === 'disconnect') a.disconnect();
    else a.io.engine.close();
    assert.deepEqual(await toB.take(), { conversationId, userId: ada, isTyping: false });
    assert.ok(Date.now() - left < 4_000, 'too late: that was the five seconds');
    a.disconnect();
  }
});

test('who has closed the conversation sees no typing', async () => {
  const { a, b, c, conversationId } = await opened();
  await succeed(c, 'conversation:join', { conversationId });
  await succeed(b, 'conversation:leave', { conversationId });
  const [toB, toC] = [b, c].map((socket) => inbox(socket, 'typing'));
  await succeed(a, 'typing:start', { conversationId });
  await toC.take();
  await settle(b);
  assert.deepEqual(toB.all, []);
});

test('a stop without a start is shown to nobody', async () => {
  const { a, b, conversationId } = await opened();
  const toB = inbox(b, 'typing');
  await succeed(a, 'typing:stop', { conversationId });
  await settle(b);
  assert.deepEqual(toB.all, []);
  await fail('invalid_payload', a, 'typing:start', {});
});
