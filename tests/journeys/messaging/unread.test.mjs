// Unread counts: told to one's own sockets whenever they change, absolute.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { eventually, inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();

test('what others write or delete changes the count, on all devices; what one writes oneself does not', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b, tablet] = await Promise.all([server.connect(ada), server.connect(bob), server.connect(bob, { auth: { deviceId: 'tablet' } })]);
  const conversationId = await conversationOf(a, [bob]);
  const boxes = [b, tablet].map((socket) => inbox(socket, 'conversation:unread'));
  const toAda = inbox(a, 'conversation:unread');
  const told = (count) => Promise.all(boxes.map((box) => eventually(`unread ${count}`, () => box.all.at(-1)?.unreadCount === count)));

  const sent = [];
  for (let i = 0; i < 3; i++) sent.push((await succeed(a, 'message:send', { conversationId, content: `number ${i}` })).message);
  await told(3);
  assert.deepEqual(boxes[0].all.at(-1), { conversationId, unreadCount: 3, readSeq: 0 });
  await succeed(a, 'message:delete', { messageId: sent[1].id });
  await told(2);
  await succeed(b, 'message:read', { conversationId, seq: 2 });
  await told(1);
  await succeed(b, 'message:send', { conversationId, content: 'answer' });
  await eventually('unread 1 of the answer', () => toAda.all.at(-1)?.unreadCount === 1);
  assert.ok(toAda.all.every(({ unreadCount }) => unreadCount <= 1), 'one\'s own messages never count');
});
