// A server that is told to stop takes nobody in, answers what it was asked, tells its clients, and lets them go one after the
// other; in a site of several nodes they go on elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { balancerFor } from '../support/balancer.mjs';
import { text } from '../support/frames.mjs';
import { Mentara, ask, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { nodesFor } from '../support/nodes.mjs';
import { RawWebSocket } from '../support/raw_websocket.mjs';
import { token } from '../support/tokens.mjs';
import { eventually, inbox, next, within } from '../support/wait.mjs';

test('F12: whoever is connected is told when to come back, each another time, and what was asked is answered before the end', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const users = Array.from({ length: 8 }, (_, i) => someone(`user${i}`));
  const sockets = await Promise.all(users.map((user) => server.connect(user, { reconnection: false })));
  const conversationId = await conversationOf(sockets[0], users.slice(1));
  const goodbyes = sockets.map((socket) => next(socket, 'server:goodbye'));
  const ends = sockets.map((socket) => next(socket, 'disconnect'));
  const asked = Array.from({ length: 200 }, (_, i) => ask(sockets[0], 'message:send', { conversationId, content: `${i}`, clientMessageId: `c${i}` }));
  await asked[0];
  const stopped = server.stop();
  const answers = await Promise.all(asked);
  const times = (await Promise.all(goodbyes)).map(([{ retryAfterMs }]) => retryAfterMs);
  assert.ok(times.every((ms) => Number.isInteger(ms) && ms >= 0));
  assert.ok(new Set(times).size > 1, `not all at once: ${times}`);
  for (const [reason] of await Promise.all(ends)) assert.equal(reason, 'transport close', 'which a client comes back from by itself');
  for (const answer of answers) assert.ok(answer.success || answer.code === 'unavailable', JSON.stringify(answer));
  await stopped;

  await server.run();
  const again = await server.connect(users[1]);
  const { messages } = await succeed(again, 'conversation:history', { conversationId, limit: 200 });
  assert.equal(messages.length, answers.filter(({ success }) => success).length, 'what was acknowledged is there, and nothing else');
});

test('F12: a WebSocket is closed with 1012, without a DISCONNECT, whether its client had shown a token or not', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const member = await RawWebSocket.open(server.port, { path: '/socket.io/' });
  const stranger = await RawWebSocket.open(server.port, { path: '/socket.io/' });
  member.write(text(`40/messaging,${JSON.stringify({ token: token(someone('ada')) })}`));
  const events = async () => (await member.frames(2)).map(({ payload }) => payload.toString());
  await eventually('it is welcome', async () => (await events()).some((packet) => packet.includes('"connected"')));
  const ends = [member.rest(), stranger.rest()];
  await server.stop();
  for (const frames of await Promise.all(ends)) {
    const last = frames.at(-1);
    assert.equal(last.name, 'close');
    assert.equal(last.payload.readUInt16BE(0), 1012);
    assert.ok(!frames.some(({ payload }) => payload.toString().startsWith('41')), 'from which no client would come back');
  }
});

test('F12: while clients leave, readiness says so and nobody new is taken in', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  // One that does not read holds the server up until its deadline, or until it is asked once more.
  const slow = await server.connect(someone('slow'), { reconnection: false });
  const flood = await server.connect(someone('flood'), { reconnection: false });
  const conversationId = await conversationOf(flood, [slow.welcome.userId]);
  slow.io.engine.transport.ws._socket.pause();
  const content = 'x'.repeat(16_000);
  for (let i = 0; i < 12; i++) {
    await Promise.all(Array.from({ length: 100 }, () => succeed(flood, 'message:send', { conversationId, content })));
  }
  const gone = next(flood, 'disconnect');
  server.program.child.kill('SIGTERM');
  await gone;
  const readyz = await fetch(`http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}/readyz`);
  assert.equal(readyz.status, 503);
  assert.match((await readyz.json()).reason, /stopping/);
  await assert.rejects(fetch(`${server.url}/healthz`), 'the port for clients is closed');
  server.program.child.kill('SIGTERM'); // at once
  await within(10_000, server.program.exited, 'the end');
});

