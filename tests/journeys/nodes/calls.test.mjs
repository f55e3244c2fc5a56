// Calls and conferences of users who are on different nodes; and nodes that die meanwhile. One node keeps all calls: tests know it as
// `keeper`, and have it take part or not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, conversationOf, fail, someone, succeed } from '../support/mentara.mjs';
import { figure, nodesFor, readiness, redis } from '../support/nodes.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const nsp = '/video-calls';
const offer = { type: 'offer', sdp: 'v=0' };
const answer = { type: 'answer', sdp: 'v=0' };
let calls = 0;
const newCall = () => `call-${process.pid}-${++calls}`;
const device = (node, user, deviceId) => node.connect(user, { nsp, auth: { deviceId }, reconnection: false });

// The nodes of a site, the keeper first.
async function siteFor(t, count, env) {
  const nodes = await nodesFor(t, count, { env });
  const keeper = await keeperOf(nodes);
  for (const node of nodes) await eventually('the nodes hear each other', async () => (await figure(node, 'mentara_nodes')) === count);
  return [keeper, ...nodes.filter((node) => node !== keeper)];
}

const keeperOf = (nodes) =>
  eventually('a node keeps the calls', async () => {
    const keep = await Promise.all(nodes.map((node) => figure(node, 'mentara_calls_kept')));
    return keep.reduce((sum, one) => sum + one, 0) === 1 && nodes[keep.indexOf(1)];
  });

// Two who share a conversation, each with a device on the node that is given.
async function twoPeople(ofAda, ofBob) {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const chat = await ofAda.connect(ada);
  const conversationId = await conversationOf(chat, [bob], { type: 'DIRECT' });
  const [a, b] = [await device(ofAda, ada, 'phone'), await device(ofBob, bob, 'desk')];
  const people = { ada, bob, a, b, chat, conversationId };
  people.anew = () => {
    people.callId = newCall();
    people.call = { callId: people.callId, fromUserId: ada, toUserId: bob };
    people.back = { callId: people.callId, fromUserId: bob, toUserId: ada };
  };
  people.anew();
  return people;
}

// Until the callee's device is known to the node that keeps the calls.
async function ring(people) {
  const incoming = next(people.b, 'video:incoming-call');
  await eventually('it rings', async () => {
    const offered = await ask(people.a, 'video:offer', { ...people.call, offer });
    if (!offered.success) people.anew(), assert.equal(offered.code, 'unreachable', JSON.stringify(offered));
    return offered.success;
  });
  return (await incoming)[0];
}

async function talk(people) {
  await ring(people);
  const received = next(people.a, 'video:answer-received');
  await succeed(people.b, 'video:answer', { ...people.back, answer });
  assert.deepEqual((await received)[0].answer, answer);
}

// Both can signal, and one of them ends it; then nobody is busy.
async function talkOnAndEnd({ ada, bob, a, b, callId }) {
  const toB = next(b, 'video:renegotiate');
  await succeed(a, 'video:renegotiate', { callId, description: offer, restart: true });
  assert.deepEqual((await toB)[0], { callId, fromUserId: ada, description: offer, restart: true });
  const toA = next(a, 'video:ice-candidate');
  await succeed(b, 'video:ice-candidate', { callId, candidate: { candidate: 'b' } });
  assert.equal((await toA)[0].candidate.candidate, 'b');
  const over = next(b, 'video:call-ended');
  const { call } = await succeed(a, 'video:end-call', { callId });
  assert.equal(call.reason, 'completed');
  assert.equal((await over)[0].reason, 'completed');
  const again = { callId: newCall(), fromUserId: bob, toUserId: ada };
  const incoming = next(a, 'video:incoming-call');
  await succeed(b, 'video:offer', { ...again, offer });
  await incoming;
  await succeed(b, 'video:cancel-call', { callId: again.callId });
}

