// What a device missed comes when it returns, in order, before anything new; and moves on only by what is proven.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Mentara, conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { Inbox, eventually, inbox, next } from '../support/wait.mjs';

const server = await mentaraForThisFile();

// Everything that a socket is told, as [event, payload], from its very first event on.
function everything(socket) {
  const box = new Inbox('events');
  socket.onAny((event, payload) => box.put([event, payload]));
  return box;
}

// The events until sync:complete, once it has come.
async function replayOf(socket) {
  const box = everything(socket);
  await next(socket, 'sync:complete');
  return box;
}

const texts = (events) => events.filter(([event]) => event === 'message').map(([, { content }]) => content);
// Waits until a message with this content has come.
const told = (box, content) => eventually(`the message "${content}"`, () => texts(box.all).includes(content));
const names = (events) => events.map(([event]) => event);

// Sends these one after the other, so that their order is known.
async function send(socket, conversationId, contents) {
  for (const content of contents) await succeed(socket, 'message:send', { conversationId, content });
}

// The server knows what this socket has: told by its message:delivered to the sender.
async function delivered(sender, userId, seq) {
  await eventually(`${userId} has seq ${seq}`, async () => {
    const { conversations } = await succeed(sender, 'conversation:list', {});
    return conversations.some(({ members }) => members.some((m) => m.userId === userId && m.deliveredSeq >= seq));
  });
}

async function pair(options) {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = [await server.connect(ada), await server.connect(bob, options)];
  return { ada, bob, a, b, conversationId: await conversationOf(a, [bob]) };
}

test('who missed nothing is told so at once', async () => {
  const socket = server.socket(someone('ada'));
  const box = await replayOf(socket);
  assert.deepEqual(names(box.all), ['connected', 'sync:complete']);
  assert.equal(box.all[1][1].replayed, 0);
  assert.equal(typeof box.all[1][1].cursor, 'string');
});

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']])
  test(`over ${transports.join(' and ')}, what was missed comes in order and before anything new`, async () => {
    const { bob, a, b, conversationId } = await pair({ transports });
    await send(a, conversationId, ['seen']);
    await delivered(a, bob, 1);
    b.disconnect();
    await send(a, conversationId, ['one', 'two', 'three']);
    const again = server.socket(bob, { transports });
    const box = everything(again);
    await next(again, 'sync:complete');
    await send(a, conversationId, ['new']);
    await told(box, 'new');
    const order = box.all.filter(([event]) => event === 'message' || event.startsWith('sync'));
    assert.deepEqual(order.map(([event, { content, replayed }]) => content ?? `${event} ${replayed}`),
      ['one', 'two', 'three', `sync:complete ${order[3][1].replayed}`, 'new']);
    assert.equal(box.all[0][0], 'connected');
    const positions = box.all.flatMap(([, { cursor }]) => cursor ?? []).map((cursor) => Number(cursor.split('.')[1]));
    assert.deepEqual(positions, [...positions].sort((x, y) => x - y), 'positions rise');
  });

test('live and replayed, an event is the same', async () => {
  const { bob, a, b, conversationId } = await pair();
  const live = everything(b);
  await succeed(a, 'message:send', {
    conversationId, content: 'ä\u2028😀', attachments: [{ url: 'u', name: 'n', size: 1, mimeType: 'm' }], metadata: { x: [1] },
  });
  await succeed(a, 'message:read', { conversationId, seq: 1 });
  await live.first(2);
  const other = server.socket(bob, { auth: { cursor: b.welcome.cursor, deviceId: 'other' } });
  const replayed = await replayOf(other);
  const durable = (events) => events.filter(([event]) => ['message', 'message:read'].includes(event));
  assert.deepEqual(durable(replayed.all), durable(live.all));
});

test('a device that dropped before its first event gets everything', async () => {
  const { bob, a, conversationId } = await pair();
  const early = server.socket(bob, { auth: { deviceId: 'phone' } });
  await next(early, 'connected');
  early.disconnect();
  await send(a, conversationId, ['one', 'two']);
  const box = await replayOf(server.socket(bob, { auth: { deviceId: 'phone' } }));
  assert.deepEqual(texts(box.all), ['one', 'two']);
});

test('a user who was never here begins at the beginning; his second device where no other has come', async () => {
  const { a } = await pair();
  const late = someone('late');
  const conversationId = await conversationOf(a, [late]);
  await send(a, conversationId, ['one', 'two']);
  const first = await replayOf(server.socket(late, { auth: { deviceId: 'first' } }));
  assert.deepEqual(names(first.all), ['connected', 'conversation:created', 'message', 'message', 'sync:complete']);
  await delivered(a, late, 2);
  const second = await replayOf(server.socket(late, { auth: { deviceId: 'second' } }));
  assert.deepEqual(texts(second.all), []);
});

