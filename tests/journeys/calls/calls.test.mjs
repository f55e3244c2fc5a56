// Calls between two, on the wire: every way in which one begins, goes on and ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const server = await mentaraForThisFile({
  env: { MENTARA_CALLS_RING_TIME: '1500ms', MENTARA_CALLS_CALLER_GRACE: '300ms', MENTARA_CALLS_RECONNECT_GRACE: '1s' },
});
const nsp = '/video-calls';
const offer = { type: 'offer', sdp: 'v=0' };
const answer = { type: 'answer', sdp: 'v=0' };
let calls = 0;
const newCall = () => `call-${process.pid}-${++calls}`;

const device = (user, deviceId) => server.connect(user, { nsp, auth: { deviceId }, reconnection: false });

// Two users who share a conversation, each with a device in /video-calls.
async function twoPeople() {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const chat = await server.connect(ada);
  const conversationId = await conversationOf(chat, [bob], { type: 'DIRECT' });
  const [a, b] = [await device(ada, 'phone'), await device(bob, 'desk')];
  const callId = newCall();
  const call = { callId, fromUserId: ada, toUserId: bob };
  const back = { callId, fromUserId: bob, toUserId: ada };
  return { ada, bob, a, b, chat, conversationId, callId, call, back };
}

async function ring(people) {
  const incoming = next(people.b, 'video:incoming-call');
  await succeed(people.a, 'video:offer', { ...people.call, offer });
  return (await incoming)[0];
}

async function talk(people) {
  await ring(people);
  const received = next(people.a, 'video:answer-received');
  await succeed(people.b, 'video:answer', { ...people.back, answer });
  await received;
}

test('who talks is seen to: inCall goes on when the call is answered, and off when it ends', async () => {
  const people = await twoPeople();
  const seen = inbox(people.chat, 'presence');
  const { presence: [before] } = await succeed(people.chat, 'presence:subscribe', { userIds: [people.bob] });
  assert.equal(before.inCall, false);
  const last = (inCall) => eventually(`inCall ${inCall}`, () => seen.all.at(-1)?.inCall === inCall);
  await ring(people);
  assert.ok(seen.all.every(({ inCall }) => !inCall), 'ringing is not talking');
  const received = next(people.a, 'video:answer-received');
  await succeed(people.b, 'video:answer', { ...people.back, answer });
  await received;
  await last(true);
  await succeed(people.b, 'video:end-call', { callId: people.callId });
  await last(false);
});

