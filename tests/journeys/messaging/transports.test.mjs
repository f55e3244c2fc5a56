// Messages over each transport, and while it changes under them: none lost, none doubled, none out of order.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { inbox } from '../support/wait.mjs';

const server = await mentaraForThisFile();
const count = 2000;

const ways = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };

for (const [way, transports] of Object.entries(ways))
  test(`${way}: ${count} messages each way at the same time`, async () => {
    const [ada, bob] = ['ada', 'bob'].map(someone);
    const [a, b] = await Promise.all([ada, bob].map((user) => server.connect(user, { transports })));
    const conversationId = await conversationOf(a, [bob]);
    const boxes = [a, b].map((socket) => inbox(socket, 'message'));

    // At most 100 unanswered at a time, so that the stream lasts while the transport changes.
    const sendAll = async (socket, name) => {
      const acks = [];
      const waiting = new Set();
      for (let i = 0; i < count; i++) {
        const sent = succeed(socket, 'message:send', { conversationId, content: `${name} ${i}`, clientMessageId: `${name}-${i}` });
        waiting.add(sent);
        sent.then(() => waiting.delete(sent), () => {});
        acks.push(sent);
        if (waiting.size >= 100) await Promise.race(waiting);
      }
      return (await Promise.all(acks)).map(({ message }) => message);
    };
    const [fromA, fromB] = await Promise.all([sendAll(a, 'ada'), sendAll(b, 'bob')]);
    const [toA, toB] = await Promise.all(boxes.map((box) => box.first(count)));

    const texts = (messages) => messages.map(({ content }) => content);
    const expected = (name) => Array.from({ length: count }, (_, i) => `${name} ${i}`);
    assert.deepEqual(texts(fromA), expected('ada'));
    assert.deepEqual(texts(toB), expected('ada'));
    assert.deepEqual(texts(toA), expected('bob'));
    const seqs = [...fromA, ...fromB].map(({ seq }) => seq).sort((x, y) => x - y);
    assert.deepEqual(seqs, Array.from({ length: 2 * count }, (_, i) => i + 1));
    assert.deepEqual(boxes.map((box) => box.all.length), [count, count]);
    for (const socket of [a, b]) assert.equal(socket.io.engine.transport.name, transports.at(-1));
  });
