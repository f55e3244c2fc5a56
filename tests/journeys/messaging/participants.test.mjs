// Who is in a conversation, and what follows for what he hears.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();

async function group() {
  const users = ['admin', 'ann', 'bob', 'cid'].map(someone);
  const [admin, ann, bob, cid] = await Promise.all(users.map((user) => server.connect(user)));
  const conversationId = await conversationOf(admin, users.slice(1, 3));
  return { users, admin, ann, bob, cid, conversationId };
}

test('who is added hears of it with the others, and from then on everything', async () => {
  const { users, admin, ann, cid, conversationId } = await group();
  const boxes = [ann, cid].map((socket) => inbox(socket, 'participant:joined'));
  const messages = inbox(cid, 'message');
  await succeed(ann, 'message:send', { conversationId, content: 'before' });
  const { participant } = await succeed(admin, 'participant:add', { conversationId, userId: users[3], role: 'moderator' });
  assert.equal(participant.role, 'MODERATOR');
  for (const box of boxes) {
    const { cursor, ...event } = await box.take();
    assert.deepEqual(event, { conversationId, participant, by: users[0] });
    assert.ok(cursor);
  }
  await succeed(ann, 'message:send', { conversationId, content: 'after' });
  assert.equal((await messages.take()).content, 'after');
  const { messages: visible } = await succeed(cid, 'conversation:history', { conversationId });
  assert.deepEqual(visible.map(({ content }) => content), ['after']);
});

test('who was removed hears that, and then nothing: no message, no typing, whatever he had open', async () => {
  const { users, admin, ann, bob, conversationId } = await group();
  const tablet = await server.connect(users[2], { auth: { deviceId: 'tablet' } });
  for (const socket of [bob, tablet, ann]) await succeed(socket, 'conversation:join', { conversationId });
  const left = [bob, tablet, ann].map((socket) => inbox(socket, 'participant:left'));
  const heard = [bob, tablet].flatMap((socket) => ['message', 'typing', 'message:read'].map((event) => inbox(socket, event)));
  await succeed(admin, 'participant:remove', { conversationId, userId: users[2] });
  for (const box of left) assert.equal((await box.take()).participant.userId, users[2]);
  await succeed(ann, 'message:send', { conversationId, content: 'secret' });
  await succeed(ann, 'typing:start', { conversationId });
  await succeed(admin, 'message:read', { conversationId, seq: 1 });
  for (const socket of [bob, tablet]) await settle(socket);
  assert.deepEqual(heard.map((box) => box.all), heard.map(() => []));
  for (const [event, more] of [['message:send', { content: 'x' }], ['conversation:history', {}], ['conversation:join', {}], ['typing:start', {}]])
    assert.deepEqual(await fail('not_found', bob, event, { conversationId, ...more }),
      await fail('not_found', bob, event, { conversationId: 'absent', ...more }));
});

test('the last admin leaves, and somebody leads on', async () => {
  const { users, admin, ann, conversationId } = await group();
  const updates = inbox(ann, 'participant:updated');
  await succeed(admin, 'participant:role', { conversationId, userId: users[2], role: 'MODERATOR' });
  assert.equal((await updates.take()).participant.role, 'MODERATOR');
  await succeed(admin, 'participant:remove', { conversationId, userId: users[0] });
  const { participant, by } = await updates.take();
  assert.deepEqual([participant.userId, participant.role, by], [users[2], 'ADMIN', users[0]]);
});

test('title and metadata are changed by those who lead, settings by everybody for himself', async () => {
  const { admin, ann, bob, conversationId } = await group();
  const updates = inbox(ann, 'conversation:updated');
  const settings = inbox(ann, 'conversation:settings');
  const toBob = inbox(bob, 'conversation:settings');
  await fail('forbidden', ann, 'conversation:update', { conversationId, title: 'mine' });
  const { conversation } = await succeed(admin, 'conversation:update', { conversationId, title: 'ours', metadata: { a: 1 } });
  assert.equal(conversation.title, 'ours');
  assert.deepEqual((await updates.take()).changes, { title: 'ours', metadata: { a: 1 } });
  const until = '2999-01-01T00:00:00.000Z';
  assert.deepEqual((await succeed(ann, 'conversation:mute', { conversationId, value: true, until })).settings,
    { muted: true, mutedUntil: until, archived: false, pinned: false });
  await succeed(ann, 'conversation:pin', { conversationId, value: true });
  await succeed(ann, 'conversation:archive', { conversationId, value: true });
  const [, , last] = await settings.first(3);
  assert.deepEqual(last, { conversationId, settings: { muted: true, mutedUntil: until, archived: true, pinned: true } });
  assert.equal((await fail('invalid_payload', ann, 'conversation:mute', { conversationId, value: true, until: 'tomorrow' })).field, 'until');
  await settle(bob);
  assert.deepEqual(toBob.all, []);
});

test('a block holds for connections that are open, in both directions; neither sees the other type', async () => {
  const { users, ann, bob, cid, conversationId } = await group();
  const direct = (await succeed(ann, 'conversation:create', { type: 'DIRECT', participantIds: [users[2]] })).conversation.id;
  for (const socket of [ann, bob]) await succeed(socket, 'conversation:join', { conversationId });
  const typing = inbox(bob, 'typing');
  assert.deepEqual(await succeed(ann, 'user:block', { userId: users[2], reason: 'spam' }), { success: true });
  for (const socket of [ann, bob]) await fail('blocked', socket, 'message:send', { conversationId: direct, content: 'x' });
  await fail('blocked', bob, 'conversation:create', { type: 'GROUP', participantIds: [users[1]] });
  await succeed(ann, 'typing:start', { conversationId });
  await succeed(ann, 'typing:stop', { conversationId });
  await settle(bob);
  assert.deepEqual(typing.all, []);
  await succeed(ann, 'message:send', { conversationId, content: 'to the group' });
  await succeed(ann, 'user:unblock', { userId: users[2] });
  await succeed(bob, 'message:send', { conversationId: direct, content: 'x' });
  await succeed(ann, 'typing:start', { conversationId });
  assert.equal((await typing.take()).isTyping, true);
  await fail('invalid_payload', cid, 'user:block', { userId: users[3] });
});
