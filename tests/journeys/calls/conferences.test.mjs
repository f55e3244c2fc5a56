// Conferences: who is there, who comes and goes, and signals that pass between those present alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { next } from '../support/wait.mjs';

const server = await mentaraForThisFile();
const device = (user, deviceId) => server.connect(user, { nsp: '/video-calls', auth: { deviceId }, reconnection: false });
const offer = { type: 'offer', sdp: 'v=0' };

test('three meet: each is told of each, signals reach the addressed device, who is gone has left', async () => {
  const [ada, bob, eve, mallory] = ['ada', 'bob', 'eve', 'mallory'].map(someone);
  const chat = await server.connect(ada);
  const roomId = await conversationOf(chat, [bob, eve]);
  const [a, b, e, m] = await Promise.all([device(ada, 'phone'), device(bob, 'desk'), device(eve, 'tv'), device(mallory, 'x')]);
  assert.deepEqual((await succeed(a, 'video:room-join', { roomId })).participants, []);
  const joined = next(a, 'video:participant-joined');
  const there = await succeed(b, 'video:room-join', { roomId, media: { video: false } });
  assert.deepEqual(there.participants.map(({ userId, deviceId }) => [userId, deviceId]), [[ada, 'phone']]);
  assert.equal((await joined)[0].participant.media.video, false);
  assert.equal((await succeed(e, 'video:room-join', { roomId })).participants.length, 2);

  const signal = next(a, 'video:room-signal');
  await succeed(e, 'video:room-signal', { roomId, toUserId: ada, toDeviceId: 'phone', signal: { description: offer } });
  assert.deepEqual((await signal)[0], { roomId, fromUserId: eve, fromDeviceId: 'tv', signal: { description: offer } });

  // Who is not in it learns nothing, and is not heard.
  await fail('not_found', m, 'video:room-join', { roomId });
  await fail('not_found', m, 'video:room-signal', { roomId, toUserId: ada, toDeviceId: 'phone', signal: {} });
  await fail('not_found', m, 'video:room-leave', { roomId });
  await fail('not_found', e, 'video:room-signal', { roomId, toUserId: mallory, toDeviceId: 'x', signal: {} });

  // A conference is a call: its members are busy.
  const zoe = someone('zoe');
  await conversationOf(chat, [zoe]);
  const z = await device(zoe, 'z');
  await fail('busy', z, 'video:offer', { callId: `c-${zoe}`, toUserId: ada, offer });
  await fail('busy', a, 'video:offer', { callId: `d-${zoe}`, toUserId: zoe, offer });

  let left = next(a, 'video:participant-left');
  e.disconnect();
  assert.equal((await left)[0].participant.userId, eve);
  // Z5: who is removed from the conversation is out of its conference.
  const out = next(b, 'video:participant-left');
  left = next(a, 'video:participant-left');
  await succeed(chat, 'participant:remove', { conversationId: roomId, userId: bob });
  assert.equal((await left)[0].participant.userId, bob);
  await out;
  await fail('not_found', b, 'video:room-join', { roomId });
  await succeed(a, 'video:room-leave', { roomId });
  const incoming = next(a, 'video:incoming-call');
  await succeed(z, 'video:offer', { callId: `e-${zoe}`, toUserId: ada, offer });
  await incoming;
  await fail('busy', a, 'video:room-join', { roomId });
});

test('P6: eight devices, not nine', async () => {
  const users = Array.from({ length: 9 }, (_, i) => someone(`u${i}`));
  const roomId = await conversationOf(await server.connect(users[0]), users.slice(1));
  const devices = await Promise.all(users.map((user) => device(user, 'd')));
  for (const socket of devices.slice(0, 8)) await succeed(socket, 'video:room-join', { roomId });
  await fail('conflict', devices[8], 'video:room-join', { roomId });
  await succeed(devices[3], 'video:room-leave', { roomId });
  assert.equal((await succeed(devices[8], 'video:room-join', { roomId })).participants.length, 7);
  assert.equal((await succeed(devices[5], 'video:room-join', { roomId })).participants.length, 7, 'a device that joins anew is there once');
});