test('a call: it rings on all devices, the first answer wins, signals pass, hang-up reaches both', async () => {
  const people = await twoPeople();
  const { ada, bob, a, b, callId, call, back } = people;
  const tablet = await device(bob, 'tablet');
  const rings = [next(b, 'video:incoming-call'), next(tablet, 'video:incoming-call')];
  const ringing = next(a, 'video:ringing');
  const offered = await succeed(a, 'video:offer', { ...call, offer, media: { audio: true, video: false } });
  assert.equal(offered.call.state, 'ringing');
  for (const [incoming] of await Promise.all(rings)) {
    assert.equal(incoming.callId, callId);
    assert.equal(incoming.fromUserId, ada);
    assert.equal(incoming.from.id, ada);
    assert.deepEqual(incoming.offer, offer);
    assert.equal(incoming.media.video, false);
    assert.ok(Date.parse(incoming.expiresAt) > Date.now() - 60_000);
  }
  assert.equal((await ringing)[0].fromUserId, bob);

  // Candidates come before the answer: they wait, and arrive in order behind it.
  await succeed(a, 'video:ice-candidate', { ...call, candidates: [{ candidate: 'a1' }, { candidate: 'a2' }] });
  await succeed(a, 'video:ice-candidate', { ...call, candidate: null }); // the end of candidates, as browsers give it
  await succeed(b, 'video:ice-candidate', { ...back, candidate: { candidate: 'b1' } });
  const heard = [];
  a.onAny((event, data) => heard.push([event, data.candidate?.candidate]));
  b.onAny((event, data) => heard.push([event, data.candidate?.candidate]));
  const elsewhere = next(tablet, 'video:answered-elsewhere');
  const flushed = next(a, 'video:ice-candidate');
  const answered = await succeed(b, 'video:answer', { ...back, answer });
  assert.equal(answered.call.state, 'active');
  assert.equal((await elsewhere)[0].callId, callId);
  await flushed;
  assert.deepEqual(heard.filter(([event]) => event.startsWith('video:')).sort(), [
    ['video:answer-received', undefined], ['video:ice-candidate', 'a1'], ['video:ice-candidate', 'a2'], ['video:ice-candidate', 'b1'],
  ]);
  assert.ok(heard.findIndex(([, c]) => c === 'a1') < heard.findIndex(([, c]) => c === 'a2'));
  assert.ok(heard.findIndex(([event]) => event === 'video:answer-received') < heard.findIndex(([, c]) => c === 'b1'));

  await fail('conflict', tablet, 'video:answer', { ...back, answer });
  await fail('conflict', tablet, 'video:ice-candidate', { ...back, candidate: { candidate: 't' } });
  const renegotiated = next(b, 'video:renegotiate');
  await succeed(a, 'video:renegotiate', { callId, description: offer, restart: true });
  assert.deepEqual((await renegotiated)[0], { callId, fromUserId: ada, description: offer, restart: true });
  const state = next(a, 'video:media-state');
  await succeed(b, 'video:media-state', { callId, audio: false, screen: true });
  assert.deepEqual((await state)[0], { callId, fromUserId: bob, audio: false, video: false, screen: true, hold: false });

  const ends = [next(b, 'video:call-ended'), next(tablet, 'video:call-ended')];
  const ended = await succeed(a, 'video:end-call', { callId });
  assert.equal(ended.call.reason, 'completed');
  assert.equal(typeof ended.call.durationMs, 'number');
  for (const [over] of await Promise.all(ends)) {
    assert.equal(over.reason, 'completed');
    assert.equal(typeof over.cursor, 'string');
  }
  await fail('conflict', b, 'video:end-call', { callId });
  await fail('conflict', a, 'video:offer', { ...call, offer });

  const { calls: list } = await succeed(b, 'video:history', {});
  assert.equal(list[0].callId, callId);
  assert.equal(list[0].state, 'ended');
  const overRest = await rest(server, ada, 'GET', '/calls?limit=1');
  assert.deepEqual(overRest.body.data.calls, [{ ...list[0] }]);
});

test('rejected, cancelled, missed: the callee hears it, also when he was not there', async () => {
  const people = await twoPeople();
  const { bob, a, b, call } = people;
  await ring(people);
  people.rejected = call.callId;
  const rejected = next(a, 'video:call-rejected');
  await succeed(b, 'video:reject-call', { callId: call.callId, reason: 'not now' });
  assert.equal((await rejected)[0].reason, 'rejected');

  people.callId = call.callId = newCall();
  await ring(people);
  await fail('forbidden', b, 'video:cancel-call', { callId: call.callId });
  const cancelled = next(b, 'video:call-missed');
  await succeed(a, 'video:cancel-call', { callId: call.callId });
  assert.equal((await cancelled)[0].reason, 'cancelled');

  call.callId = newCall();
  await ring(people);
  const [byA, byB] = await Promise.all([next(a, 'video:call-missed'), next(b, 'video:call-missed')]);
  assert.equal(byA[0].reason, 'missed');
  assert.equal(byB[0].reason, 'missed');

  b.disconnect();
  await new Promise((gone) => setTimeout(gone, 0));
  call.callId = newCall();
  let refused = await a.timeout(5000).emitWithAck('video:offer', { ...call, offer });
  for (; refused.success; refused = await a.timeout(5000).emitWithAck('video:offer', { ...call, offer })) {
    await succeed(a, 'video:cancel-call', { callId: call.callId }); // his end was not noticed yet
    call.callId = newCall();
  }
  assert.equal(refused.code, 'unreachable');
  const again = server.socket(bob, { nsp, auth: { deviceId: 'desk' }, reconnection: false });
  const replayed = [];
  again.on('video:call-missed', (over) => replayed.push(over.callId));
  await next(again, 'sync:complete');
  assert.equal(replayed.at(-1), call.callId);
  const { body } = await rest(server, bob, 'GET', '/notifications?type=VIDEO_CALL_MISSED');
  assert.equal(body.data.notifications[0].data.callId, call.callId);
  assert.equal(body.data.notifications.some(({ data }) => data.callId === people.rejected), false);
});

