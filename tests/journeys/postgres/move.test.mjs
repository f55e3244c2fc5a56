// A site moves from its file into PostgreSQL: everybody goes on where he was.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { mentaraBinary } from '../support/binaries.mjs';
import { Mentara, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { Postgres } from '../support/postgres.mjs';
import { Program } from '../support/program.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const postgres = await Postgres.start();
after(() => postgres.stop());

const moveTo = (url, data) =>
  Program.run(mentaraBinary, ['db', 'migrate', '--from', 'sqlite', '--to', 'postgres', '--data', data], { env: { MENTARA_DATABASE_URL: url } });

test('after the move a device is given what it missed before, history and search are whole, and sending goes on', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const url = postgres.freshUrl();
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const b = await server.connect(bob, { auth: { deviceId: 'phone' }, reconnection: false });
  const created = next(b, 'conversation:created');
  const conversationId = await conversationOf(a, [bob]);
  await created;
  b.disconnect();
  for (let i = 0; i < 5; i++) await succeed(a, 'message:send', { conversationId, content: `a text with Äpfeln ${i}` });

  const running = await moveTo(url, server.data);
  assert.equal(running.code, 1);
  assert.match(running.err, /in use/);
  await server.stop();
  const moved = await moveTo(url, server.data);
  assert.equal(moved.code, 0, moved.err);
  assert.match(moved.err, /messages: 5 rows, the same on both sides/);
  assert.match(moved.out, /were moved to postgres:\/\//);
  const again = await moveTo(url, server.data);
  assert.equal(again.code, 1);
  assert.match(again.err, /holds a site already/);

  server.env.MENTARA_DATABASE_URL = url;
  const back = next(a, 'connected');
  await server.run();
  await back;
  const phone = server.socket(bob, { auth: { deviceId: 'phone' } });
  const missed = inbox(phone, 'message');
  await next(phone, 'sync:complete');
  assert.deepEqual(missed.all.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
  const { message } = await succeed(a, 'message:send', { conversationId, content: 'after' });
  assert.equal(message.seq, 6);
  await eventually('the search finds what was moved', async () => (await succeed(a, 'message:search', { query: 'apfeln' })).messages.length === 5);

  const backup = await Program.run(mentaraBinary, ['backup', `${server.data}/backup.db`], { env: { MENTARA_DATABASE_URL: url } });
  assert.equal(backup.code, 1);
  assert.match(backup.err, /pg_dump/);
});