test('a call over three nodes: it rings on all devices, the first answer wins, signals pass, hang-up reaches everybody once', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  const { ada, a, b } = people;
  const tablets = [await device(keeper, people.bob, 'tablet'), await device(one, people.bob, 'watch')];
  const rings = tablets.map((tablet) => inbox(tablet, 'video:incoming-call'));
  const ringing = next(a, 'video:ringing');
  const incoming = await ring(people);
  const { callId, call, back } = people;
  assert.deepEqual([incoming.callId, incoming.fromUserId, incoming.from.id, incoming.offer], [callId, ada, ada, offer]);
  for (const box of rings) assert.equal((await box.take()).callId, callId);
  assert.equal((await ringing)[0].callId, callId);
  await succeed(a, 'video:ice-candidate', { ...call, candidates: [{ candidate: 'a1' }, { candidate: 'a2' }] });
  await succeed(b, 'video:ice-candidate', { ...back, candidate: { candidate: 'b1' } });

  const [toA, toB] = [inbox(a, 'video:ice-candidate'), inbox(b, 'video:ice-candidate')];
  const received = next(a, 'video:answer-received');
  const devices = [b, ...tablets];
  const elsewhere = devices.map((socket) => inbox(socket, 'video:answered-elsewhere'));
  const answers = await Promise.all(devices.map((socket) => ask(socket, 'video:answer', { ...back, answer })));
  assert.equal(answers.filter(({ success }) => success).length, 1, JSON.stringify(answers));
  assert.deepEqual(answers.filter(({ success }) => !success).map(({ code }) => code), ['conflict', 'conflict']);
  assert.deepEqual((await received)[0].answer, answer);
  const won = answers.findIndex(({ success }) => success);
  for (const [i, box] of elsewhere.entries()) if (i !== won) assert.equal((await box.take()).callId, callId);
  if (won === 0) {
    assert.equal((await toA.take()).candidate.candidate, 'b1');
    assert.deepEqual([(await toB.take()).candidate.candidate, (await toB.take()).candidate.candidate], ['a1', 'a2']);
  }
  const winner = devices[won];
  const state = next(a, 'video:media-state');
  await succeed(winner, 'video:media-state', { callId, audio: false, screen: true });
  assert.deepEqual((await state)[0], { callId, fromUserId: people.bob, audio: false, video: true, screen: true, hold: false });
  assert.equal(rings.every((box) => box.all.length === 1), true, 'it rang once');
  assert.deepEqual(elsewhere[won].all, []);

  const ends = devices.map((socket) => inbox(socket, 'video:call-ended'));
  const own = inbox(a, 'video:call-ended');
  const { call: ended } = await succeed(a, 'video:end-call', { callId });
  assert.equal(ended.reason, 'completed');
  for (const box of ends) assert.equal((await box.take()).callId, callId);
  await fail('conflict', b, 'video:end-call', { callId });
  await fail('conflict', a, 'video:offer', { ...call, offer });
  assert.equal((await succeed(b, 'video:history', {})).calls[0].reason, 'completed');
  assert.deepEqual([...ends, own].map((box) => box.all.length), [1, 1, 1, 0], 'who asked has his answer');
});

test('over nodes: rejected, cancelled, missed, busy, glare, unreachable; and the contract\'s refusals word for word', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3, { MENTARA_CALLS_RING_TIME: '1s' });
  const people = await twoPeople(one, other);
  const { ada, bob, a, b, chat } = people;
  await ring(people);
  const rejected = next(a, 'video:call-rejected');
  await fail('forbidden', b, 'video:cancel-call', { callId: people.callId });
  await succeed(b, 'video:reject-call', { callId: people.callId });
  assert.equal((await rejected)[0].reason, 'rejected');
  people.anew();
  await ring(people);
  const cancelled = next(b, 'video:call-missed');
  await succeed(a, 'video:cancel-call', { callId: people.callId });
  assert.equal((await cancelled)[0].reason, 'cancelled');
  people.anew();
  const missed = [a, b].map((socket) => next(socket, 'video:call-missed'));
  await ring(people);
  for (const [{ reason }] of await Promise.all(missed)) assert.equal(reason, 'missed');

  const [eve, mallory] = ['eve', 'mallory'].map(someone);
  await conversationOf(chat, [bob, eve]);
  const e = await device(keeper, eve, 'laptop');
  const m = await device(one, mallory, 'x');
  people.anew();
  await ring(people);
  const { callId } = people;
  assert.equal((await fail('glare', b, 'video:offer', { callId: newCall(), toUserId: ada, offer })).callId, callId);
  await fail('busy', e, 'video:offer', { callId: newCall(), toUserId: bob, offer });
  await fail('busy', a, 'video:offer', { callId: newCall(), toUserId: eve, offer });
  await fail('forbidden', m, 'video:offer', { callId: newCall(), toUserId: bob, offer });
  const absent = await fail('not_found', m, 'video:end-call', { callId: 'call-that-never-was' });
  assert.equal((await fail('not_found', m, 'video:end-call', { callId })).error, absent.error);
  assert.equal((await fail('invalid_payload', a, 'video:answer', { callId })).field, 'answer');
  await fail('forbidden', b, 'video:answer', { callId, toUserId: mallory, answer });
  await succeed(a, 'video:cancel-call', { callId });
  const gone = someone('gone');
  await conversationOf(chat, [gone]);
  await fail('unreachable', a, 'video:offer', { callId: newCall(), toUserId: gone, offer });

  people.anew();
  await talk(people);
  const ends = [a, b].map((socket) => next(socket, 'video:call-ended'));
  await succeed(chat, 'user:block', { userId: bob }); // on a node that does not keep the call
  for (const [{ reason }] of await Promise.all(ends)) assert.equal(reason, 'completed');
  await fail('blocked', b, 'video:offer', { callId: newCall(), toUserId: ada, offer });
});

