// F8: one of three nodes is lost under load: its network goes down, it is killed, or it stands still. The others serve on, its
// clients go on there from where they were, and it acknowledges nothing that is not stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { balancerFor } from '../support/balancer.mjs';
import { islandFor } from '../support/island.mjs';
import { conversationOf, someone, succeed } from '../support/mentara.mjs';
import { figure, nodesFor, postgres, readiness, redis } from '../support/nodes.mjs';
import { percentile } from '../support/talk.mjs';
import { token } from '../support/tokens.mjs';
import { eventually, inbox, next, within } from '../support/wait.mjs';

const env = {
  MENTARA_ENGINE_PING_INTERVAL: '500ms', MENTARA_ENGINE_PING_TIMEOUT: '3s', MENTARA_DATABASE_STATEMENT_TIMEOUT: '1s', MENTARA_REPLAY_EVENTS_MAX: '20000',
};
const bounded = 10_000; // what the node that is cut off is asked is answered by then

// A client that brings the cursor of what it saw last, and never gives up.
async function talker(t, url, user) {
  const client = { user, acked: [], gaps: [], cursor: undefined, messages: undefined };
  const socket = io(`${url}/messaging`, {
    forceNew: true, transports: ['websocket'], timeout: 1_500, reconnectionDelay: 50, reconnectionDelayMax: 300,
    auth: (give) => give({ token: token(user), deviceId: 'phone', cursor: client.cursor }),
  });
  t.after(() => socket.disconnect());
  client.socket = socket;
  client.messages = inbox(socket, 'message');
  socket.on('message', ({ cursor }) => (client.cursor = cursor));
  socket.on('sync:complete', ({ cursor }) => (client.cursor = cursor));
  socket.on('sync:reset', () => assert.fail('nobody has to load anew'));
  let left;
  socket.on('disconnect', () => (left = Date.now()));
  socket.on('connected', () => left && (client.gaps.push(Date.now() - left), (left = undefined)));
  await next(socket, 'connected');
  client.send = async (conversationId, content) => {
    for (;;) {
      const answer = await socket.timeout(bounded).emitWithAck('message:send', { conversationId, content, clientMessageId: content }).catch(() => undefined);
      if (answer?.success) return client.acked.push(content);
      if (answer) assert.equal(answer.code, 'unavailable', JSON.stringify(answer));
      if (!socket.connected) await next(socket, 'connected');
    }
  };
  return client;
}

async function lose(t, { island, lose: loseNode, bring, meanwhile = async () => {} }) {
  const place = island?.place;
  const nodes = await nodesFor(t, 3, { env, places: [place] });
  const [lost, ...others] = nodes;
  const doors = [island ? await island.door(lost) : lost, ...others];
  const url = await balancerFor(t, doors);
  const users = Array.from({ length: 6 }, (_, i) => someone(`user${i}`));
  const clients = [];
  for (const user of users) clients.push(await talker(t, url, user)); // two on each node
  const conversationId = await conversationOf(clients[0].socket, users.slice(1));
  for (const node of nodes) await eventually('it knows the others', async () => (await figure(node, 'mentara_nodes')) === 3);
  assert.equal(await figure(lost, 'mentara_users'), 2);
  let stopped = false;
  const load = Promise.all(
    clients.map(async (client, who) => {
      for (let i = 0; !stopped; i++) {
        await client.send(conversationId, `${who}-${i}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
  );
  load.catch(() => (stopped = true));
  const everybodySays = (more) => {
    const before = clients.map(({ acked }) => acked.length);
    return eventually(`${more} more from each`, () => stopped || clients.every(({ acked }, i) => acked.length >= before[i] + more));
  };
  await everybodySays(5);
  await loseNode(lost);
  await everybodySays(20); // also those who were there
  for (const node of others) await eventually('it is missed', async () => (await figure(node, 'mentara_nodes')) === 2);
  await meanwhile(lost);
  await bring(lost);
  for (const node of nodes) {
    await eventually('it is ready', async () => (await readiness(node).catch(() => ({}))).status === 'ready');
    await eventually('it knows the others again', async () => (await figure(node, 'mentara_nodes')) === 3);
  }
  const there = await lost.connect(users[0], { auth: { deviceId: 'tablet' } }); // it serves again
  await everybodySays(5);
  await succeed(there, 'message:send', { conversationId, content: '0-back', clientMessageId: '0-back' });
  clients[0].acked.push('0-back');
  stopped = true;
  await load;

  const all = clients.flatMap(({ acked }) => acked);
  for (const [who, { messages, socket, user }] of clients.entries()) {
    const wanted = all.filter((content) => content === '0-back' || !content.startsWith(`${who}-`)).sort();
    const heard = () => messages.all.filter(({ senderId, content }) => senderId !== user || content === '0-back').map(({ content }) => content);
    await eventually('everything has arrived', () => heard().length >= wanted.length);
    assert.deepEqual(heard().sort(), wanted, 'nothing is lost, nothing doubled');
    const seqs = messages.all.map(({ seq }) => seq);
    assert.deepEqual(seqs, [...seqs].sort((x, y) => x - y), 'in order');
    const history = [];
    for (let more = true; more; ) {
      const page = await succeed(socket, 'conversation:history', { conversationId, afterSeq: history.length, limit: 200 });
      history.push(...page.messages);
      more = page.hasMore;
    }
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1));
    assert.deepEqual(history.map(({ content }) => content).sort(), [...all].sort());
  }
  const gaps = clients.flatMap(({ gaps: of }) => of);
  assert.ok(gaps.length >= 2, 'its clients went elsewhere');
  t.diagnostic(`${all.length} messages; ${gaps.length} gaps, the longest ${percentile(gaps, 1)} ms`);
}

test('F8: one of three nodes is cut off by the network under load; it acknowledges nothing, and what it is asked is answered all the same', { timeout: 120_000 }, async (t) => {
  const island = await islandFor(t, { postgres: postgres.port, redis: redis.port });
  t.diagnostic(`by ${island.how}`);
  const witness = someone('witness');
  let before, conversationId;
  await lose(t, {
    island,
    lose: async (node) => {
      before = await node.connect(witness, { reconnection: false });
      conversationId = await conversationOf(before, [someone('bob')]);
      island.cut();
    },
    meanwhile: async (node) => {
      // Who is at the node itself, and still reaches it.
      for (let i = 0; i < 3; i++) {
        const answer = await within(2 * bounded, Promise.race([
          before.timeout(bounded).emitWithAck('message:send', { conversationId, content: `in vain ${i}` }),
          new Promise((resolve) => before.once('disconnect', () => resolve({ code: 'unavailable' }))),
        ]), 'an answer');
        assert.equal(answer.code, 'unavailable', JSON.stringify(answer));
      }
      assert.notEqual((await readiness(node)).status, 'ready');
    },
    bring: () => island.heal(),
  });
});

test('F8: one of three nodes is killed under load, and started again', { timeout: 120_000 }, (t) =>
  lose(t, { lose: (node) => node.kill(), bring: (node) => node.run() }));

test('F8: one of three nodes stands still under load, and goes on', { timeout: 120_000 }, (t) =>
  lose(t, {
    lose: (node) => {
      t.after(() => node.program.child.kill('SIGCONT'));
      node.program.child.kill('SIGSTOP');
    },
    bring: (node) => node.program.child.kill('SIGCONT'),
  }));