test('I9: a caller who is gone while it rings has cancelled; who drops out of a call and stays away loses it', async () => {
  const people = await twoPeople();
  const { ada, bob, a, b, callId } = people;
  await ring(people);
  const missed = next(b, 'video:call-missed');
  a.disconnect();
  assert.equal((await missed)[0].reason, 'cancelled');

  people.a = await device(ada, 'phone');
  people.call.callId = people.back.callId = newCall();
  await talk(people);
  const reconnecting = next(b, 'video:peer-reconnecting');
  people.a.disconnect();
  const [{ userId, until }] = await reconnecting;
  assert.equal(userId, ada);
  assert.ok(Date.parse(until) > 0);
  const reconnected = next(b, 'video:peer-reconnected');
  const back = await device(ada, 'phone');
  assert.equal((await reconnected)[0].userId, ada);
  const description = next(b, 'video:renegotiate');
  await succeed(back, 'video:renegotiate', { callId: people.call.callId, description: offer, restart: true });
  assert.equal((await description)[0].restart, true);

  const lost = next(b, 'video:call-ended');
  back.disconnect();
  assert.equal((await lost)[0].reason, 'peer_lost');
  assert.notEqual(callId, people.call.callId);
  const third = newCall(); // nobody is busy any more
  const other = await device(ada, 'phone');
  await succeed(other, 'video:offer', { callId: third, toUserId: bob, offer });
  await succeed(other, 'video:end-call', { callId: third });
});

test('busy, glare: one call a user', async () => {
  const people = await twoPeople();
  const { ada, bob, a, b, chat, callId } = people;
  const eve = someone('eve');
  await conversationOf(chat, [bob, eve]);
  const e = await device(eve, 'laptop');
  await ring(people);
  const glare = await fail('glare', b, 'video:offer', { callId: newCall(), toUserId: ada, offer });
  assert.equal(glare.callId, callId);
  await fail('busy', e, 'video:offer', { callId: newCall(), toUserId: bob, offer });
  await fail('busy', a, 'video:offer', { callId: newCall(), toUserId: eve, offer });
  const { calls: list } = await succeed(e, 'video:history', {});
  assert.equal(list[0].reason, 'busy');
});

test('Z6, Z2, Z4: outsiders, strangers and the blocked are refused, and nobody speaks for another', async () => {
  const people = await twoPeople();
  const { ada, bob, a, b, chat, callId, call } = people;
  const mallory = someone('mallory');
  const m = await device(mallory, 'x');
  await fail('forbidden', m, 'video:offer', { callId: newCall(), toUserId: bob, offer });
  await fail('forbidden', m, 'video:offer', { callId: newCall(), toUserId: 'nobody-at-all', offer });
  await ring(people);
  const absent = await fail('not_found', m, 'video:end-call', { callId: 'call-that-never-was' });
  for (const [event, payload] of [
    ['video:answer', { answer }], ['video:ice-candidate', { candidate: { candidate: 'x' } }], ['video:renegotiate', { description: offer }],
    ['video:media-state', { audio: false }], ['video:reject-call', {}], ['video:cancel-call', {}], ['video:end-call', {}], ['video:stats', { report: {} }],
  ]) {
    assert.equal((await fail('not_found', m, event, { callId, ...payload })).error, absent.error, event);
  }
  await fail('forbidden', b, 'video:answer', { callId, fromUserId: ada, answer });
  await fail('forbidden', b, 'video:answer', { callId, toUserId: mallory, answer });
  await fail('forbidden', a, 'video:answer', { callId, answer });
  await fail('invalid_payload', a, 'video:offer', { callId: newCall(), toUserId: ada, offer });
  await fail('conflict', m, 'video:offer', { ...call, fromUserId: mallory, offer });
  await succeed(a, 'video:cancel-call', { callId });
  await succeed(chat, 'user:block', { userId: bob });
  await fail('blocked', a, 'video:offer', { callId: newCall(), toUserId: bob, offer });
  await fail('blocked', b, 'video:offer', { callId: newCall(), toUserId: ada, offer });
});

