// How often one may ask: honest bursts pass, more is refused with the time to wait, and who goes on nevertheless is cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figure } from '../support/figures.mjs';
import { ask, conversationOf, fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { next } from '../support/wait.mjs';

// Refilled so slowly that a loaded machine does not matter.
const server = await mentaraForThisFile({
  env: {
    MENTARA_LIMITS_EVENTS_PER_SECOND: '1', MENTARA_LIMITS_EVENTS_BURST: '60',
    MENTARA_LIMITS_SENDS_PER_SECOND: '1', MENTARA_LIMITS_SENDS_BURST: '20',
  },
});

const codes = (acks) => acks.map((ack) => (ack.success ? 'sent' : ack.code));

test('R2: as many sends as allowed pass, over all sockets of the user, and the next is refused with the time to wait', async () => {
  const [ada, bob] = [someone('ada'), someone('bob')];
  const [phone, laptop, other] = [await server.connect(ada), await server.connect(ada), await server.connect(bob)];
  const conversationId = await conversationOf(phone, [bob]);
  const send = (socket, i) => ask(socket, 'message:send', { conversationId, content: `message ${i}` });
  const acks = await Promise.all(Array.from({ length: 40 }, (_, i) => send(i % 2 ? phone : laptop, i)));
  const sent = codes(acks).filter((code) => code === 'sent').length;
  assert.ok(sent >= 20 && sent < 30, `${sent} were sent`);
  const refused = acks.find((ack) => !ack.success);
  assert.equal(refused.code, 'rate_limited');
  assert.ok(refused.retryAfterMs > 0 && refused.retryAfterMs <= 1001, `${refused.retryAfterMs}`);
  await succeed(other, 'message:send', { conversationId, content: 'somebody else is not concerned' });
  await succeed(phone, 'conversation:join', { conversationId });
  assert.ok((await succeed(other, 'conversation:history', { conversationId })).messages.length < 40, 'what was refused was not sent');
  await new Promise((resolve) => setTimeout(resolve, refused.retryAfterMs));
  assert.equal((await send(phone, 41)).success, true, 'and after that time it is allowed');
});

test('D3: what costs the server much costs the user much', async () => {
  const ada = await server.connect(someone('ada'));
  const acks = await Promise.all(Array.from({ length: 30 }, () => ask(ada, 'message:search', { query: 'word' })));
  const found = acks.filter((ack) => ack.success).length;
  assert.ok(found >= 12 && found < 20, `${found} searches`);
});

test('who goes on nevertheless is told why and cut with his whole connection, by 1008; unknown events count, too', async () => {
  const ada = server.socket(someone('ada'), { reconnection: false, transports: ['websocket'] });
  await next(ada, 'connected');
  const closed = new Promise((resolve) => ada.io.engine.transport.ws.on('close', resolve));
  const other = ada.io.socket('/notifications', { auth: ada.auth });
  await next(other, 'connected');
  const otherGone = next(other, 'disconnect');
  const told = next(ada, 'server:disconnect');
  const gone = next(ada, 'disconnect');
  for (let i = 0; i < 400; ++i) ada.emit('made:up', {});
  const [why] = await told;
  assert.equal(why.reason, 'rate_limited');
  const [reason] = await gone;
  assert.equal(reason, 'io server disconnect');
  assert.equal((await otherGone)[0], 'io server disconnect');
  assert.equal(await closed, 1008);
  assert.equal(await figure(server, 'mentara_expelled_total', { nsp: '/messaging' }), 1);
  await fail('not_found', await server.connect(someone('bob')), 'conversation:join', { conversationId: 'nowhere' });
});
