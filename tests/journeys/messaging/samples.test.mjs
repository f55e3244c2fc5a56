// The samples of the documentation for /messaging, word for word; only the token is a real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { Mentara, ask } from '../support/mentara.mjs';
import { isFree } from '../support/program.mjs';
import { token } from '../support/tokens.mjs';
import { next } from '../support/wait.mjs';

test('connect, send and receive as in the samples', async (t) => {
  const server = await Mentara.start({ port: (await isFree(3001)) ? 3001 : undefined });
  t.after(() => server.end());
  const origin = server.port === 3001 ? 'http://localhost:3001' : server.url;

  const connectAs = (yourJwtToken) => {
    const socket = io(`${origin}/messaging`, {
      auth: {
        token: yourJwtToken
      }
    });
    t.after(() => socket.disconnect());
    return socket;
  };
  const received = (socket) =>
    new Promise((resolve) => {
      socket.on('message', (data) => {
        resolve(data);
      });
    });

  const one = connectAs(token('user-1'));
  const two = connectAs(token('user-2'));
  await Promise.all([next(one, 'connected'), next(two, 'connected')]);
  const made = await ask(one, 'conversation:create', { conversationId: 'conv-123', type: 'DIRECT', participantIds: ['user-2'] });
  assert.equal(made.conversation.id, 'conv-123');

  const arrives = received(two);
  one.emit('message:send', {
    conversationId: 'conv-123',
    content: 'Hello!',
    messageType: 'TEXT'
  });
  const data = await arrives;
  assert.equal(data.content, 'Hello!');
  assert.equal(data.conversationId, 'conv-123');
  assert.equal(data.messageType, 'TEXT');
  assert.equal(data.senderId, 'user-1');
  assert.equal(data.seq, 1);
});
