// Two servers over one PostgreSQL database, with nothing else between them: what one stores, the other tells.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { mentaraBinary } from '../support/binaries.mjs';
import { Mentara, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { Postgres } from '../support/postgres.mjs';
import { Program } from '../support/program.mjs';
import { secret } from '../support/tokens.mjs';
import { inbox, next } from '../support/wait.mjs';

const postgres = await Postgres.start();
after(() => postgres.stop());

async function twoNodes(t) {
  const env = { MENTARA_DATABASE_URL: postgres.freshUrl() };
  const nodes = await Promise.all([Mentara.start({ env }), Mentara.start({ env })]); // they make the schema at once (F18)
  t.after(() => Promise.all(nodes.map((node) => node.end())));
  return nodes;
}

test('a message reaches members on the other node, in order and once, also those who answer there', async (t) => {
  const [one, other] = await twoNodes(t);
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = [await one.connect(ada), await other.connect(bob)];
  const conversationId = await conversationOf(a, [bob]);
  const [heardByA, heardByB] = [inbox(a, 'message'), inbox(b, 'message')];
  const sent = [];
  for (let i = 0; i < 20; i++) {
    const socket = i % 2 ? b : a;
    sent.push((await succeed(socket, 'message:send', { conversationId, content: `text ${i}` })).message);
  }
  assert.deepEqual(sent.map(({ seq }) => seq), sent.map((_, i) => i + 1));
  const ids = (messages) => messages.map(({ id }) => id);
  for (const box of [heardByA, heardByB]) await box.first(10);
  assert.deepEqual(ids(heardByB.all), ids(sent.filter((_, i) => i % 2 === 0)), 'in order, each once, and not his own');
  assert.deepEqual(ids(heardByA.all), ids(sent.filter((_, i) => i % 2 === 1)), 'in order, each once, and not his own');
});

test('a node that nobody writes to tells within 2.5 s what the other one stored', async (t) => {
  const [one, other] = await twoNodes(t);
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = [await one.connect(ada), await other.connect(bob)];
  const conversationId = await conversationOf(a, [bob]);
  await next(b, 'conversation:created');
  const arrived = next(b, 'message', 2_500);
  await succeed(a, 'message:send', { conversationId, content: 'hello' });
  assert.equal((await arrived)[0].content, 'hello');
});

test('who leaves a node that was killed goes on at the other one from where he was', async (t) => {
  const [one, other] = await twoNodes(t);
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await one.connect(ada);
  const onOne = await one.connect(bob, { auth: { deviceId: 'phone' }, reconnection: false });
  const conversationId = await conversationOf(a, [bob]);
  const received = inbox(onOne, 'message');
  await succeed(a, 'message:send', { conversationId, content: 'before' });
  const cursor = (await received.take()).cursor;
  await one.kill();
  const elsewhere = await other.connect(ada);
  await succeed(elsewhere, 'message:send', { conversationId, content: 'while nobody looked' });
  const back = other.socket(bob, { auth: { deviceId: 'phone', cursor } });
  const replay = inbox(back, 'message');
  await next(back, 'sync:complete');
  assert.deepEqual(replay.all.map(({ content }) => content), ['while nobody looked']);
});

test('the doctor and the log say what an acknowledgement is worth', async (t) => {
  const url = postgres.freshUrl();
  const env = { MENTARA_DATABASE_URL: url, MENTARA_JWT_SECRET: secret };
  const found = await Program.run(mentaraBinary, ['doctor'], { env });
  assert.equal(found.code, 1, 'these tests run without fsync');
  assert.match(found.out + found.err, /good .*PostgreSQL 1\d.* can be reached/);
  assert.match(found.out + found.err, /good .*synchronous_commit = on/);
  assert.match(found.out + found.err, /bad .*fsync = off/);
  const server = await Mentara.start({ env: { MENTARA_DATABASE_URL: url } });
  t.after(() => server.end());
  assert.match(server.program.err.join('\n'), /synchronous_commit=on/);
});
