// What becomes of a message after it was sent: edited, deleted, reacted to.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();

// A group of its admin, the sender of a message, and a third; and a stranger.
async function group() {
  const users = ['admin', 'ann', 'bob', 'eve'].map(someone);
  const [admin, ann, bob, eve] = await Promise.all(users.map((user) => server.connect(user)));
  const conversationId = await conversationOf(admin, users.slice(1, 3));
  const { message } = await succeed(ann, 'message:send', { conversationId, content: 'first', clientMessageId: someone('id') });
  return { users, admin, ann, bob, eve, conversationId, message, messageId: message.id };
}

test('an edit reaches every member but the socket that made it; its earlier texts can be read', async () => {
  const { admin, ann, bob, eve, conversationId, message, messageId } = await group();
  const [toAdmin, toAnn, toBob, toEve] = [admin, ann, bob, eve].map((socket) => inbox(socket, 'message:updated'));
  const edited = (await succeed(ann, 'message:edit', { messageId, content: 'second' })).message;
  assert.equal(edited.isEdited, true);
  assert.equal(edited.content, 'second');
  for (const box of [toAdmin, toBob]) {
    const { cursor, ...event } = await box.take();
    assert.deepEqual(event, edited);
    assert.equal(typeof cursor, 'string');
  }
  const { messages } = await succeed(bob, 'conversation:history', { conversationId });
  assert.deepEqual(messages, [{ ...edited, reactions: [] }]);
  const { edits } = await succeed(bob, 'message:edits', { messageId });
  assert.deepEqual(edits, [{ content: 'first', editedAt: edited.editedAt }]);
  assert.equal(message.isEdited, false);
  for (const socket of [ann, eve]) await settle(socket);
  assert.deepEqual([toAnn.all, toEve.all], [[], []]);
});

test('a deleted message is a tombstone everywhere', async () => {
  const { users, admin, bob, conversationId, message, messageId } = await group();
  const toBob = inbox(bob, 'message:deleted');
  assert.deepEqual(await succeed(admin, 'message:delete', { messageId }), { success: true });
  const event = await toBob.take();
  assert.deepEqual({ ...event, cursor: typeof event.cursor },
    { messageId, conversationId, seq: 1, deletedBy: users[0], deletedAt: event.deletedAt, cursor: 'string' });
  const [tombstone] = (await succeed(bob, 'conversation:history', { conversationId })).messages;
  assert.deepEqual(tombstone, {
    ...message, content: '', isDeleted: true, deletedAt: event.deletedAt, deletedBy: users[0], reactions: [],
  });
});

test('reactions are told to all members, and listed with the message', async () => {
  const { users, ann, bob, conversationId, messageId } = await group();
  const toAnn = inbox(ann, 'reaction:updated');
  const expected = [{ emoji: '👍🏽', count: 1, userIds: [users[2]] }];
  assert.deepEqual((await succeed(bob, 'reaction:add', { messageId, emoji: '👍🏽' })).reactions, expected);
  await succeed(bob, 'reaction:add', { messageId, emoji: '👍🏽' });
  const { cursor, ...event } = await toAnn.take();
  assert.deepEqual(event, { messageId, conversationId, reactions: expected });
  assert.ok(cursor);
  const { messages } = await succeed(ann, 'conversation:history', { conversationId });
  assert.deepEqual(messages[0].reactions, expected);
  assert.deepEqual((await succeed(bob, 'reaction:remove', { messageId, emoji: '👍🏽' })).reactions, []);
  assert.deepEqual((await toAnn.take()).reactions, []);
  assert.equal(toAnn.all.length, 2, 'what changed nothing is told to nobody');
  for (const emoji of ['', 'x'.repeat(33), 7])
    assert.equal((await fail('invalid_payload', bob, 'reaction:add', { messageId, emoji })).field, 'emoji');
});

test('who may not is told so; a stranger is told the same as about nothing', async () => {
  const { bob, eve, messageId } = await group();
  await fail('forbidden', bob, 'message:edit', { messageId, content: 'x' });
  await fail('forbidden', bob, 'message:delete', { messageId });
  for (const [event, more] of [['message:edit', { content: 'x' }], ['message:edits', {}], ['message:delete', {}],
    ['reaction:add', { emoji: 'x' }], ['reaction:remove', { emoji: 'x' }]]) {
    const foreign = await fail('not_found', eve, event, { messageId, ...more });
    assert.deepEqual(foreign, await fail('not_found', eve, event, { messageId: 'absent', ...more }), event);
  }
});