test('a conference over three nodes: all hear of all, signals arrive, who leaves or is removed is out, eight are the most', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const users = ['ada', 'bob', 'eve', 'fay', 'gil', 'hal', 'ida', 'joe', 'kim'].map(someone);
  const chat = await one.connect(users[0]);
  const roomId = await conversationOf(chat, users.slice(1));
  const places = [one, other, keeper];
  const devices = await Promise.all(users.map((user, i) => device(places[i % 3], user, 'd')));
  const [a, b, e] = devices;
  assert.deepEqual((await succeed(a, 'video:room-join', { roomId })).participants, []);
  const joined = inbox(a, 'video:participant-joined');
  assert.deepEqual((await succeed(b, 'video:room-join', { roomId, media: { video: false } })).participants.map(({ userId }) => userId), [users[0]]);
  const { participant } = await joined.take();
  assert.deepEqual([participant.userId, participant.media.video], [users[1], false]);
  assert.equal((await succeed(e, 'video:room-join', { roomId })).participants.length, 2);
  const signal = next(a, 'video:room-signal');
  await succeed(b, 'video:room-signal', { roomId, toUserId: users[0], toDeviceId: 'd', signal: { description: offer } });
  assert.deepEqual((await signal)[0], { roomId, fromUserId: users[1], fromDeviceId: 'd', signal: { description: offer } });
  await fail('busy', devices[3], 'video:offer', { callId: newCall(), toUserId: users[1], offer });
  for (const socket of devices.slice(3, 8)) await succeed(socket, 'video:room-join', { roomId });
  await fail('conflict', devices[8], 'video:room-join', { roomId });

  const left = inbox(a, 'video:participant-left');
  devices[4].disconnect(); // on another node than a's
  assert.equal((await left.take()).participant.userId, users[4]);
  const out = next(b, 'video:participant-left');
  await succeed(chat, 'participant:remove', { conversationId: roomId, userId: users[1] });
  assert.equal((await left.take()).participant.userId, users[1]);
  await out;
  await fail('not_found', b, 'video:room-join', { roomId });
  assert.equal((await succeed(devices[8], 'video:room-join', { roomId })).participants.length, 6);
  await succeed(e, 'video:room-leave', { roomId });
  assert.equal((await left.take()).participant.userId, users[2]);
});

test('F8: the node of a party is killed: he comes back on another one, and the call goes on', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  await talk(people);
  const waits = next(people.a, 'video:peer-reconnecting');
  await other.kill();
  assert.equal((await waits)[0].userId, people.bob);
  const goesOn = next(people.a, 'video:peer-reconnected');
  people.b = await device(keeper, people.bob, 'desk');
  assert.equal((await goesOn)[0].userId, people.bob);
  await talkOnAndEnd(people);
});

test('F8: the node of a party is killed, and he is back before anybody has noticed', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  await talk(people);
  const goesOn = next(people.a, 'video:peer-reconnected');
  await other.kill();
  people.b = await device(keeper, people.bob, 'desk');
  assert.equal((await goesOn)[0].userId, people.bob);
  await talkOnAndEnd(people);
});

test('F8: the node that keeps the calls is killed: another one does, and those who are not on it notice nothing', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  await talk(people);
  const noticed = [people.a, people.b].flatMap((socket) => ['video:peer-reconnecting', 'video:peer-reconnected', 'video:call-ended'].map((event) => inbox(socket, event)));
  await keeper.kill();
  await keeperOf([one, other]);
  assert.deepEqual(noticed.flatMap((box) => box.all), []);
  await talkOnAndEnd(people);
});

test('F8, I9: the caller is on the node that keeps the calls when it is killed: he comes back elsewhere and goes on; who does not loses the call', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3, { MENTARA_CALLS_RECONNECT_GRACE: '6s' });
  const people = await twoPeople(keeper, other);
  await talk(people);
  const waits = next(people.b, 'video:peer-reconnecting');
  await keeper.kill();
  people.a = await device(one, people.ada, 'phone'); // before another node has taken over, or after
  await waits;
  await talkOnAndEnd(people);

  people.anew();
  await talk(people);
  const lost = next(people.b, 'video:call-ended');
  people.a.disconnect();
  assert.equal((await lost)[0].reason, 'peer_lost');
  people.anew();
  people.a = await device(one, people.ada, 'phone');
  await ring(people);
});

