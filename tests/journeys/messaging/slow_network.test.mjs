// A bad network as TCP shows it (F15): what is lost comes late, everything behind it waits, pieces come in any size, and slowly.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';

import { conversationOf, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();

// 50 to 150 ms each way; one piece in twenty was lost, and comes 300 ms later with all that is behind it; 100 kbit/s.
async function badNetwork(t) {
  let seed = 15;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const carry = (from, to) => {
    let free = 0; // when the line has carried what it was given
    const line = []; // timers of the same millisecond fire in any order, pieces arrive in theirs
    from.on('data', (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, (at += 1 + Math.floor(random() * 1400)));
        free = Math.max(free, Date.now() + 50 + random() * 100 + (random() < 0.05 ? 300 : 0)) + piece.length / 12.5;
        line.push(piece);
        setTimeout(() => {
          const next = line.shift();
          if (to.writable) to.write(next);
        }, free - Date.now());
      }
    });
    from.on('end', () => setTimeout(() => to.end(), Math.max(free - Date.now(), 0) + 5)); // behind what is on its way
    from.on('error', () => to.destroy());
  };
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    carry(client, upstream);
    carry(upstream, client);
  });
  await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));
  t.after(() => proxy.close());
  return `http://127.0.0.1:${proxy.address().port}`;
}

for (const transports of [['websocket'], ['polling', 'websocket']])
  test(`F15: over a bad network (${transports}) everything is right, if slower`, async (t) => {
    const url = await badNetwork(t);
    const [ada, bob] = ['ada', 'bob'].map(someone);
    const far = { ...server, url, socket: server.socket, connect: server.connect };
    const [a, b] = await Promise.all([ada, bob].map((user) => far.connect.call(far, user, { transports })));
    const conversationId = await conversationOf(a, [bob]);
    const [heardByA, heardByB] = [inbox(a, 'message'), inbox(b, 'message')];
    const texts = (who) => Array.from({ length: 15 }, (_, i) => `${who} ${i} ${'x'.repeat(i * 20)}`);
    const send = (socket, contents) => Promise.all(contents.map((content, i) => succeed(socket, 'message:send', { conversationId, content, clientMessageId: `${content[0]}${i}` })));
    const arrived = [heardByB.first(15), heardByA.first(15)];
    await Promise.all([send(a, texts('a')), send(b, texts('b'))]);
    await Promise.all(arrived);
    assert.deepEqual(heardByB.all.map(({ content }) => content), texts('a'));
    assert.deepEqual(heardByA.all.map(({ content }) => content), texts('b'));
    const { messages } = await succeed(a, 'conversation:history', { conversationId });
    assert.deepEqual(messages.map(({ seq }) => seq), messages.map((_, i) => i + 1));
    assert.equal(messages.length, 30);
  });
