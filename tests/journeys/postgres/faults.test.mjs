// PostgreSQL goes away, comes back, loses connections and answers (F7): what was acknowledged is stored once, and nobody is told
// what nobody knows.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, test } from 'node:test';

import { Mentara, ask, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { Postgres } from '../support/postgres.mjs';
import { eventually } from '../support/wait.mjs';

const postgres = await Postgres.start();
after(() => postgres.stop());

async function startOn(t, url) {
  const server = await Mentara.start({ env: { MENTARA_DATABASE_URL: url } });
  t.after(() => server.end());
  return server;
}

async function historyOf(socket, conversationId) {
  const all = [];
  for (;;) {
    const { messages, hasMore } = await succeed(socket, 'conversation:history', { conversationId, afterSeq: all.length, limit: 200 });
    all.push(...messages);
    if (!hasMore) return all;
  }
}

function checkHistory(history, acked) {
  assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1), 'seq has no gap');
  const stored = new Map(history.map((message) => [message.clientMessageId, message]));
  assert.equal(stored.size, history.length, 'nothing is there twice');
  for (const [id, message] of acked) assert.equal(stored.get(id)?.id, message.id, `${id} is stored as it was acknowledged`);
}

// Sends all the time, one after the other, and again what was answered `unavailable`, until it is told to stop.
function sender(socket, conversationId) {
  const acked = new Map();
  let stopped = false;
  let lastAck = Date.now();
  let longestGap = 0;
  let refusals = 0;
  const ended = (async () => {
    for (let i = 0; !stopped; i++) {
      const clientMessageId = `m${i}`;
      for (;;) {
        const ack = await ask(socket, 'message:send', { conversationId, content: `text ${i}`, clientMessageId });
        if (ack.success) {
          longestGap = Math.max(longestGap, Date.now() - lastAck);
          lastAck = Date.now();
          acked.set(clientMessageId, ack.message);
          break;
        }
        refusals++;
        assert.equal(ack.code, 'unavailable', JSON.stringify(ack));
        assert.ok(ack.retryAfterMs > 0);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  })();
  return {
    acked,
    reach: (count) => eventually(`${count} acknowledged messages`, () => acked.size >= count),
    stop: async () => ((stopped = true), await ended, { acked, longestGap, refusals }),
  };
}

for (const [name, signal] of [['fast', 'SIGINT'], ['immediate', 'SIGQUIT']])
  test(`F7: a ${name} restart of PostgreSQL loses nothing that was acknowledged, and the server is back by itself within 5 s`, async (t) => {
    const server = await startOn(t, postgres.freshUrl());
    const [ada, bob] = ['ada', 'bob'].map(someone);
    const a = await server.connect(ada);
    const conversationId = await conversationOf(a, [bob]);
    const sending = sender(a, conversationId);
    await sending.reach(50);
    await postgres.stop(signal);
    const ready = () => fetch(`http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}/readyz`).then(({ status }) => status);
    await eventually('readiness says that the database is away', async () => (await ready()) === 503);
    await postgres.run();
    const back = Date.now();
    await eventually('readiness says that it is back', async () => (await ready()) === 200);
    await sending.reach(sending.acked.size + 50);
    assert.ok(Date.now() - back < 5_000, `it took ${Date.now() - back} ms`);
    const { acked } = await sending.stop();
    checkHistory(await historyOf(a, conversationId), acked);
  });

test('F7: backends that are ended while messages are stored are noticed by nobody', async (t) => {
  const server = await startOn(t, postgres.freshUrl());
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const sending = sender(a, conversationId);
  for (let round = 1; round <= 10; round++) {
    await sending.reach(round * 20);
    postgres.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'mentara writer%'");
  }
  await sending.reach(sending.acked.size + 20);
  const { acked, refusals } = await sending.stop();
  assert.equal(refusals, 0);
  checkHistory(await historyOf(a, conversationId), acked);
});

// Between a server and PostgreSQL: knows a COMMIT when it passes, and cuts its connection there.
class CommitCutter {
  static async start(port) {
    const cutter = new CommitCutter();
    cutter.server = net.createServer((client) => {
      const upstream = net.connect(port, '127.0.0.1');
      const destroy = () => (client.destroy(), upstream.destroy());
      let commit; // the name of the prepared statement
      let rest = Buffer.alloc(0);
      let started = false;
      let swallow = false;
      client.on('data', (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        let isCommit = false;
        for (;;) {
          const head = started ? 1 : 0; // the first message has no type
          if (rest.length < head + 4) break;
          const length = head + rest.readInt32BE(head);
          if (rest.length < length) break;
          const message = rest.subarray(0, length);
          rest = rest.subarray(length);
          if (started) {
            const words = message.toString('latin1', 5).split('\0');
            if (message[0] === 0x50 && words[1] === 'COMMIT') commit = words[0]; // Parse: name, text
            if (message[0] === 0x42 && commit !== undefined && words[1] === commit) isCommit = true; // Bind: portal, name
          }
          started = true;
        }
        if (isCommit && cutter.next && upstream.localPort) {
          const when = cutter.next;
          cutter.next = undefined;
          cutter.cuts++;
          if (when === 'before') return destroy();
          swallow = true; // the reply shows that it was done, and nobody sees it
        }
        upstream.write(bytes);
      });
      upstream.on('data', (bytes) => (swallow ? destroy() : client.write(bytes)));
      for (const end of [client, upstream]) end.on('close', destroy).on('error', destroy);
    });
    cutter.cuts = 0;
    await new Promise((listening) => cutter.server.listen(0, '127.0.0.1', listening));
    cutter.port = cutter.server.address().port;
    return cutter;
  }
}

for (const when of ['before', 'behind'])
  test(`F7: connections that are cut ${when} a COMMIT: each message is acknowledged, and stored once`, async (t) => {
    const cutter = await CommitCutter.start(postgres.port);
    t.after(() => cutter.server.close());
    const server = await startOn(t, postgres.freshUrl(cutter.port));
    const [ada, bob] = ['ada', 'bob'].map(someone);
    const a = await server.connect(ada);
    const conversationId = await conversationOf(a, [bob]);
    const acked = new Map();
    for (let i = 0; i < 30; i++) {
      cutter.next = when;
      const clientMessageId = `m${i}`;
      const { message, duplicate } = await succeed(a, 'message:send', { conversationId, content: `text ${i}`, clientMessageId });
      assert.equal(duplicate, undefined);
      acked.set(clientMessageId, message);
    }
    assert.ok(cutter.cuts >= 20, `${cutter.cuts} cuts`);
    const history = await historyOf(a, conversationId);
    assert.equal(history.length, 30);
    checkHistory(history, acked);
  });
