// History, and who has read how far.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { inbox, next } from '../support/wait.mjs';

const server = await mentaraForThisFile();

async function conversationWith(count) {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = await Promise.all([ada, bob].map((user) => server.connect(user)));
  const conversationId = await conversationOf(a, [bob]);
  const sent = [];
  for (let i = 1; i <= count; i++) sent.push((await succeed(a, 'message:send', { conversationId, content: `text ${i}` })).message);
  return { ada, bob, a, b, conversationId, sent };
}

test('history is read from any place in both directions, seq rising', async () => {
  const { b, conversationId, sent } = await conversationWith(25);
  const read = async (query) => {
    const { messages, hasMore } = await succeed(b, 'conversation:history', { conversationId, ...query });
    return [messages.map(({ seq }) => seq), hasMore];
  };
  const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  assert.deepEqual(await read({}), [range(1, 25), false]);
  assert.deepEqual(await read({ limit: 10 }), [range(16, 25), true]);
  assert.deepEqual(await read({ beforeSeq: 16, limit: 10 }), [range(6, 15), true]);
  assert.deepEqual(await read({ beforeSeq: 6, limit: 10 }), [range(1, 5), false]);
  assert.deepEqual(await read({ afterSeq: 0, limit: 10 }), [range(1, 10), true]);
  assert.deepEqual(await read({ afterSeq: 20, limit: 10 }), [range(21, 25), false]);
  assert.deepEqual(await read({ afterSeq: 25 }), [[], false]);
  assert.deepEqual(await read({ beforeSeq: 1 }), [[], false]);
  const [around] = await read({ aroundSeq: 12, limit: 5 });
  assert.equal(around.length, 5);
  assert.ok(around.includes(12) && around.includes(11) && around.includes(13));

  const { messages } = await succeed(b, 'conversation:history', { conversationId });
  assert.deepEqual(messages.map(({ reactions, ...message }) => message), sent.map(({ reactions, ...message }) => message));
});

test('a history request asks for one place and a limit within bounds', async () => {
  const { a, conversationId } = await conversationWith(0);
  assert.deepEqual((await succeed(a, 'conversation:history', { conversationId })).messages, []);
  for (const wrong of [{ limit: 0 }, { limit: 201 }, { beforeSeq: -1 }, { afterSeq: 'x' }, { aroundSeq: 1.5 }, { beforeSeq: 1, afterSeq: 1 }])
    await fail('invalid_payload', a, 'conversation:history', { conversationId, ...wrong });
});

test('what was read is told to the others, and counts down for oneself', async () => {
  const { bob, a, b, conversationId, sent } = await conversationWith(3);
  const tablet = await server.connect(bob, { auth: { deviceId: 'tablet' } });
  const toA = inbox(a, 'message:read');
  const toTablet = inbox(tablet, 'conversation:unread');

  assert.equal((await succeed(b, 'message:read', { conversationId, seq: 2 })).unreadCount, 1);
  const { cursor, at, ...read } = await toA.take();
  assert.deepEqual(read, { conversationId, userId: bob, seq: 2 });
  assert.equal(typeof cursor, 'string');
  assert.match(at, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.deepEqual(await toTablet.take(), { conversationId, unreadCount: 1, readSeq: 2 });

  assert.equal((await succeed(b, 'message:read', { messageId: sent[2].id })).unreadCount, 0);
  assert.equal((await toA.take()).seq, 3);
  const { conversations } = await succeed(b, 'conversation:list', {});
  assert.equal(conversations[0].unreadCount, 0);
  assert.equal(conversations[0].members.find(({ userId }) => userId === bob).readSeq, 3);
});

test('reading never goes back, and what changes nothing is told to nobody', async () => {
  const { a, b, conversationId } = await conversationWith(3);
  const toA = inbox(a, 'message:read');
  for (const seq of [3, 1, 3, 0]) assert.equal((await succeed(b, 'message:read', { conversationId, seq })).unreadCount, 0);
  await succeed(b, 'message:send', { conversationId, content: 'after' });
  await settle(a);
  assert.deepEqual(toA.all.map(({ seq }) => seq), [3]);
});

test('one\'s own messages are never unread', async () => {
  const { a, b, conversationId } = await conversationWith(3);
  await succeed(b, 'message:send', { conversationId, content: 'mine' });
  const unread = async (socket) => (await succeed(socket, 'conversation:list', {})).conversations[0].unreadCount;
  assert.equal(await unread(b), 3);
  assert.equal(await unread(a), 1);
});

test('nobody can have read beyond the last message', async () => {
  const { b, conversationId } = await conversationWith(2);
  const beyond = await b.emitWithAck('message:read', { conversationId, seq: 1000 });
  const { conversations } = await succeed(b, 'conversation:list', {});
  const { readSeq } = conversations[0].members.find(({ userId }) => userId === b.welcome.userId);
  assert.ok(beyond.success ? readSeq === 2 : beyond.code === 'invalid_payload' && readSeq === 0, JSON.stringify({ beyond, readSeq }));
});

test('a read request names a place, and one that exists', async () => {
  const { b, conversationId } = await conversationWith(1);
  await fail('invalid_payload', b, 'message:read', {});
  await fail('invalid_payload', b, 'message:read', { conversationId });
  await fail('invalid_payload', b, 'message:read', { conversationId, seq: 'x' });
  await fail('not_found', b, 'message:read', { messageId: '01890000-0000-7000-8000-000000000000' });
});

test('a stranger cannot mark a foreign message as read', async () => {
  const { a, sent } = await conversationWith(1);
  const toA = inbox(a, 'message:read');
  const eve = await server.connect(someone('eve'));
  const foreign = await fail('not_found', eve, 'message:read', { messageId: sent[0].id });
  const absent = await fail('not_found', eve, 'message:read', { messageId: '01890000-0000-7000-8000-000000000000' });
  assert.deepEqual(foreign, absent);
  await settle(a);
  assert.deepEqual(toA.all, []);
});

test('messages in a conversation stand in the list as they come', async () => {
  const { a, b, conversationId } = await conversationWith(1);
  const arrived = next(a, 'message');
  await succeed(b, 'message:send', { conversationId, content: 'answer' });
  await arrived;
  const { conversations } = await succeed(a, 'conversation:list', {});
  assert.equal(conversations[0].lastMessage.content, 'answer');
  assert.equal(conversations[0].lastSeq, 2);
});
