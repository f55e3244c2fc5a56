// Who is here: many devices, what one sets for oneself, and who may see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { eventually, inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile({ env: { MENTARA_PRESENCE_OFFLINE_AFTER: '300ms' } });

// Two who share a conversation; b watches ada.
async function acquainted() {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const b = await server.connect(bob);
  const conversationId = await conversationOf(b, [ada]);
  const heard = inbox(b, 'presence');
  const watched = await succeed(b, 'presence:subscribe', { userIds: [ada] });
  const is = (status) => eventually(`${status}`, () => heard.all.at(-1)?.status === status && heard.all.at(-1));
  return { ada, bob, b, conversationId, heard, watched: watched.presence, is };
}

test('who connects is ONLINE, over many devices; OFFLINE is told when the last one is gone for a while', async () => {
  const { ada, watched, heard, is } = await acquainted();
  assert.deepEqual(watched, [{ userId: ada, status: 'OFFLINE', inCall: false }]);
  const phone = await server.connect(ada, { auth: { deviceId: 'phone' } });
  const online = await is('ONLINE');
  assert.ok(Date.parse(online.lastSeenAt) > Date.now() - 60_000);
  const laptop = await server.connect(ada, { auth: { deviceId: 'laptop' } });
  phone.disconnect();
  await settle(laptop);
  laptop.disconnect();
  const again = await server.connect(ada); // the reload of a page
  await settle(again);
  again.disconnect();
  const gone = Date.now();
  await is('OFFLINE');
  assert.ok(Date.now() - gone >= 250);
  assert.deepEqual(heard.all.map(({ status }) => status), ['ONLINE', 'OFFLINE']);
});

test('AWAY, BUSY, a text that ends by itself, and INVISIBLE, which is told nobody', async () => {
  const { ada, bob, is, heard } = await acquainted();
  const a = await server.connect(ada);
  await is('ONLINE');
  const until = new Date(Date.now() + 2500).toISOString();
  await succeed(a, 'presence:set', { status: 'busy', text: 'lunch', until });
  assert.equal((await is('BUSY')).text, 'lunch');
  const seen = await rest(server, bob, 'GET', `/presence?userIds=${encodeURIComponent(ada)},nobody`);
  assert.deepEqual(seen.body.data.presence.map(({ userId, status, text }) => [userId, status, text]), [[ada, 'BUSY', 'lunch'], ['nobody', 'OFFLINE', undefined]]);
  assert.equal((await is('ONLINE')).text, undefined);
  await succeed(a, 'presence:set', { status: 'INVISIBLE' });
  const hidden = await is('OFFLINE');
  const own = await succeed(a, 'presence:subscribe', { userIds: [ada] });
  assert.equal(own.presence[0].status, 'INVISIBLE');
  const told = heard.all.length;
  a.disconnect();
  const other = await server.connect(ada);
  await succeed(other, 'presence:set', { status: 'AWAY' });
  await is('AWAY');
  assert.equal(heard.all.length, told + 1, 'nobody heard him come and go meanwhile');
  assert.ok(hidden.lastSeenAt);
  assert.equal((await fail('invalid_payload', other, 'presence:set', { status: 'OFFLINE' })).field, 'status');
  assert.equal((await fail('invalid_payload', other, 'presence:set', { status: 'BUSY', until: '2020-01-01T00:00:00Z' })).field, 'until');
});

test('Z7: strangers, and those who do not exist, look the same: OFFLINE and never seen', async () => {
  const { ada, is } = await acquainted();
  await server.connect(ada);
  await is('ONLINE');
  const eve = await server.connect(someone('eve'));
  const { presence } = await succeed(eve, 'presence:subscribe', { userIds: [ada, 'nobody'] });
  assert.deepEqual(presence, [ada, 'nobody'].map((userId) => ({ userId, status: 'OFFLINE', inCall: false })));
});

test('Z4: a block hides the two from each other at once, on live subscriptions; unblocking shows them', async () => {
  const { ada, bob, is, heard } = await acquainted();
  const a = await server.connect(ada);
  await is('ONLINE');
  await succeed(a, 'user:block', { userId: bob });
  const hidden = await is('OFFLINE');
  assert.deepEqual(hidden, { userId: ada, status: 'OFFLINE', inCall: false });
  const told = heard.all.length;
  await succeed(a, 'presence:set', { status: 'BUSY' });
  await succeed(a, 'user:unblock', { userId: bob });
  await is('BUSY');
  assert.equal(heard.all.length, told + 1);
});

test('Z5: who leaves the last conversation that the two share is not seen any more; who comes back is', async () => {
  const { ada, b, conversationId, is } = await acquainted();
  const a = await server.connect(ada);
  await is('ONLINE');
  await succeed(a, 'participant:remove', { conversationId, userId: ada });
  await is('OFFLINE');
  await succeed(b, 'participant:add', { conversationId, userId: ada });
  await is('ONLINE');
});

test('what changes while a client only polls waits for its next poll', async () => {
  const ada = someone('ada');
  const b = await server.connect(someone('bob'), { transports: ['polling'] });
  await conversationOf(b, [ada]);
  const heard = inbox(b, 'presence');
  await succeed(b, 'presence:subscribe', { userIds: [ada] });
  const a = await server.connect(ada);
  for (const status of ['BUSY', 'AWAY', 'ONLINE', 'BUSY', 'AWAY']) {
    await succeed(a, 'presence:set', { status });
    await eventually(status, () => heard.all.at(-1)?.status === status);
  }
});

test('a new conversation shows those who watched each other before', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = await Promise.all([server.connect(ada), server.connect(bob)]);
  const heard = inbox(b, 'presence');
  assert.equal((await succeed(b, 'presence:subscribe', { userIds: [ada] })).presence[0].status, 'OFFLINE');
  await conversationOf(a, [bob]);
  assert.equal((await heard.take()).status, 'ONLINE');
});

test('bounds: so many users at a time and in all, and no more; unsubscribing makes room and silence', async () => {
  const { ada, b, heard } = await acquainted();
  const users = Array.from({ length: 501 }, (_, i) => `u-${i}`);
  assert.equal((await fail('invalid_payload', b, 'presence:subscribe', { userIds: users })).field, 'userIds');
  assert.equal((await succeed(b, 'presence:subscribe', { userIds: users.slice(0, 499) })).presence.length, 499);
  assert.equal((await fail('invalid_payload', b, 'presence:subscribe', { userIds: ['one-more'] })).field, 'userIds');
  await succeed(b, 'presence:unsubscribe', { userIds: [ada] });
  await succeed(b, 'presence:subscribe', { userIds: ['one-more'] });
  const a = await server.connect(ada);
  await settle(a);
  await settle(b);
  assert.deepEqual(heard.all, []);
});

test('no ghosts after kill -9, and what was set and seen is remembered', async () => {
  const { ada, bob } = await acquainted();
  const a = await server.connect(ada);
  await succeed(a, 'presence:set', { status: 'AWAY', text: 'back soon' });
  const see = async () => (await rest(server, bob, 'GET', `/presence?userIds=${ada}`)).body.data.presence[0];
  await eventually('AWAY', async () => (await see()).status === 'AWAY');
  await server.kill();
  a.io.reconnection(false);
  a.disconnect();
  await server.run();
  assert.equal((await see()).status, 'OFFLINE');
  await server.connect(ada);
  await eventually('AWAY again', async () => (await see()).text === 'back soon');
});