test('each device has a place of its own', async () => {
  const { bob, a, b, conversationId } = await pair();
  b.disconnect(); // so that what is delivered, the phone has
  const phone = await server.connect(bob, { auth: { deviceId: 'phone' } });
  const tablet = await server.connect(bob, { auth: { deviceId: 'tablet' } });
  await settle(phone);
  tablet.disconnect();
  await send(a, conversationId, ['one']);
  await delivered(a, bob, 1);
  phone.disconnect();
  await send(a, conversationId, ['two']);
  assert.deepEqual(texts((await replayOf(server.socket(bob, { auth: { deviceId: 'phone' } }))).all), ['two']);
  assert.deepEqual(texts((await replayOf(server.socket(bob, { auth: { deviceId: 'tablet' } }))).all), ['one', 'two']);
});

test('what the user did elsewhere is replayed too', async () => {
  const { bob, a, b, conversationId } = await pair();
  const phone = await server.connect(bob, { auth: { deviceId: 'phone' } });
  phone.disconnect();
  await send(b, conversationId, ['mine']);
  assert.deepEqual(texts((await replayOf(server.socket(bob, { auth: { deviceId: 'phone' } }))).all), ['mine']);
  await settle(a);
});

test('message:delivered is told to the sender when a device has it, and not before', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const toA = inbox(a, 'message:delivered');
  await send(a, conversationId, ['one', 'two']);
  await settle(a);
  assert.deepEqual(toA.all, []);
  await server.connect(bob);
  const news = await toA.take();
  assert.deepEqual([news.conversationId, news.userId, news.seq], [conversationId, bob, 2]);
  assert.equal(typeof news.cursor, 'string');
  assert.ok(news.at);
});

test('I1 who leaves in the middle of what has come is given the rest when it returns', async () => {
  const { bob, a, b, conversationId } = await pair();
  const eve = someone('eve');
  await server.connect(eve);
  await succeed(a, 'participant:add', { conversationId, userId: eve });
  const got = [];
  b.on('message', ({ seq }) => {
    got.push(seq);
    b.disconnect(); // its transport has read and acknowledged more, of which it will not tell any more
  });
  const seqs = Array.from({ length: 20 }, (_, i) => i + 1);
  const answers = seqs.map((seq) => succeed(a, 'message:send', { conversationId, content: `${seq}` }));
  await new Promise(setImmediate); // they are on their way
  for (const until = Date.now() + 200; Date.now() < until; ); // so that this process reads all of it at once
  await Promise.all(answers);
  await eventually('it left', () => !b.connected);
  await send(a, conversationId, ['last']);
  await delivered(a, eve, 21); // what has been proven before is stored as well
  const again = await replayOf(server.socket(bob));
  got.push(...again.all.filter(([event]) => event === 'message').map(([, { seq }]) => seq));
  assert.deepEqual([...new Set(got)].sort((x, y) => x - y), [...seqs, 21]);
});

test('a client may say itself what it has: message:delivered and sync:ack', async () => {
  const { bob, a, b, conversationId } = await pair();
  await succeed(b, 'message:delivered', { conversationId, seq: 0 });
  await fail('not_found', b, 'message:delivered', { conversationId: 'no-such', seq: 1 });
  await fail('invalid_payload', b, 'message:delivered', { conversationId });
  await fail('invalid_payload', b, 'sync:ack', {});
  for (const cursor of ['x', 'other.1', `${b.welcome.cursor}x`]) await fail('invalid_payload', b, 'sync:ack', { cursor });
  const box = inbox(b, 'message');
  await send(a, conversationId, ['one']);
  const { cursor } = await box.take();
  await succeed(b, 'sync:ack', { cursor });
  await delivered(a, bob, 1);
});

test('what a client sends while its replay goes on is not counted among what it is given', async () => {
  const { bob, a, b, conversationId } = await pair();
  await settle(b);
  b.disconnect();
  await Promise.all(Array.from({ length: 400 }, (_, i) => succeed(a, 'message:send', { conversationId, content: `missed ${i}` })));
  const again = server.socket(bob);
  const box = everything(again);
  const answers = [];
  again.once('connected', () => {
    for (let i = 0; i < 20; i++) answers.push(succeed(again, 'message:send', { conversationId, content: `own ${i}` }));
  });
  await next(again, 'sync:complete');
  const [[, { replayed }]] = box.all.filter(([event]) => event === 'sync:complete');
  const given = box.all.filter(([event, payload]) => payload.cursor && !['connected', 'sync:complete'].includes(event));
  assert.equal(replayed, given.length);
  await Promise.all(answers);
  assert.ok(texts(box.all).every((content) => content.startsWith('missed')), 'they have their answers');
});

