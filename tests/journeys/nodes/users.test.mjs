// Who is there, who may no longer be, and who is to be notified, over several nodes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { figure, nodesFor, readiness, redis } from '../support/nodes.mjs';
import { rest } from '../support/rest.mjs';
import { token } from '../support/tokens.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const quick = { MENTARA_PRESENCE_OFFLINE_AFTER: '200ms' };
const service = () => token('backend', { role: 'service' });
const post = async (node, path, body) => {
  const response = await fetch(`${node.url}/api${path}`, {
    method: 'POST', headers: { authorization: `Bearer ${service()}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
};

test('presence is the same on all nodes: coming, going, what one wants to be seen as, and a second node', async (t) => {
  const [one, other, third] = await nodesFor(t, 3, { env: quick });
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await one.connect(ada);
  await conversationOf(a, [bob]);
  const [before] = (await succeed(a, 'presence:subscribe', { userIds: [bob] })).presence;
  assert.equal(before.status, 'OFFLINE');
  const seen = inbox(a, 'presence');
  const b = await other.connect(bob);
  assert.equal((await seen.take()).status, 'ONLINE');
  await succeed(b, 'presence:set', { status: 'BUSY', text: 'in a meeting' });
  let busy;
  do busy = await seen.take();
  while (busy.status === 'ONLINE');
  assert.deepEqual([busy.status, busy.text], ['BUSY', 'in a meeting']);
  const phone = await third.connect(bob, { auth: { deviceId: 'phone' } });
  b.disconnect();
  const again = await third.connect(someone('cleo'));
  await conversationOf(again, [bob]);
  assert.equal((await succeed(again, 'presence:subscribe', { userIds: [bob] })).presence[0].status, 'BUSY', 'he is on this node');
  phone.disconnect();
  while ((await seen.take()).status !== 'OFFLINE');
});

test('who has a conversation open is seen on all nodes, also by who opens it later; a node that dies takes its viewers along', async (t) => {
  const [one, other] = await nodesFor(t, 2, { env: quick });
  const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map(someone);
  const [a, b] = [await one.connect(ada), await other.connect(bob, { reconnection: false })];
  const conversationId = await conversationOf(a, [bob, cyd]);
  const [heardA, heardB] = [a, b].map((socket) => inbox(socket, 'viewing'));
  const open = (socket) => succeed(socket, 'conversation:join', { conversationId });
  await open(a);
  await eventually('bob is told of ada', async () => {
    await open(b);
    return heardB.all.some(({ userId, isViewing }) => userId === ada && isViewing);
  });
  assert.deepEqual(await heardA.take(), { conversationId, userId: bob, isViewing: true });
  const elsewhere = await one.connect(bob, { auth: { deviceId: 'phone' } });
  await open(elsewhere);
  await succeed(b, 'conversation:leave', { conversationId });
  const c = await one.connect(cyd);
  await open(c);
  assert.deepEqual(await heardA.take(), { conversationId, userId: cyd, isViewing: true }, 'bob is still there, on the other node');
  await open(b);
  elsewhere.disconnect();
  await succeed(c, 'conversation:leave', { conversationId });
  assert.deepEqual(await heardA.take(), { conversationId, userId: cyd, isViewing: false });
  await other.kill();
  assert.deepEqual(await heardA.take(), { conversationId, userId: bob, isViewing: false });
});

test('F8: who was on a node that was killed goes offline when its lease ends, and is back when he is elsewhere', async (t) => {
  const [one, other] = await nodesFor(t, 2, { env: quick });
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await one.connect(ada);
  await other.connect(bob, { reconnection: false });
  await conversationOf(a, [bob]);
  await eventually('he is seen', async () => (await succeed(a, 'presence:subscribe', { userIds: [bob] })).presence[0].status === 'ONLINE');
  const seen = inbox(a, 'presence');
  await other.kill();
  while ((await seen.take()).status !== 'OFFLINE'); // that he is there may be told once more
  assert.equal(await figure(one, 'mentara_nodes'), 1);
  await one.connect(bob);
  assert.equal((await seen.take()).status, 'ONLINE');
});

test('a user who is revoked, or disconnected by a backend, is cut on every node within a second', async (t) => {
  const nodes = await nodesFor(t, 3);
  const ada = someone('ada');
  const there = async () => Promise.all(nodes.map((node, i) => node.connect(ada, { reconnection: false, auth: { deviceId: `d${i}` } })));
  const first = await there();
  const goodbyes = first.map((socket) => next(socket, 'server:disconnect', 1_000));
  await post(nodes[0], `/users/${ada}/disconnect`, { reason: 'moved' });
  for (const [{ reason }] of await Promise.all(goodbyes)) assert.equal(reason, 'moved');

  const second = await there();
  const ends = second.map((socket) => next(socket, 'server:disconnect', 1_000));
  await post(nodes[1], '/auth/revoke', { userId: ada, issuedBefore: new Date(Date.now() + 2_000).toISOString() });
  for (const [{ reason }] of await Promise.all(ends)) assert.equal(reason, 'token_revoked');
  for (const node of nodes) {
    const [error] = await next(node.socket(ada, { reconnection: false }), 'connect_error');
    assert.equal(error.data.code, 'token_revoked');
  }
});

test('a backend that disconnects a user is told how many sockets that were on all nodes; F8, F6: and which nodes did not answer', async (t) => {
  const nodes = await nodesFor(t, 3);
  const [one, other, third] = nodes;
  const ada = someone('ada');
  const there = () => Promise.all([one, other, other, third].map((node, i) => node.connect(ada, { reconnection: false, auth: { deviceId: `d${i}` } })));
  const end = () => rest(one, 'backend', 'POST', `/users/${ada}/disconnect`, { claims: { role: 'service' }, body: {} });
  const ends = (sockets) => Promise.all(sockets.map((socket) => next(socket, 'server:disconnect')));
  const gone = () => eventually('they are gone', async () => (await Promise.all(nodes.map((node) => figure(node, 'mentara_user_sockets')))).every((count) => count === 0));
  for (const node of nodes) await eventually('it knows the others', async () => (await figure(node, 'mentara_nodes')) === 3);

  let told = ends(await there());
  assert.deepEqual((await end()).body.data, { sockets: 4 });
  await told;
  await gone();
  assert.deepEqual((await end()).body.data, { sockets: 0 });

  told = ends(await there());
  third.program.child.kill('SIGSTOP');
  const began = Date.now();
  const { body } = await end();
  const took = Date.now() - began;
  third.program.child.kill('SIGCONT');
  assert.equal(body.data.sockets, 3);
  assert.equal(body.data.missingNodes.length, 1);
  assert.ok(body.data.missingNodes[0].endsWith(`-${third.port}`), `${body.data.missingNodes}`);
  assert.ok(took < 4_500, `it took ${took} ms`);
  await told; // the frozen node hears of it when it wakes up
  await gone();

  await redis.kill();
  t.after(() => redis.program.ended && redis.start());
  for (const node of nodes) await eventually('it is degraded', async () => (await readiness(node)).status === 'degraded');
  const answer = (await end()).body.data;
  assert.equal(answer.sockets, 0);
  assert.equal(answer.missingNodes.length, 2, 'nobody could be asked');
});

test('F6: without Redis a revocation reaches the other nodes within 5 s, and nobody is taken for gone', async (t) => {
  const [one, other] = await nodesFor(t, 2, { env: quick });
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await one.connect(ada);
  const b = await other.connect(bob, { reconnection: false });
  await conversationOf(a, [bob]);
  await eventually('he is seen', async () => (await succeed(a, 'presence:subscribe', { userIds: [bob] })).presence[0].status === 'ONLINE');
  await redis.kill();
  t.after(() => redis.program.ended && redis.start());
  for (const node of [one, other]) await eventually('it is degraded', async () => (await readiness(node)).status === 'degraded');
  const cut = next(b, 'server:disconnect', 6_000);
  await post(one, '/auth/revoke', { userId: bob, issuedBefore: new Date(Date.now() + 2_000).toISOString() });
  assert.equal((await cut)[0].reason, 'token_revoked');
  assert.equal((await succeed(a, 'presence:subscribe', { userIds: [bob] })).presence[0].status, 'ONLINE', 'nobody knows better');
  const seen = inbox(a, 'presence');
  await redis.start();
  while ((await seen.take()).status !== 'OFFLINE');
});

test('a message makes a notification for who is on no node, and none for who is on another one', async (t) => {
  const [one, other] = await nodesFor(t, 2);
  const [ada, bob, cleo] = ['ada', 'bob', 'cleo'].map(someone);
  const a = await one.connect(ada);
  await other.connect(bob);
  const conversationId = await conversationOf(a, [bob, cleo]);
  await eventually('bob is seen', async () => (await succeed(a, 'presence:subscribe', { userIds: [bob] })).presence[0].status === 'ONLINE');
  for (let i = 0; i < 3; i++) await succeed(a, 'message:send', { conversationId, content: `${i}` });
  const c = await other.connect(cleo, { nsp: '/notifications' });
  await eventually('cleo is notified', async () => (await succeed(c, 'notification:list', {})).notifications.length === 1);
  const b = await one.connect(bob, { nsp: '/notifications' });
  assert.deepEqual((await ask(b, 'notification:list', {})).notifications, []);
});