// The nodes are restarted one after the other while everybody talks; ROLLING_ROUNDS of them, one in CI.
const rounds = Number(process.env.ROLLING_ROUNDS ?? 1);
test(`F12: a rolling restart of three nodes under load, ${rounds} times: no send is left unanswered, nothing is lost or doubled, the gaps are short`, { timeout: 60_000 + rounds * 60_000 }, async (t) => {
  const nodes = await nodesFor(t, 3);
  const url = await balancerFor(t, nodes);
  const users = Array.from({ length: 9 }, (_, i) => someone(`user${i}`));
  const gaps = [];
  const clients = await Promise.all(
    users.map(async (user) => {
      const socket = io(`${url}/messaging`, {
        forceNew: true, transports: ['websocket'], reconnectionDelay: 50, reconnectionDelayMax: 500, auth: { token: token(user), deviceId: 'phone' },
      });
      t.after(() => socket.disconnect());
      const client = { socket, user, messages: inbox(socket, 'message'), acked: [] };
      let left;
      socket.on('disconnect', () => (left = Date.now()));
      socket.on('sync:complete', () => left && (gaps.push(Date.now() - left), (left = undefined)));
      socket.on('sync:reset', () => assert.fail('nobody has to load anew'));
      await next(socket, 'connected');
      return client;
    }),
  );
  const conversationId = await conversationOf(clients[0].socket, users.slice(1));
  let stopped = false;
  const load = Promise.all(
    clients.map(async (client, who) => {
      for (let i = 0; !stopped; i++) {
        const content = `${who}-${i}`;
        for (;;) {
          // Settled each time: answered, or refused by the client itself because the connection ended.
          const answer = await within(20_000, client.socket.timeout(15_000).emitWithAck('message:send', { conversationId, content, clientMessageId: content }).catch(() => undefined), 'an answer');
          if (answer?.success) break;
          if (answer) assert.equal(answer.code, 'unavailable', JSON.stringify(answer));
          if (!client.socket.connected) await next(client.socket, 'connected');
        }
        client.acked.push(content);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const node of nodes) {
      await within(25_000, node.stop(), 'the node to end');
      await node.run();
      const count = clients[0].acked.length;
      await eventually('they talk on', () => clients[0].acked.length > count + 5);
    }
  }
  stopped = true;
  await load;
  const all = clients.flatMap(({ acked }) => acked);
  assert.equal(new Set(all).size, all.length);
  for (const [who, { messages, socket }] of clients.entries()) {
    const others = all.filter((content) => !content.startsWith(`${who}-`));
    const heard = () => new Set(messages.all.filter(({ senderId }) => senderId !== clients[who].user).map(({ content }) => content));
    await eventually('everything has arrived', () => heard().size >= others.length);
    assert.deepEqual([...heard()].sort(), others.sort());
    const ids = messages.all.map(({ id }) => id);
    assert.ok(ids.length - new Set(ids).size <= gaps.length * 50, 'what comes again is what was not yet proven to have arrived');
    const history = [];
    for (;;) {
      const page = await succeed(socket, 'conversation:history', { conversationId, afterSeq: history.length, limit: 200 });
      history.push(...page.messages);
      if (!page.hasMore) break;
    }
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1));
    assert.deepEqual(history.map(({ content }) => content).sort(), all.sort());
  }
  gaps.sort((x, y) => x - y);
  const p99 = gaps[Math.ceil(gaps.length * 0.99) - 1];
  t.diagnostic(`${all.length} messages, ${gaps.length} gaps, median ${gaps[gaps.length >> 1]} ms, p99 ${p99} ms`);
  assert.ok(gaps.length >= 3 * rounds, 'clients were moved');
  assert.ok(p99 < 3_000, `p99 of the gaps is ${p99} ms`);
});
