// What a backend may ask about a user: everything that is kept about him, and that it be forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const server = await mentaraForThisFile();
const service = { claims: { role: 'service' } };

async function talk() {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada, { claims: { name: 'Ada Secretname' } });
  const b = await server.connect(bob);
  const conversationId = await conversationOf(a, [bob]);
  const { message } = await succeed(a, 'message:send', { conversationId, content: 'a secretword' });
  await succeed(b, 'message:send', { conversationId, content: 'an answer', replyToId: message.id });
  return { ada, bob, a, b, conversationId, message };
}

async function exported(userId) {
  const sections = {};
  let cursor = '';
  do {
    const { status, body } = await rest(server, 'backend', 'GET', `/users/${encodeURIComponent(userId)}/export?cursor=${cursor}`, service);
    assert.equal(status, 200, JSON.stringify(body));
    (sections[body.data.section] ??= []).push(...body.data.items);
    cursor = body.data.nextCursor;
  } while (cursor);
  return sections;
}

test('a user who is erased is cut, what he said is gone everywhere, and the others hear of it', async () => {
  const { ada, bob, a, b, conversationId, message } = await talk();
  const deleted = inbox(b, 'message:deleted');
  const left = inbox(b, 'participant:left');
  const cut = next(a, 'disconnect');
  const { status } = await rest(server, 'backend', 'DELETE', `/users/${ada}`, service);
  assert.equal(status, 200);
  await cut;
  const news = await deleted.take();
  assert.deepEqual([news.messageId, news.seq, news.deletedBy], [message.id, 1, ada]);
  assert.equal((await left.take()).participant.userId, ada);

  const { messages } = await succeed(b, 'conversation:history', { conversationId });
  assert.deepEqual(messages.map(({ seq, content, isDeleted, replyTo }) => [seq, content, isDeleted, replyTo?.content]),
    [[1, '', true, undefined], [2, 'an answer', false, '']]);
  assert.deepEqual((await succeed(b, 'message:search', { query: 'secretword' })).messages, []);
  await eventually('nothing but tombstones', async () => !JSON.stringify(await exported(ada)).includes('secret'));

  const replayed = server.socket(bob, { auth: { cursor: `${b.welcome.cursor.split('.')[0]}.0` } });
  const all = [];
  replayed.onAny((event, payload) => all.push([event, payload]));
  await next(replayed, 'sync:complete');
  assert.ok(all.some(([event, { messageId }]) => event === 'message:deleted' && messageId === message.id));
  assert.doesNotMatch(JSON.stringify(all), /secret/i, 'nor does the log tell it again');
});

test('an export holds what a user said, is and set', async () => {
  const { ada, b, conversationId, message } = await talk();
  const { messages: [, answer] } = await succeed(b, 'conversation:history', { conversationId });
  await rest(server, ada, 'PUT', `/messaging/messages/${answer.id}/reactions/${encodeURIComponent('👍')}`);
  const all = await exported(ada);
  assert.equal(all.profile[0].name, 'Ada Secretname');
  assert.deepEqual(all.messages.map(({ id, content }) => [id, content]), [[message.id, 'a secretword']]);
  assert.deepEqual(all.reactions, [{ messageId: answer.id, emoji: '👍' }]);
  assert.deepEqual(all.conversations.map((one) => one.conversationId), [conversationId]);
  assert.equal(all.devices[0].namespace, '/messaging');
});

test('only backends may ask, and only about users who are known', async () => {
  const { ada, bob } = await talk();
  for (const [method, path] of [['GET', `/users/${ada}/export`], ['DELETE', `/users/${ada}`]]) {
    for (const user of [ada, bob]) assert.equal((await rest(server, user, method, path)).body.code, 'forbidden');
    assert.equal((await rest(server, 'backend', method, path.replace(ada, 'nobody'), service)).status, 404);
    assert.equal((await rest(server, ada, method, path, { bearer: null })).status, 401);
  }
  assert.equal((await rest(server, 'backend', 'GET', `/users/${ada}/export?cursor=x`, service)).body.field, 'cursor');
});
