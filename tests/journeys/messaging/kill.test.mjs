// `kill -9` in the middle of a stream of sends, again and again: what was acknowledged is there, once, and nothing is torn.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Mentara, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { next, within } from '../support/wait.mjs';

const rounds = Number(process.env.KILL_ROUNDS ?? 20);

async function historyOf(socket, conversationId) {
  const all = [];
  for (;;) {
    const { messages, hasMore } = await succeed(socket, 'conversation:history', { conversationId, afterSeq: all.length, limit: 200 });
    all.push(...messages);
    if (!hasMore) return all;
  }
}

test(`${rounds} kills: every acknowledged message is in the history once, seq without a gap`, async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const [ada, bob] = ['ada', 'bob'].map(someone);
  let socket = await server.connect(ada, { reconnection: false });
  const conversationId = await conversationOf(socket, [bob]);

  const acked = new Map(); // clientMessageId → message of the ack
  let unanswered = []; // sent, but killed before the ack: may or may not be stored
  let sent = 0;

  for (let round = 1; round <= rounds; round++) {
    const killAfter = 1 + Math.floor(Math.random() * 200); // acks of this round
    let acks = 0;
    const enough = new Promise((resolve) => {
      const send = (clientMessageId) => {
        unanswered.push(clientMessageId);
        socket.emit('message:send', { conversationId, content: `text of ${clientMessageId}`, clientMessageId }, (ack) => {
          if (!ack.success) throw new Error(`${clientMessageId}: ${JSON.stringify(ack)}`);
          if (acked.has(clientMessageId)) assert.equal(ack.message.id, acked.get(clientMessageId).id);
          acked.set(clientMessageId, ack.message);
          if (++acks === killAfter) resolve();
          if (acks <= killAfter) send(`m${++sent}`); // one comes, one goes: 32 are always under way
        });
      };
      const retries = unanswered; // of the round before, with the same ids
      unanswered = [];
      for (const id of retries) send(id);
      for (let i = retries.length; i < 32; i++) send(`m${++sent}`);
    });
    await within(60_000, enough, `${killAfter} acks in round ${round}`);
    const gone = next(socket, 'disconnect');
    await server.kill();
    await gone;
    unanswered = unanswered.filter((id) => !acked.has(id));

    await server.run();
    socket = await server.connect(ada, { reconnection: false });
    const history = await historyOf(socket, conversationId);
    const where = `after kill ${round} of ${rounds}`;
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1), `seq has a gap ${where}`);
    const stored = new Map(history.map((message) => [message.clientMessageId, message]));
    assert.equal(stored.size, history.length, `a message is there twice ${where}`);
    for (const [id, message] of acked) {
      const { id: storedId, seq, content } = stored.get(id) ?? assert.fail(`${id} was acknowledged and is lost ${where}`);
      assert.deepEqual([storedId, seq, content], [message.id, message.seq, `text of ${id}`], where);
    }
    for (const id of stored.keys()) assert.ok(acked.has(id) || unanswered.includes(id), `${id} was never sent ${where}`);
  }
  t.diagnostic(`${acked.size} acknowledged messages over ${rounds} kills`);
  assert.ok(acked.size >= rounds);
});
