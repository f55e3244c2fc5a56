// Several servers behind an ordinary load balancer: WebSocket needs nothing of it, long-polling that a session's requests reach its
// node, and who comes back goes on at whichever node is there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { conversationOf, someone, succeed } from '../support/mentara.mjs';
import { nodesFor } from '../support/nodes.mjs';
import { proxies, startProxy } from '../support/proxies.mjs';
import { token } from '../support/tokens.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const nodeOf = (socket) => socket.io.engine.id.slice(21);

test('a node that is asked for the session of another says which has it, and what the remedy is', async (t) => {
  const nodes = await nodesFor(t, 2);
  const handshake = async ({ url }) => JSON.parse((await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).slice(1));
  const [{ sid }, other] = await Promise.all(nodes.map(handshake));
  const poll = ({ url }, id) => fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${id}`);
  const wrong = await poll(nodes[1], sid);
  assert.equal(wrong.status, 400);
  const { code, message, remedy } = await wrong.json();
  assert.deepEqual({ code, message }, { code: 1, message: 'Session ID unknown' });
  assert.ok(remedy.includes(`on the node ${sid.slice(21)}, and this is ${other.sid.slice(21)}`), remedy);
  assert.match(remedy, /one node/);
  const gone = await poll(nodes[1], `${'x'.repeat(20)}${other.sid.slice(20)}`);
  assert.deepEqual(await gone.json(), { code: 1, message: 'Session ID unknown' }, 'a session that is over is no matter of nodes');
  const metrics = await (await fetch(`http://127.0.0.1:${nodes[1].env.MENTARA_OPERATIONS_PORT}/metrics`)).text();
  assert.match(metrics, /mentara_handshakes_refused_total\{reason="Session ID of another node"\} 1\n/);
});

for (const name of Object.keys(proxies))
  for (const transports of [['polling'], ['websocket']])
    test(`${name} before two nodes: who speaks ${transports} finds his node, and the other when that one is gone`, async (t) => {
      const nodes = await nodesFor(t, 2);
      const url = await startProxy(t, name, nodes.map(({ port }) => port));
      const [ada, bob] = ['ada', 'bob'].map(someone);
      const a = io(`${url}/messaging`, { forceNew: true, auth: { token: token(ada) }, transports, reconnectionDelay: 50,
        reconnectionDelayMax: 200, ...proxies[name].sticky });
      t.after(() => a.disconnect());
      await next(a, 'connected');
      const received = inbox(a, 'message');
      const writer = await nodes[0].connect(bob);
      const conversationId = await conversationOf(writer, [ada]);
      for (let i = 0; i < 10; i++) await succeed(writer, 'message:send', { conversationId, content: `before ${i}` });
      await received.first(10);
      const home = nodeOf(a);
      const lost = nodes.find(({ port }) => home.endsWith(`-${port}`));
      assert.ok(lost, `${home} is one of the two`);
      const rest = nodes.find((node) => node !== lost);
      const back = next(a, 'connected', 20_000);
      await lost.kill();
      const other = await rest.connect(bob);
      for (let i = 0; i < 10; i++) await succeed(other, 'message:send', { conversationId, content: `after ${i}` });
      await back;
      // What he had not yet proven to have may come again.
      await eventually('everything that was sent', () => new Set(received.all.map(({ seq }) => seq)).size === 20);
      assert.notEqual(nodeOf(a), home);
      await succeed(a, 'message:send', { conversationId, content: 'and he answers' });
    });
