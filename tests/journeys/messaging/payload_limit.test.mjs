// A packet of exactly maxPayload is taken, and one byte more ends the connection: over both transports, by default and as configured.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { next } from '../support/wait.mjs';

const servers = {
  'by default': [await mentaraForThisFile(), 1_000_000],
  'as configured': [await mentaraForThisFile({ env: { MENTARA_ENGINE_MAX_PAYLOAD: '20000' } }), 20_000],
};

// A message:send whose Engine.IO packet has exactly `bytes` bytes; fields that the server does not know are ignored.
function payloadOf(socket, conversationId, bytes) {
  const payload = { conversationId, content: 'large', padding: '' };
  const packet = `42/messaging,${socket.ids}${JSON.stringify(['message:send', payload])}`;
  payload.padding = 'x'.repeat(bytes - packet.length);
  return payload;
}

for (const [how, [server, maxPayload]] of Object.entries(servers))
  for (const transport of ['websocket', 'polling'])
    test(`${transport}, ${how}: exactly maxPayload is taken, one byte more is not`, async () => {
      const [ada, bob] = ['ada', 'bob'].map(someone);
      const socket = await server.connect(ada, { transports: [transport], reconnection: false });
      assert.equal(socket.welcome.limits.maxPayload, maxPayload);
      const conversationId = await conversationOf(socket, [bob]);
      await succeed(socket, 'message:send', payloadOf(socket, conversationId, maxPayload));

      const gone = next(socket, 'disconnect');
      socket.emit('message:send', payloadOf(socket, conversationId, maxPayload + 1), () => {});
      const [reason, details] = await gone;
      if (transport === 'websocket') {
        assert.equal(reason, 'transport close');
        assert.equal(details.context.code, 1009);
      } else {
        assert.equal(reason, 'transport error');
        assert.equal(details.description, 413);
      }

      const again = await server.connect(ada, { transports: [transport] });
      const { messages } = await succeed(again, 'conversation:history', { conversationId });
      assert.equal(messages.length, 1);
    });
