// Who has a conversation open: told to those who have it open as well.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figure } from '../support/figures.mjs';
import { conversationOf, mentaraForThisFile, settle, someone, succeed } from '../support/mentara.mjs';
import { eventually, inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile({ args: ['--threads', '2'], env: { MENTARA_PRESENCE_OFFLINE_AFTER: '200ms' } });

const told = (heard) => heard.all.map(({ userId, isViewing }) => [userId, isViewing]);
const until = (what, heard, userId, isViewing) => eventually(what, () => told(heard).some(([who, is]) => who === userId && is === isViewing));

// A conversation of these, each with a socket and what it hears.
async function together(...names) {
  const users = names.map(someone);
  const sockets = [];
  for (const user of users) sockets.push(await server.connect(user));
  const conversationId = await conversationOf(sockets[0], users.slice(1));
  const heards = sockets.map((socket) => inbox(socket, 'viewing'));
  const open = (socket) => succeed(socket, 'conversation:join', { conversationId });
  const close = (socket) => succeed(socket, 'conversation:leave', { conversationId });
  return { users, sockets, conversationId, heards, open, close };
}

test('who opens a conversation is told who has it open, and they of him; when his last device has closed it, they are told', async () => {
  const { users: [ada, bob, cyd], sockets: [a, b, c], heards: [ha, hb, hc], conversationId, open, close } = await together('ada', 'bob', 'cyd');
  await open(a);
  await open(b);
  assert.deepEqual(await hb.take(), { conversationId, userId: ada, isViewing: true });
  assert.deepEqual(await ha.take(), { conversationId, userId: bob, isViewing: true });
  const phone = await server.connect(bob, { auth: { deviceId: 'phone' } });
  const onPhone = inbox(phone, 'viewing');
  await open(phone);
  await until('ada, on the phone', onPhone, ada, true);
  const back = await server.connect(bob, { auth: { deviceId: 'laptop' } });
  await open(back);
  await close(b);
  phone.disconnect();
  await open(c);
  await until('cyd', ha, cyd, true);
  await close(c);
  await until('cyd, who has closed it', ha, cyd, false);
  assert.deepEqual(told(ha), [[bob, true], [cyd, true], [cyd, false]], 'bob was there all the time');
  assert.deepEqual(told(hc).map(([who]) => who).sort(), [ada, bob].sort());
  back.disconnect();
  await until('bob, who is gone', ha, bob, false);
  assert.ok(!told(hb).some(([who]) => who === bob), 'nobody is told of himself');
});

test('Z4, Z5: nobody sees who hides, who blocks him, or who was removed', async () => {
  const { users: [ada, bob, cyd, dan], sockets: [a, b, c, d], heards: [ha, hb, hc, hd], conversationId, open } = await together('ada', 'bob', 'cyd', 'dan');
  await succeed(b, 'presence:set', { status: 'INVISIBLE' });
  await open(a);
  await open(b);
  await until('ada, whom bob may see', hb, ada, true);
  await succeed(c, 'user:block', { userId: ada });
  await open(c);
  await open(d);
  await until('dan', ha, dan, true);
  await until('dan', hc, dan, true);
  await settle(a);
  assert.deepEqual(told(ha), [[dan, true]], 'neither who hides nor who blocks');
  await eventually('all that dan may see', () => told(hd).length === 2);
  assert.deepEqual(told(hd).sort(), [[ada, true], [cyd, true]].sort());

  await succeed(b, 'presence:set', { status: 'ONLINE' });
  await until('bob, who shows himself', ha, bob, true);
  await succeed(b, 'presence:set', { status: 'INVISIBLE' });
  await until('bob, who hides', ha, bob, false);
  await succeed(a, 'participant:remove', { conversationId, userId: dan });
  await until('dan, who was removed', ha, dan, false);
  const before = told(hd).length;
  await succeed(d, 'user:block', { userId: bob });
  await settle(d);
  assert.equal(told(hd).length, before);

  await succeed(a, 'user:block', { userId: bob });
  await succeed(b, 'presence:set', { status: 'ONLINE' });
  await until('bob', hc, bob, true);
  await settle(a);
  assert.ok(!told(ha).slice(-1).some(([who, is]) => who === bob && is), 'he is blocked now');
});

test('who blocks a viewer is seen no more, and sees him no more', async () => {
  const { users: [ada, bob], sockets: [a, b], heards: [ha, hb], open } = await together('ada', 'bob', 'cyd');
  await open(a);
  await open(b);
  await until('bob', ha, bob, true);
  await succeed(a, 'user:block', { userId: bob });
  await until('bob', ha, bob, false);
  await until('ada', hb, ada, false);
});

test('of a conversation with more than 50 members nobody is told; with 50 it is', async () => {
  const crowd = Array.from({ length: 48 }, () => someone('member'));
  const { users: [, bob], sockets: [a, b], heards: [ha, hb], conversationId, open, close } = await together('ada', 'bob');
  await Promise.all(crowd.map((userId) => succeed(a, 'participant:add', { conversationId, userId })));
  await open(a);
  await open(b);
  await until('bob, one of 50', ha, bob, true);
  await close(b);
  await until('bob', ha, bob, false);
  await succeed(a, 'participant:add', { conversationId, userId: someone('member') });
  const [before, beforeB] = [told(ha).length, told(hb).length];
  await open(b);
  await settle(b);
  await settle(a);
  assert.deepEqual([told(ha).length, told(hb).length], [before, beforeB]);
});

test('I10: when nobody is connected, nobody views anything', async () => {
  server.sockets.forEach((socket) => socket.disconnect());
  await eventually('no viewers', async () => (await figure(server, 'mentara_viewers')) === 0);
});
