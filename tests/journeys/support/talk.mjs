// A conversation that goes on while something breaks, and what its members heard of it.
import assert from 'node:assert/strict';

import { conversationOf, someone, succeed } from './mentara.mjs';
import { eventually, inbox } from './wait.mjs';

export const percentile = (numbers, share) => [...numbers].sort((x, y) => x - y)[Math.max(0, Math.ceil(numbers.length * share) - 1)] ?? 0;

// One user on each of `nodes`, who says something each `pause` ms; `content` is the text's length.
export async function talkOn(nodes, { pause = 20, content: length = 0 } = {}) {
  const users = nodes.map((_, i) => someone(`user${i}`));
  const sockets = await Promise.all(users.map((user, i) => nodes[i].connect(user)));
  const conversationId = await conversationOf(sockets[0], users.slice(1));
  const sentAt = new Map();
  const arrivals = []; // {sent, took}
  const boxes = sockets.map((socket) => {
    socket.on('message', ({ content }) => {
      const sent = sentAt.get(content);
      arrivals.push({ sent, took: Date.now() - sent });
    });
    return inbox(socket, 'message');
  });
  const talk = { users, sockets, conversationId, acked: [], stopped: false };
  const speakers = Promise.all(
    sockets.map(async (socket, who) => {
      for (let i = 0; !talk.stopped; i++) {
        const content = `${who}-${i} `.padEnd(length, 'x').trimEnd();
        sentAt.set(content, Date.now());
        await succeed(socket, 'message:send', { conversationId, content, clientMessageId: `${who}-${i}` });
        talk.acked.push(content);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }),
  );
  speakers.catch(() => (talk.stopped = true));

  talk.more = (count) => {
    const before = talk.acked.length;
    return eventually(`${count} more to be acknowledged`, () => talk.stopped || talk.acked.length >= before + count);
  };
  // How long messages took that were sent between two times.
  talk.delays = (from, to) => arrivals.filter(({ sent }) => sent >= from && sent <= to).map(({ took }) => took);
  // Ends it: everybody heard everything that the others said, once, in order, and the history is the same.
  talk.end = async () => {
    talk.stopped = true;
    await speakers;
    for (const [who, box] of boxes.entries()) {
      const others = talk.acked.filter((content) => !content.startsWith(`${who}-`));
      await box.first(others.length);
      assert.deepEqual(box.all.map(({ content }) => content).sort(), others.sort(), 'nothing is lost, nothing doubled, nothing his own');
      const seqs = box.all.map(({ seq }) => seq);
      assert.deepEqual(seqs, [...seqs].sort((x, y) => x - y), 'in order');
    }
    const history = [];
    for (let more = true; more; ) {
      const page = await succeed(sockets[0], 'conversation:history', { conversationId, afterSeq: history.length, limit: 200 });
      history.push(...page.messages);
      more = page.hasMore;
    }
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1));
    assert.deepEqual(history.map(({ content }) => content).sort(), [...talk.acked].sort());
  };
  return talk;
}
