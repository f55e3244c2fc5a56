// Three servers over one PostgreSQL database, joined by Redis: what happens on one reaches the clients of the others at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, someone, succeed } from '../support/mentara.mjs';
import { figure, nodesFor, readiness, redis } from '../support/nodes.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const seqs = (box) => box.all.map(({ seq }) => seq);
const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);

test('messages of all nodes reach all members in the order of their seq, once, and nobody his own', async (t) => {
  const nodes = await nodesFor(t, 3);
  const users = ['ada', 'bob', 'cleo'].map(someone);
  const sockets = await Promise.all(users.map((user, i) => nodes[i].connect(user)));
  const conversationId = await conversationOf(sockets[0], users.slice(1));
  await eventually('everybody knows of it', async () => {
    const lists = await Promise.all(sockets.map((socket) => succeed(socket, 'conversation:list', {})));
    return lists.every(({ conversations }) => conversations.length === 1);
  });
  const boxes = sockets.map((socket) => inbox(socket, 'message'));
  const each = 40;
  await Promise.all(
    sockets.map(async (socket) => {
      for (let i = 0; i < each; i++) await succeed(socket, 'message:send', { conversationId, content: `text ${i}` });
    }),
  );
  for (const box of boxes) await box.first(2 * each);
  for (const [i, box] of boxes.entries()) {
    assert.ok(box.all.every(({ senderId }) => senderId !== users[i]), 'nobody hears himself');
    assert.deepEqual(seqs(box), [...new Set(seqs(box))].sort((x, y) => x - y), 'in order, each once');
    assert.equal(box.all.length, 2 * each);
  }
  const { messages } = await succeed(sockets[2], 'conversation:history', { conversationId, limit: 200 });
  assert.deepEqual(messages.map(({ seq }) => seq), upTo(3 * each));
  for (const node of nodes) assert.ok((await figure(node, 'mentara_log_news_total')) > 0, 'they told each other of it');
});

test('typing, and what a user reads on another device of his, cross the nodes', async (t) => {
  const [one, other] = await nodesFor(t, 2);
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b, phone] = [await one.connect(ada), await other.connect(bob), await one.connect(bob, { auth: { deviceId: 'phone' } })];
  const conversationId = await conversationOf(a, [bob]);
  await succeed(a, 'conversation:join', { conversationId });
  await succeed(b, 'conversation:join', { conversationId });
  const typing = next(a, 'typing');
  await succeed(b, 'typing:start', { conversationId });
  assert.deepEqual((await typing)[0], { conversationId, userId: bob, isTyping: true });

  const unread = inbox(phone, 'conversation:unread');
  const unreadElsewhere = inbox(b, 'conversation:unread');
  const arrived = next(b, 'message');
  await succeed(a, 'message:send', { conversationId, content: 'hello' });
  await arrived;
  assert.equal((await unreadElsewhere.take()).unreadCount, 1);
  assert.equal((await unread.take()).unreadCount, 1);
  await succeed(b, 'message:read', { conversationId, seq: 1 });
  assert.equal((await unread.take()).unreadCount, 0);
});

test('F6: while Redis is gone for some seconds under load, messages still arrive within 2.5 s, readiness says degraded, and all heals by itself', async (t) => {
  const nodes = await nodesFor(t, 3);
  const users = ['ada', 'bob', 'cleo'].map(someone);
  const sockets = await Promise.all(users.map((user, i) => nodes[i].connect(user)));
  const conversationId = await conversationOf(sockets[0], users.slice(1));
  const sentAt = new Map();
  const latest = [0, 0, 0];
  const boxes = sockets.map((socket, i) => {
    socket.on('message', ({ content }) => (latest[i] = Math.max(latest[i], Date.now() - sentAt.get(content))));
    return inbox(socket, 'message');
  });
  let stopped = false;
  const acked = [];
  const load = Promise.all(
    sockets.map(async (socket, who) => {
      for (let i = 0; !stopped; i++) {
        const content = `${who}-${i}`;
        sentAt.set(content, Date.now());
        acked.push((await succeed(socket, 'message:send', { conversationId, content })).message.content);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
  );
  await boxes[0].first(20);
  await redis.kill();
  for (const node of nodes) {
    await eventually('readiness says that it is degraded', async () => {
      const { status, reason } = await readiness(node);
      return status === 'degraded' && /Redis/.test(reason);
    });
  }
  const before = acked.length;
  await eventually('a hundred more are acknowledged without Redis', () => acked.length > before + 100);
  await redis.start();
  for (const node of nodes) await eventually('readiness says that it is ready again', async () => (await readiness(node)).status === 'ready');
  const news = await figure(nodes[2], 'mentara_log_news_total');
  await eventually('the nodes tell each other again', async () => (await figure(nodes[2], 'mentara_log_news_total')) > news);
  stopped = true;
  await load;
  for (const [i, box] of boxes.entries()) {
    const others = acked.filter((content) => !content.startsWith(`${i}-`));
    await box.first(others.length);
    assert.deepEqual(box.all.map(({ content }) => content).sort(), others.sort(), 'nothing is lost, nothing doubled, nothing his own');
    assert.deepEqual(seqs(box), [...seqs(box)].sort((x, y) => x - y), 'in order');
    assert.ok(latest[i] < 2_500, `the slowest took ${latest[i]} ms`);
  }
});