test('Z4: who blocks the other one ends their call, and both hear it', async () => {
  const people = await twoPeople();
  const { ada, bob, a, b, chat, callId } = people;
  await talk(people);
  const ended = Promise.all([next(a, 'video:call-ended'), next(b, 'video:call-ended')]);
  await succeed(chat, 'user:block', { userId: bob });
  assert.deepEqual((await ended).map(([news]) => [news.callId, news.reason]), [[callId, 'completed'], [callId, 'completed']]);
  await fail('conflict', b, 'video:end-call', { callId });
  await succeed(chat, 'user:unblock', { userId: bob });

  const again = newCall();
  const incoming = next(b, 'video:incoming-call');
  await succeed(a, 'video:offer', { callId: again, fromUserId: ada, toUserId: bob, offer });
  await incoming;
  const missed = next(b, 'video:call-missed');
  await succeed(chat, 'user:block', { userId: bob });
  assert.equal((await missed)[0].reason, 'cancelled');
});

test('P6: fifty candidates in one event, not fifty-one', async () => {
  const people = await twoPeople();
  const { a, b, callId } = people;
  await talk(people);
  const candidates = (count) => Array.from({ length: count }, (_, i) => ({ candidate: `candidate:${i}` }));
  const received = inbox(b, 'video:ice-candidate');
  assert.equal((await fail('invalid_payload', a, 'video:ice-candidate', { callId, candidates: candidates(51) })).field, 'candidates');
  await succeed(a, 'video:ice-candidate', { callId, candidates: candidates(50) });
  await eventually('all candidates', () => received.all.length === 50);
  assert.deepEqual(received.all.map(({ candidate }) => candidate), candidates(50));
});

test('P6: a signal has 64 KiB, a report 8 KiB, and one report comes each 5 s', async () => {
  const people = await twoPeople();
  const { a, b, callId } = people;
  const object = (bytes) => ({ sdp: 'x'.repeat(bytes - '{"sdp":""}'.length) });
  const tooLong = await fail('invalid_payload', a, 'video:offer', { ...people.call, offer: object(64 * 1024 + 1) });
  assert.equal(tooLong.field, 'offer');
  const incoming = next(b, 'video:incoming-call');
  await succeed(a, 'video:offer', { ...people.call, offer: object(64 * 1024) });
  await incoming;
  await fail('conflict', a, 'video:stats', { callId, report: {} });
  await succeed(b, 'video:answer', { ...people.back, answer });
  assert.equal((await fail('invalid_payload', a, 'video:stats', { callId, report: object(8 * 1024 + 1) })).field, 'report');
  await succeed(a, 'video:stats', { callId, report: object(8 * 1024) });
  const early = await fail('rate_limited', a, 'video:stats', { callId, report: {} });
  assert.ok(early.retryAfterMs > 0 && early.retryAfterMs <= 5000);
  await succeed(b, 'video:stats', { callId, report: { framesDecoded: 7 } });
  await fail('unknown_event', a, 'video:nonsense', {});
});

test('kill -9 in the middle of calls: they end, both are told, nobody stays busy', async () => {
  const people = await twoPeople();
  const { ada, bob, chat, conversationId } = people;
  await talk(people);
  // Nobody waits until an answer is stored; what is stored behind it is waited for.
  await succeed(chat, 'message:send', { conversationId, content: 'we talk' });
  await server.kill();
  await server.run();
  const ends = {};
  for (const [user, deviceId] of [[ada, 'phone'], [bob, 'desk']]) {
    const socket = server.socket(user, { nsp, auth: { deviceId }, reconnection: false });
    socket.on('video:call-ended', (over) => (ends[user] = over));
    ends[`${user} socket`] = socket;
    if (!ends[user]) await next(socket, 'video:call-ended');
    assert.equal(ends[user].callId, people.callId);
    assert.equal(ends[user].reason, 'failed');
  }
  const callId = newCall();
  await succeed(ends[`${bob} socket`], 'video:offer', { callId, toUserId: ada, offer });
});
