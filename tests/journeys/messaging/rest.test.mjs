// REST: the same requests by the same rules, as backends and simple clients ask them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();
const data = async (...request) => {
  const { status, body } = await rest(server, ...request);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.success, true);
  return body.data;
};

test('a conversation from its beginning to its end, over REST alone, and told to sockets', async () => {
  const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map(someone);
  const b = await server.connect(bob);
  const [created, messages] = ['conversation:created', 'message'].map((event) => inbox(b, event));
  const { conversation } = await data(ada, 'POST', '/messaging/conversations', { body: { type: 'GROUP', participantIds: [bob], title: 'REST' } });
  assert.equal((await created.take()).conversation.id, conversation.id);
  const at = `/messaging/conversations/${conversation.id}`;
  const { message } = await data(ada, 'POST', `${at}/messages`, { body: { content: 'hello 😀', clientMessageId: 'k1' } });
  assert.equal((await messages.take()).id, message.id);
  assert.equal((await data(ada, 'POST', `${at}/messages`, { body: { content: 'hello 😀', clientMessageId: 'k1' } })).duplicate, true);
  assert.equal((await data(bob, 'GET', '/messaging/conversations?unreadOnly=true&limit=5')).conversations[0].unreadCount, 1);
  assert.equal((await data(bob, 'POST', `${at}/read`, { body: { seq: 1 } })).unreadCount, 0);
  assert.equal((await data(bob, 'GET', at)).conversation.title, 'REST');
  assert.equal((await data(ada, 'PATCH', at, { body: { title: 'new' } })).conversation.title, 'new');
  assert.equal((await data(bob, 'PATCH', `${at}/settings`, { body: { pinned: true } })).settings.pinned, true);
  const one = `/messaging/messages/${message.id}`;
  assert.equal((await data(ada, 'PATCH', one, { body: { content: 'edited' } })).message.content, 'edited');
  assert.equal((await data(bob, 'GET', `${one}/edits`)).edits[0].content, 'hello 😀');
  assert.equal((await data(bob, 'PUT', `${one}/reactions/${encodeURIComponent('👍')}`)).reactions[0].emoji, '👍');
  assert.deepEqual((await data(bob, 'DELETE', `${one}/reactions/${encodeURIComponent('👍')}`)).reactions, []);
  assert.equal((await data(bob, 'GET', '/messaging/search?query=edited')).messages.length, 1);
  assert.equal((await data(ada, 'POST', `${at}/participants`, { body: { userId: cyd } })).participant.userId, cyd);
  assert.equal((await data(ada, 'PATCH', `${at}/participants/${cyd}`, { body: { role: 'ADMIN' } })).participant.role, 'ADMIN');
  assert.equal((await data(ada, 'DELETE', `${at}/participants/${cyd}`)).participant.userId, cyd);
  assert.deepEqual(await data(ada, 'DELETE', one), {});
  const page = await data(bob, 'GET', `${at}/messages?limit=10&afterSeq=0`);
  assert.equal(page.messages[0].isDeleted, true);
  assert.deepEqual(await data(bob, 'POST', `/messaging/blocks/${cyd}`, { body: { reason: 'x' } }), {});
  assert.deepEqual(await data(bob, 'DELETE', `/messaging/blocks/${cyd}`), {});
});

test('a failure is the same as a socket\'s, with its status', async () => {
  const [ada, bob, eve] = ['ada', 'bob', 'eve'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const at = `/messaging/conversations/${conversationId}`;
  const failure = async (status, ...request) => {
    const answer = await rest(server, ...request);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.equal(answer.body.success, false);
    return answer;
  };
  const overSocket = await fail('invalid_payload', a, 'message:send', { conversationId });
  assert.deepEqual((await failure(400, ada, 'POST', `${at}/messages`, { body: {} })).body, overSocket);
  assert.deepEqual((await failure(404, eve, 'GET', at)).body, (await failure(404, eve, 'GET', '/messaging/conversations/absent')).body);
  assert.equal((await failure(403, bob, 'PATCH', at, { body: { title: 'x' } })).body.code, 'forbidden');
  assert.equal((await failure(403, ada, 'POST', `${at}/messages`, { body: { content: 'x', senderId: bob } })).body.code, 'forbidden');
  assert.equal((await failure(409, ada, 'POST', '/messaging/conversations', { body: { type: 'GROUP', participantIds: [], conversationId } })).body.code, 'conflict');
  assert.equal((await failure(400, ada, 'GET', `${at}/messages?limit=201`)).body.field, 'limit');
  assert.equal((await failure(400, ada, 'GET', `${at}/messages?limit=x`)).body.field, 'limit');
  for (const body of ['{', '[]', 'null', '"x"']) assert.equal((await failure(400, ada, 'POST', `${at}/messages`, { body })).body.code, 'invalid_payload');
  assert.equal((await failure(404, ada, 'GET', '/nothing/here')).body.code, 'not_found');
  assert.equal((await failure(404, ada, 'PUT', at)).body.code, 'unknown_event');
  assert.equal((await failure(413, ada, 'POST', `${at}/messages`, { body: JSON.stringify({ content: 'x'.repeat(1_000_001) }) })).body.code, 'payload_too_large');
});

test('who shows no token, or a bad one, learns nothing but that', async () => {
  for (const [bearer, code] of [['', 'token_missing'], ['rubbish', 'token_invalid']]) {
    for (const path of ['/messaging/conversations', '/nothing']) {
      const { status, headers, body } = await rest(server, undefined, 'GET', path, { bearer });
      assert.deepEqual([status, body.code, headers.get('www-authenticate')], [401, code, 'Bearer']);
    }
  }
});

test('a backend acts on behalf of a user, and nobody else does', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const asAda = { 'x-on-behalf-of': ada };
  const service = { claims: { role: 'service' }, headers: asAda };
  const { conversation } = await data('backend', 'POST', '/messaging/conversations', { ...service, body: { type: 'DIRECT', participantIds: [bob] } });
  assert.equal(conversation.createdBy, ada);
  const { status, body } = await rest(server, bob, 'GET', '/messaging/conversations', { headers: asAda });
  assert.deepEqual([status, body.code], [403, 'forbidden']);
});
