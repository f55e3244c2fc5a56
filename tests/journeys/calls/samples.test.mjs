// The samples of the documentation for /video-calls, word for word; only tokens and sessions are real ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Mentara, succeed } from '../support/mentara.mjs';
import { next } from '../support/wait.mjs';

test('start, receive and answer a call as in the samples', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  await succeed(await server.connect('user-1'), 'conversation:create', { conversationId: 'conv-123', type: 'DIRECT', participantIds: ['user-2'] });
  const rtcOffer = { type: 'offer', sdp: 'v=0\r\n' };
  const rtcAnswer = { type: 'answer', sdp: 'v=0\r\n' };
  const one = await server.connect('user-1', { nsp: '/video-calls' });
  const two = await server.connect('user-2', { nsp: '/video-calls' });
  const incoming = new Promise((resolve) => {
    two.on('video:incoming-call', (data) => {
      resolve(data);
    });
  });
  const received = next(one, 'video:answer-received');

  one.emit('video:offer', {
    callId: 'call-123',
    fromUserId: 'user-1',
    toUserId: 'user-2',
    offer: rtcOffer
  });
  const data = await incoming;
  assert.equal(data.callId, 'call-123');
  assert.deepEqual(data.offer, rtcOffer);
  two.emit('video:answer', {
    callId: 'call-123',
    fromUserId: 'user-2',
    toUserId: 'user-1',
    answer: rtcAnswer
  });
  assert.deepEqual((await received)[0], { callId: 'call-123', fromUserId: 'user-2', answer: rtcAnswer });
});
