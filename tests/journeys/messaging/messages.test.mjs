// Messages: from one user to the others of a conversation, and to nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { inbox, next } from '../support/wait.mjs';

const server = await mentaraForThisFile();

// Two members and a third who is none, connected.
async function three() {
  const [ada, bob, eve] = ['ada', 'bob', 'eve'].map(someone);
  const [a, b, e] = await Promise.all([ada, bob, eve].map((user) => server.connect(user)));
  const conversationId = await conversationOf(a, [bob]);
  return { ada, bob, eve, a, b, e, conversationId };
}

test('a message reaches the other member; a third gets nothing, and neither does the sender', async () => {
  const { ada, a, b, e, conversationId } = await three();
  const [toA, toB, toE] = [a, b, e].map((socket) => inbox(socket, 'message'));
  const { message } = await succeed(a, 'message:send', { conversationId, content: 'Hello!', messageType: 'TEXT' });
  const { cursor, ...received } = await toB.take();
  assert.deepEqual(received, message);
  assert.equal(typeof cursor, 'string');
  assert.equal(message.senderId, ada);
  assert.equal(message.sender.id, ada);
  assert.equal(message.sender.name, `Name of ${ada}`);
  assert.equal(message.seq, 1);
  assert.equal(message.content, 'Hello!');
  assert.equal(message.isEdited, false);
  assert.equal(message.isDeleted, false);
  assert.match(message.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(message.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  await settle(a);
  await settle(e);
  assert.deepEqual([toA.all, toE.all], [[], []]);
});

test('every device of both users gets it, but for the socket that sent it', async () => {
  const { ada, bob, a, b, conversationId } = await three();
  const others = [await server.connect(ada, { auth: { deviceId: 'tablet' } }), b, await server.connect(bob, { auth: { deviceId: 'tablet' } })];
  const boxes = others.map((socket) => inbox(socket, 'message'));
  const own = inbox(a, 'message');
  const { message } = await succeed(a, 'message:send', { conversationId, content: 'to all' });
  for (const box of boxes) assert.equal((await box.take()).id, message.id);
  for (const socket of [a, ...others]) await settle(socket);
  assert.deepEqual([own, ...boxes].map((box) => box.all.length), [0, 1, 1, 1]);
});

test('messages of both are numbered in one sequence, the same for everyone', async () => {
  const { a, b, conversationId } = await three();
  const [toA, toB] = [a, b].map((socket) => inbox(socket, 'message'));
  const sent = await Promise.all(Array.from({ length: 50 }, (_, i) =>
    succeed(i % 2 ? a : b, 'message:send', { conversationId, content: `number ${i}` })));
  const bySeq = new Map(sent.map(({ message }) => [message.seq, message.id]));
  assert.deepEqual([...bySeq.keys()].sort((x, y) => x - y), Array.from({ length: 50 }, (_, i) => i + 1));
  for (const box of [toA, toB]) {
    const seqs = (await box.first(25)).map(({ seq }) => seq);
    assert.deepEqual(seqs, [...seqs].sort((x, y) => x - y));
    box.all.forEach(({ seq, id }) => assert.equal(bySeq.get(seq), id));
  }
});

test('a content is stored and relayed byte for byte', async () => {
  const { a, b, conversationId } = await three();
  const box = inbox(b, 'message');
  for (const content of ['  spaces  ', '<script>alert(1)</script>', "'; DROP TABLE log;--", 'Ä€😀 てすと \u202e', '\u0000\u001f"\\/', '\n']) {
    const { message } = await succeed(a, 'message:send', { conversationId, content });
    assert.equal(message.content, content);
    assert.equal((await box.take()).content, content);
  }
  const { messages } = await succeed(b, 'conversation:history', { conversationId });
  assert.deepEqual(messages.map(({ content }) => content), box.all.map(({ content }) => content));
});

test('attachments, metadata, a reply and the type travel along', async () => {
  const { ada, a, b, conversationId } = await three();
  const box = inbox(b, 'message');
  const first = (await succeed(a, 'message:send', { conversationId, content: 'x'.repeat(300) })).message;
  await box.take();
  const attachments = [{ url: 'https://files.example/a.png', name: 'a.png', size: 12, mimeType: 'image/png' }];
  const metadata = { nested: { list: [1, 'zwei', null] } };
  const { message } = await succeed(a, 'message:send', { conversationId, attachments, metadata, messageType: 'image', replyToId: first.id });
  assert.equal(message.messageType, 'IMAGE');
  assert.equal(message.content, '');
  assert.deepEqual(message.attachments, attachments);
  assert.deepEqual(message.metadata, metadata);
  assert.deepEqual(message.replyTo, { id: first.id, senderId: ada, content: 'x'.repeat(200) });
  const { cursor, ...received } = await box.take();
  assert.deepEqual(received, message);
  assert.ok(cursor);
});

test('the same clientMessageId again gives the same message, and nothing is sent twice', async () => {
  const { a, b, conversationId } = await three();
  const box = inbox(b, 'message');
  const request = { conversationId, content: 'once', clientMessageId: 'retry-1' };
  const first = await succeed(a, 'message:send', request);
  assert.equal(first.duplicate, undefined);
  const again = await Promise.all([1, 2, 3].map(() => succeed(a, 'message:send', request)));
  for (const ack of again) {
    assert.equal(ack.duplicate, true);
    assert.equal(ack.message.id, first.message.id);
    assert.equal(ack.message.seq, first.message.seq);
  }
  await succeed(a, 'message:send', { conversationId, content: 'after' });
  assert.deepEqual((await box.first(2)).map(({ content }) => content), ['once', 'after']);
  const { messages } = await succeed(a, 'conversation:history', { conversationId });
  assert.deepEqual(messages.map(({ content, clientMessageId }) => [content, clientMessageId]), [['once', 'retry-1'], ['after', undefined]]);
});

test('the same clientMessageId sent twice at once is one message', async () => {
  const { a, conversationId } = await three();
  const request = { conversationId, content: 'at once', clientMessageId: 'race' };
  const acks = await Promise.all(Array.from({ length: 10 }, () => succeed(a, 'message:send', request)));
  assert.equal(new Set(acks.map(({ message }) => message.id)).size, 1);
  assert.equal(acks.filter(({ duplicate }) => duplicate).length, 9);
});

test('a clientMessageId with another content or conversation is a conflict; another user may have the same', async () => {
  const { bob, a, b, conversationId } = await three();
  const elsewhere = await conversationOf(a, [bob]);
  await succeed(a, 'message:send', { conversationId, content: 'mine', clientMessageId: 'id-1' });
  await fail('conflict', a, 'message:send', { conversationId, content: 'other', clientMessageId: 'id-1' });
  await fail('conflict', a, 'message:send', { conversationId: elsewhere, content: 'mine', clientMessageId: 'id-1' });
  const { message, duplicate } = await succeed(b, 'message:send', { conversationId, content: 'mine', clientMessageId: 'id-1' });
  assert.equal(duplicate, undefined);
  assert.equal(message.seq, 2);
});

test('a stranger is told the same as about a conversation that does not exist', async () => {
  const { e, a, conversationId } = await three();
  await succeed(a, 'message:send', { conversationId, content: 'secret' });
  for (const [event, more] of [
    ['message:send', { content: 'x' }], ['conversation:history', {}], ['conversation:join', {}], ['conversation:leave', {}],
    ['typing:start', {}], ['typing:stop', {}], ['message:read', { seq: 1 }],
  ]) {
    const foreign = await fail('not_found', e, event, { conversationId, ...more });
    const absent = await fail('not_found', e, event, { conversationId: 'no-such-conversation', ...more });
    assert.deepEqual(foreign, absent, event);
  }
});

test('what is wrong with a payload is said with the name of its field', async () => {
  const { a, conversationId } = await three();
  const good = { conversationId, content: 'x' };
  for (const [field, payload] of [
    ['conversationId', { content: 'x' }], ['conversationId', { ...good, conversationId: 42 }],
    ['conversationId', { ...good, conversationId: '' }], ['conversationId', { ...good, conversationId: 'a b' }],
    ['content', { conversationId }], ['content', { ...good, content: '' }], ['content', { ...good, content: null }],
    ['content', { ...good, content: ['x'] }], ['content', { ...good, content: 'x'.repeat(16_385) }],
    ['messageType', { ...good, messageType: 'POEM' }], ['messageType', { ...good, messageType: 1 }],
    ['clientMessageId', { ...good, clientMessageId: 'x'.repeat(129) }],
    ['attachments', { ...good, attachments: Array(11).fill({ url: 'u', name: 'n', size: 1, mimeType: 'm' }) }],
    ['attachments[0].size', { ...good, attachments: [{ url: 'u', name: 'n', size: '1', mimeType: 'm' }] }],
    ['metadata', { ...good, metadata: [] }], ['metadata', { ...good, metadata: { x: 'x'.repeat(4100) } }],
  ]) {
    const ack = await fail('invalid_payload', a, 'message:send', payload);
    assert.equal(ack.field, field, JSON.stringify(ack));
  }
  for (const payload of [[], ['text'], [42], [null], [[]]]) await fail('invalid_payload', a, 'message:send', ...payload);
});

test('the longest content is taken, whatever its characters', async () => {
  const { a, b, conversationId } = await three();
  const box = inbox(b, 'message');
  for (const character of ['x', 'ä', '😀']) {
    await succeed(a, 'message:send', { conversationId, content: character.repeat(16_384) });
    assert.equal((await box.take()).content.length, 16_384 * character.length);
  }
});

test('a field that claims to be somebody else is forbidden; one that is right, or unknown, does no harm', async () => {
  const { ada, bob, a, conversationId } = await three();
  for (const claim of ['senderId', 'fromUserId', 'userId'])
    await fail('forbidden', a, 'message:send', { conversationId, content: 'x', [claim]: bob });
  const { message } = await succeed(a, 'message:send', {
    conversationId, content: 'x', senderId: ada, isDeleted: true, seq: 99, id: 'mine',
  });
  assert.equal(message.senderId, ada);
  assert.equal(message.seq, 1);
  assert.notEqual(message.id, 'mine');
});

test('an unknown event is a failure, never silence', async () => {
  const { a } = await three();
  for (const event of ['message:sned', 'message', 'error', '__proto__', 'connection']) await fail('unknown_event', a, event, {});
});

test('a failure without an acknowledgement is emitted as an exception', async () => {
  const { a, b, conversationId } = await three();
  const toB = inbox(b, 'exception');
  a.emit('message:send', { conversationId });
  const [invalid] = await next(a, 'exception');
  assert.equal(invalid.event, 'message:send');
  assert.equal(invalid.code, 'invalid_payload');
  assert.equal(invalid.field, 'content');
  assert.equal(typeof invalid.error, 'string');
  a.emit('no:such:event');
  const [unknown] = await next(a, 'exception');
  assert.deepEqual([unknown.event, unknown.code], ['no:such:event', 'unknown_event']);
  await settle(b);
  assert.deepEqual(toB.all, []);
});

test('binary where there should be none is an invalid payload', async () => {
  const { a, conversationId } = await three();
  await fail('invalid_payload', a, 'message:send', { conversationId, content: Buffer.from('bytes') });
  await succeed(a, 'message:send', { conversationId, content: 'still here' });
});
