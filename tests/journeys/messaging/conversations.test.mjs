// Conversations: made, found again, listed, and told to those who are in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();

const connectAll = (users) => Promise.all(users.map((user) => server.connect(user)));

test('a group is told to its members and to nobody else', async () => {
  const [ada, bob, cyd, eve] = ['ada', 'bob', 'cyd', 'eve'].map(someone);
  const [a, b, c, e] = await connectAll([ada, bob, cyd, eve]);
  const [toB, toC, toE] = [b, c, e].map((socket) => inbox(socket, 'conversation:created'));
  const ack = await succeed(a, 'conversation:create', {
    type: 'GROUP', participantIds: [bob, cyd], title: 'Stats 101', metadata: { room: 7 },
  });
  assert.equal(ack.created, true);
  const { conversation } = ack;
  assert.equal(conversation.type, 'GROUP');
  assert.equal(conversation.title, 'Stats 101');
  assert.deepEqual(conversation.metadata, { room: 7 });
  assert.equal(conversation.createdBy, ada);
  assert.equal(conversation.historyVisibility, 'SINCE_JOIN');
  assert.equal(conversation.lastSeq, 0);
  assert.equal(conversation.unreadCount, 0);
  assert.deepEqual(conversation.settings, { muted: false, archived: false, pinned: false });
  const roles = Object.fromEntries(conversation.members.map(({ userId, role }) => [userId, role]));
  assert.deepEqual(roles, { [ada]: 'ADMIN', [bob]: 'MEMBER', [cyd]: 'MEMBER' });
  const names = Object.fromEntries(conversation.members.map(({ userId, name }) => [userId, name]));
  assert.equal(names[bob], `Name of ${bob}`);

  for (const box of [toB, toC]) {
    const event = await box.take();
    assert.equal(event.conversation.id, conversation.id);
    assert.equal(event.conversation.title, 'Stats 101');
    assert.equal(event.conversation.unreadCount, undefined, 'what is personal is not told to all');
    assert.equal(event.conversation.settings, undefined);
    assert.equal(typeof event.cursor, 'string');
  }
  await settle(e);
  assert.deepEqual(toE.all, []);
});

test('two people have one direct conversation, whoever asks and however often', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = await connectAll([ada, bob]);
  const asked = [[a, bob], [b, ada], [a, bob], [b, ada], [a, bob]];
  const acks = await Promise.all(asked.map(([socket, other]) =>
    succeed(socket, 'conversation:create', { type: 'DIRECT', participantIds: [other] })));
  assert.equal(new Set(acks.map(({ conversation }) => conversation.id)).size, 1);
  assert.equal(acks.filter(({ created }) => created).length, 1);
  const { conversations } = await succeed(b, 'conversation:list', {});
  assert.equal(conversations.length, 1);
});

test('a direct conversation has exactly one other, who may never have been here', async () => {
  const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map(someone);
  const a = await server.connect(ada);
  for (const participantIds of [[], [ada], [bob, cyd]])
    assert.equal((await fail('invalid_payload', a, 'conversation:create', { type: 'DIRECT', participantIds })).field, 'participantIds');
  const { conversation } = await succeed(a, 'conversation:create', { type: 'DIRECT', participantIds: [bob] });
  const member = conversation.members.find(({ userId }) => userId === bob);
  assert.equal(member.name, undefined, 'he has only an id so far');
});

test('an id may be brought along; a used one is a conflict', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = await connectAll([ada, bob]);
  const conversationId = someone('my-conversation.1:a');
  assert.equal(await conversationOf(a, [bob], { conversationId }), conversationId);
  await fail('conflict', a, 'conversation:create', { type: 'GROUP', participantIds: [bob], conversationId });
  await fail('conflict', b, 'conversation:create', { type: 'GROUP', participantIds: [ada], conversationId });
  for (const bad of ['', 'with space', 'x'.repeat(129), 'ümlaut', 7])
    assert.equal((await fail('invalid_payload', a, 'conversation:create', { type: 'GROUP', participantIds: [bob], conversationId: bad })).field,
      'conversationId');
});

test('what is wrong with a new conversation is said with the name of its field', async () => {
  const a = await server.connect(someone('ada'));
  for (const [field, payload] of [
    ['type', { participantIds: ['bob'] }], ['type', { type: 'CLUB', participantIds: ['bob'] }],
    ['participantIds', { type: 'GROUP' }], ['participantIds', { type: 'GROUP', participantIds: 'bob' }],
    ['participantIds[1]', { type: 'GROUP', participantIds: ['bob', 'a\u0000b'] }],
    ['title', { type: 'GROUP', participantIds: ['bob'], title: 'x'.repeat(201) }],
    ['metadata', { type: 'GROUP', participantIds: ['bob'], metadata: 'text' }],
    ['historyVisibility', { type: 'GROUP', participantIds: ['bob'], historyVisibility: 'SOME' }],
  ])
    assert.equal((await fail('invalid_payload', a, 'conversation:create', payload)).field, field);
});

test('the list shows one\'s own conversations, the newest activity first, page by page', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = await connectAll([ada, bob]);
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(await conversationOf(a, [bob], { title: `number ${i}` }));
  const foreign = await conversationOf(b, [someone('cyd')]);
  await succeed(b, 'message:send', { conversationId: ids[1], content: 'the latest' });

  const expected = [ids[1], ids[4], ids[3], ids[2], ids[0]];
  const listed = [];
  let before;
  do {
    const page = await succeed(a, 'conversation:list', { limit: 2, before });
    assert.ok(page.conversations.length <= 2);
    listed.push(...page.conversations);
    before = page.nextCursor ?? undefined;
  } while (before);
  assert.deepEqual(listed.map(({ id }) => id), expected);
  assert.ok(!listed.some(({ id }) => id === foreign));
  assert.equal(listed[0].lastMessage.content, 'the latest');
  assert.equal(listed[0].unreadCount, 1);
  assert.equal(listed[1].unreadCount, 0);

  const unread = await succeed(a, 'conversation:list', { unreadOnly: true });
  assert.deepEqual(unread.conversations.map(({ id }) => id), [ids[1]]);
  for (const limit of [0, 101, 1.5, '2'])
    assert.equal((await fail('invalid_payload', a, 'conversation:list', { limit })).field, 'limit');
  assert.equal((await ask(a, 'conversation:list', { before: 'no cursor of ours' })).code, 'invalid_payload');
});

test('the list may be asked for without a payload', async () => {
  const a = await server.connect(someone('ada'));
  assert.deepEqual((await succeed(a, 'conversation:list')).conversations, []);
});

test('joining and leaving answer with the conversation', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob], { title: 'joined' });
  for (const event of ['conversation:join', 'conversation:join', 'conversation:leave', 'conversation:leave']) {
    const { conversation } = await succeed(a, event, { conversationId });
    assert.equal(conversation.id, conversationId);
    assert.equal(conversation.title, 'joined');
  }
});
