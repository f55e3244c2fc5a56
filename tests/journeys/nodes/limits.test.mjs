// What a user or an address may do holds on all nodes of a site together: who goes to another one finds his budget used up.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figure } from '../support/figures.mjs';
import { ask, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { nodesFor, readiness, redis } from '../support/nodes.mjs';
import { eventually, next } from '../support/wait.mjs';

// Refilled so slowly that a loaded machine does not matter. The tests are the proxy, so each is at an address of its own.
const env = {
  MENTARA_SERVER_TRUSTED_PROXIES: '127.0.0.1', MENTARA_LIMITS_SOCKETS_PER_USER: '4',
  MENTARA_LIMITS_EVENTS_PER_SECOND: '1', MENTARA_LIMITS_EVENTS_BURST: '200',
  MENTARA_LIMITS_SENDS_PER_SECOND: '1', MENTARA_LIMITS_SENDS_BURST: '60',
  MENTARA_LIMITS_CONNECT_FAILURES_PER_MINUTE: '6',
};
const from = (address) => ({ extraHeaders: { 'x-forwarded-for': address }, reconnection: false });
const refusal = async (socket) => (await next(socket, 'connect_error'))[0].data.code;
const news = (node, result) => figure(node, 'mentara_limit_news_total', { result });

// What was taken on `one` before counts on `other`: news of somebody who takes more have come there, too. Gives the milliseconds.
async function heard(one, other) {
  const began = Date.now();
  const before = await news(one, 'told');
  const busy = await one.connect(someone('busy'), { nsp: '/notifications' });
  await Promise.all(Array.from({ length: 12 }, () => ask(busy, 'notification:list', {})));
  const told = await eventually('it to be told', async () => ((await news(one, 'told')) > before ? news(one, 'told') : 0));
  await eventually('it to be heard', async () => (await news(other, 'heard')) >= told);
  return Date.now() - began;
}

test('R3: what a user sent on one node counts on the other within a second, and without Redis each counts for itself', async (t) => {
  const [one, other] = await nodesFor(t, 2, { env });
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = [await one.connect(ada), await other.connect(ada, { auth: { deviceId: 'phone' } })];
  const conversationId = await conversationOf(a, [bob]);
  const send = (socket) => ask(socket, 'message:send', { conversationId, content: 'a word' });
  const count = (acks) => acks.filter(({ success }) => success).length;
  const began = Date.now();
  const sent = count(await Promise.all(Array.from({ length: 60 }, () => send(a))));
  assert.ok(sent >= 60, `${sent} were sent`);
  t.diagnostic(`told within ${await heard(one, other)} ms`);
  const more = count(await Promise.all(Array.from({ length: 60 }, () => send(b))));
  // What refilled meanwhile on either node, and a twentieth that is not told.
  const refilled = 2 * Math.ceil((Date.now() - began) / 1_000) + 3;
  assert.ok(more <= refilled, `${more} more were sent there, and ${refilled} may be`);
  await succeed(await other.connect(bob), 'message:send', { conversationId, content: 'nobody else is concerned' });

  await redis.kill();
  t.after(() => redis.program.ended && redis.start());
  for (const node of [one, other]) await eventually('it is degraded', async () => (await readiness(node)).status === 'degraded');
  const cleo = someone('cleo');
  const [c, d] = [await one.connect(cleo), await other.connect(cleo, { auth: { deviceId: 'phone' } })];
  const theirs = await conversationOf(c, [bob]);
  for (const socket of [c, d]) {
    const acks = await Promise.all(Array.from({ length: 80 }, () => ask(socket, 'message:send', { conversationId: theirs, content: 'x' })));
    const through = count(acks);
    assert.ok(through >= 60 && through < 75, `${through} pass on each node, and no more`);
  }
});

test('R3: tokens that are refused on one node count for their address on the other', async (t) => {
  const [one, other] = await nodesFor(t, 2, { env });
  const address = '203.0.113.7';
  const guess = (node, whose) => refusal(node.socket('eve', { ...from(whose), auth: { token: 'guessed' } }));
  for (let i = 0; i < 6; ++i) assert.notEqual(await guess(one, address), 'rate_limited');
  await heard(one, other);
  assert.equal(await guess(other, address), 'rate_limited', 'the seventh, wherever');
  assert.notEqual(await guess(other, '203.0.113.8'), 'rate_limited', 'another address is not concerned');
  await other.connect(someone('ada'), from(address)); // nor is a good token
});

test('R3: a user has as many sockets as he may on all nodes together; F8: those of a node that died count until its lease ends', async (t) => {
  const [one, other] = await nodesFor(t, 2, { env });
  const ada = someone('ada');
  const device = (i) => ({ reconnection: false, auth: { deviceId: `d${i}` } });
  for (let i = 0; i < 2; ++i) await one.connect(ada, device(i));
  const there = [await other.connect(ada, device(2)), await other.connect(ada, device(3))];
  const users = (node, count) => eventually(`${count} sockets`, async () => (await figure(node, 'mentara_user_sockets')) === count);
  await users(other, 2);
  await eventually('the fifth to be refused', async () => {
    const socket = one.socket(ada, device(4));
    const how = await Promise.race([refusal(socket), next(socket, 'connected').then(() => 'connected'), next(socket, 'server:disconnect').then(() => 'ended')]);
    socket.disconnect();
    return how === 'connection_limit';
  });
  await one.connect(ada, { ...device(5), nsp: '/notifications' }); // each namespace counts for itself
  await one.connect(someone('bob'), device(0));
  there[0].disconnect();
  await eventually('his place to be free', async () => {
    const socket = one.socket(ada, device(6));
    return Promise.race([refusal(socket).then(() => false), next(socket, 'connected').then(() => true)]);
  });

  await other.kill();
  const last = () => Promise.race([next(one.sockets.at(-1), 'connected').then(() => true), refusal(one.sockets.at(-1)).then(() => false)]);
  one.socket(ada, device(7));
  assert.equal(await last(), false, 'it may still be there');
  await eventually('the places of the dead node to be free', () => (one.socket(ada, device(8)), last()));
});

test('R3: who comes to several nodes at once with more sockets than he may keeps as many as he may, and the last ones are ended', async (t) => {
  const nodes = await nodesFor(t, 2, { env });
  const ada = someone('ada');
  const ended = [];
  const sockets = nodes.flatMap((node, n) => Array.from({ length: 4 }, (_, i) => {
    const socket = node.socket(ada, { reconnection: false, auth: { deviceId: `d${n}-${i}` } });
    socket.on('server:disconnect', ({ reason }) => ended.push(reason));
    socket.on('connect_error', ({ data, message }) => ended.push(data?.code ?? message));
    return socket;
  }));
  await eventually('four to be left', () => ended.length >= 4);
  assert.deepEqual(ended, Array(4).fill('connection_limit'));
  const figures = async () => (await Promise.all(nodes.map((node) => figure(node, 'mentara_user_sockets')))).reduce((x, y) => x + y);
  await eventually('the nodes to see it so', async () => (await figures()) === 4);
  const left = sockets.filter(({ connected }) => connected);
  assert.equal(left.length, 4);
  for (const socket of left) await succeed(socket, 'conversation:list', {});
});