test('F8: it rings while the node that keeps the calls is killed: it can be answered all the same, once, and the caller gets it', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  await ring(people);
  await succeed(people.a, 'video:ice-candidate', { ...people.call, candidate: { candidate: 'a1' } }); // is held
  // What the keeper stores is stored in order.
  await succeed(await keeper.connect(people.ada), 'message:send', { conversationId: people.conversationId, content: 'behind it' });
  await keeper.kill();
  const received = next(people.a, 'video:answer-received');
  const held = next(people.b, 'video:ice-candidate');
  await succeed(people.b, 'video:answer', { ...people.back, answer }); // which waits for the next keeper
  assert.deepEqual((await received)[0].answer, answer);
  assert.equal((await held)[0].candidate.candidate, 'a1');
  await talkOnAndEnd(people);
});

test('F8: a conference outlives the node that keeps it: who was on it has left, the others are there and hear of who joins', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const users = ['ada', 'bob', 'eve', 'fay'].map(someone);
  const roomId = await conversationOf(await one.connect(users[0]), users.slice(1));
  const [a, b, e, f] = await Promise.all([one, other, keeper, one].map((node, i) => device(node, users[i], 'd')));
  for (const socket of [a, b, e]) await succeed(socket, 'video:room-join', { roomId });
  const left = [a, b].map((socket) => inbox(socket, 'video:participant-left'));
  await keeper.kill();
  for (const box of left) assert.equal((await box.take()).participant.userId, users[2]);
  const joined = next(b, 'video:participant-joined');
  const { participants } = await succeed(f, 'video:room-join', { roomId });
  assert.deepEqual(participants.map(({ userId }) => userId).sort(), [users[0], users[1]].sort());
  assert.equal((await joined)[0].participant.userId, users[3]);
  const signal = next(a, 'video:room-signal');
  await succeed(b, 'video:room-signal', { roomId, toUserId: users[0], toDeviceId: 'd', signal: { x: 1 } });
  await signal;
});

test('F8: the node that keeps a conference is killed, and is back before anybody has noticed: the conference goes on', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const roomId = await conversationOf(await one.connect(ada), [bob]);
  const [a, b] = await Promise.all([device(one, ada, 'd'), device(other, bob, 'd')]);
  for (const socket of [a, b]) await succeed(socket, 'video:room-join', { roomId });
  await keeper.kill();
  await keeper.run(); // it knows of no conference, and may be the one that keeps them
  const signal = next(a, 'video:room-signal');
  await succeed(b, 'video:room-signal', { roomId, toUserId: ada, toDeviceId: 'd', signal: { x: 1 } });
  await signal;
});

test('F12: the node that keeps the calls is told to stop: another one goes on with them at once', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  await talk(people);
  const stopped = keeper.stop();
  await keeperOf([one, other]);
  await talkOnAndEnd(people);
  await stopped;
});

test('F8: a node that keeps the calls is frozen, and wakes up when another one does: it changes nothing any more', async (t) => {
  const [keeper, one, other] = await siteFor(t, 3);
  const people = await twoPeople(one, other);
  const mine = await device(keeper, people.ada, 'laptop');
  await talk(people);
  keeper.program.child.kill('SIGSTOP');
  t.after(() => keeper.program.child.kill('SIGCONT'));
  await keeperOf([one, other]);
  const noticed = [people.a, people.b].flatMap((socket) => ['video:peer-reconnecting', 'video:call-ended'].map((event) => inbox(socket, event)));
  keeper.program.child.kill('SIGCONT');
  await eventually('it keeps them no more', async () => (await figure(keeper, 'mentara_calls_kept')) === 0);
  assert.ok(!mine.connected || (await fail('conflict', mine, 'video:ice-candidate', { callId: people.callId, candidate: { candidate: 'x' } })));
  assert.deepEqual(noticed.flatMap((box) => box.all), []);
  await talkOnAndEnd(people);
});

test('F6: while Redis is away calls go on where they are kept, elsewhere one is told so; then all is as before', async (t) => {
  const [keeper, one] = await siteFor(t, 2);
  const here = await twoPeople(keeper, keeper);
  const across = await twoPeople(keeper, one);
  await talk(here);
  await talk(across);
  const noticed = [here.a, here.b, across.a, across.b].map((socket) => inbox(socket, 'video:call-ended'));
  await redis.kill();
  t.after(() => redis.program.ended && redis.start());
  for (const node of [keeper, one]) await eventually('it is degraded', async () => (await readiness(node)).status === 'degraded');
  const refused = await fail('unavailable', across.b, 'video:media-state', { callId: across.callId, audio: false });
  assert.match(refused.error, /Redis/);
  assert.ok(refused.retryAfterMs > 0);
  const state = next(here.b, 'video:media-state');
  await succeed(here.a, 'video:media-state', { callId: here.callId, audio: false });
  await state;
  await redis.start();
  for (const node of [keeper, one]) await eventually('it is ready', async () => (await readiness(node)).status === 'ready');
  assert.deepEqual(noticed.flatMap((box) => box.all), []);
  await talkOnAndEnd(across);
  await talkOnAndEnd(here);
});