test("a client's own cursor decides where its replay begins", async () => {
  const { bob, a, b, conversationId } = await pair();
  const box = inbox(b, 'message');
  await send(a, conversationId, ['one', 'two', 'three']);
  const [, { cursor }] = await box.first(3);
  const own = await replayOf(server.socket(bob, { auth: { cursor } }));
  assert.equal(own.all[0][1].cursor, cursor);
  assert.deepEqual(texts(own.all), ['three']);
});

for (const [what, cursor, reason] of [
  ['is unreadable', () => 'noise', 'invalid_cursor'], ['is no text', () => 7, 'invalid_cursor'],
  ['is of another epoch', (own) => `other.${own.split('.')[1]}`, 'epoch_changed'],
  ['lies beyond the end', (own) => `${own.split('.')[0]}.999999999`, 'invalid_cursor'],
])
  test(`F19 a cursor that ${what} is answered with sync:reset ${reason}`, async () => {
    const { bob, a, b, conversationId } = await pair();
    await send(a, conversationId, ['one']);
    await delivered(a, bob, 1); // what happens between the reset and the end of the replay is replayed
    const again = server.socket(bob, { auth: { cursor: cursor(b.welcome.cursor) } });
    const box = await replayOf(again);
    assert.deepEqual(names(box.all).slice(0, 3), ['connected', 'sync:reset', 'sync:complete']);
    const [, reset] = box.all[1];
    assert.equal(reset.reason, reason);
    await send(a, conversationId, ['two']);
    await told(box, 'two');
    assert.deepEqual(texts(box.all), ['two']);
    const resumed = await replayOf(server.socket(bob, { auth: { cursor: reset.cursor, deviceId: 'new' } }));
    assert.deepEqual(texts(resumed.all), ['two'], 'the cursor of the reset is where it goes on');
  });

test('who missed too much is told to reload, and goes on from there', async (t) => {
  const small = await Mentara.start({ env: { MENTARA_REPLAY_EVENTS_MAX: '3' } });
  t.after(() => small.end());
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await small.connect(ada);
  const b = await small.connect(bob);
  const conversationId = await conversationOf(a, [bob]);
  await send(a, conversationId, ['seen']);
  await delivered(a, bob, 1);
  b.disconnect();
  await send(a, conversationId, ['one', 'two', 'three', 'four']);
  const again = small.socket(bob);
  const reset = await replayOf(again);
  assert.deepEqual(names(reset.all).slice(0, 3), ['connected', 'sync:reset', 'sync:complete']);
  assert.equal(reset.all[1][1].reason, 'too_many');
  await send(a, conversationId, ['five']);
  await delivered(a, bob, 6);
  again.disconnect();
  const box = await replayOf(small.socket(bob));
  assert.ok(!names(box.all).includes('sync:reset'));
  assert.deepEqual(texts(box.all), []);
});

test('I7 who was removed gets what came until then, and nothing after', async () => {
  const { bob, a, b, conversationId } = await pair();
  await settle(b);
  b.disconnect();
  await send(a, conversationId, ['before']);
  await succeed(a, 'participant:remove', { conversationId, userId: bob });
  await send(a, conversationId, ['after']);
  const again = server.socket(bob);
  const box = await replayOf(again);
  assert.deepEqual(texts(box.all), ['before']);
  assert.ok(names(box.all).includes('participant:left'));
  await send(a, conversationId, ['later']);
  await settle(again);
  assert.deepEqual(texts(box.all), ['before'], 'nor live');
});

for (const [historyVisibility, expected] of [['SINCE_JOIN', ['after']], ['ALL', ['before', 'after']]])
  test(`I7 who was added to a conversation with ${historyVisibility} is replayed ${expected.join(' and ')}`, async () => {
    const { bob, a } = await pair();
    const eve = someone('eve');
    const e = await server.connect(eve);
    e.disconnect();
    const conversationId = await conversationOf(a, [bob], { historyVisibility });
    await send(a, conversationId, ['before']);
    await succeed(a, 'participant:add', { conversationId, userId: eve });
    await send(a, conversationId, ['after']);
    const box = await replayOf(server.socket(eve));
    assert.deepEqual(texts(box.all), expected);
    assert.ok(names(box.all).includes('participant:joined'));
  });
