// What an operator sees: figures for Prometheus and the same as JSON, on the operations listener alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, conversationOf, mentaraForThisFile, someone, succeed } from './support/mentara.mjs';
import { eventually } from './support/wait.mjs';

const server = await mentaraForThisFile({ args: ['--threads', '2'] });
const operations = `http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}`;

// "name{labels}" → value
async function scrape() {
  const answer = await fetch(`${operations}/metrics`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const figures = new Map();
  const types = new Map();
  for (const line of (await answer.text()).trimEnd().split('\n')) {
    if (line.startsWith('# HELP ')) continue;
    const type = line.match(/^# TYPE ([a-z_]+) (counter|gauge)$/);
    if (type) {
      assert.ok(!types.has(type[1]), `${type[1]} stands there once`);
      types.set(type[1], type[2]);
      continue;
    }
    const sample = line.match(/^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (-?[0-9.]+(?:e-?[0-9]+)?)$/);
    assert.ok(sample, `not a sample: ${line}`);
    assert.ok(types.has(sample[1]), `no type before ${line}`);
    assert.ok(!figures.has(sample[1] + (sample[2] ?? '')), `twice: ${line}`);
    figures.set(sample[1] + (sample[2] ?? ''), Number(sample[3]));
  }
  return figures;
}
const sockets = 'mentara_sockets{nsp="/messaging"}';
const events = (event) => `mentara_events_in_total{nsp="/messaging",event="${event}"}`;

test('sockets, events by name, the log and the process are counted, over all loops', async () => {
  const before = await scrape();
  assert.equal(before.get(sockets), 0);
  const [ada, bob] = [someone('ada'), someone('bob')];
  const there = [];
  for (const user of [ada, bob, ada]) there.push(await server.connect(user));
  const conversationId = await conversationOf(there[0], [bob]);
  for (let i = 0; i < 5; ++i) await succeed(there[0], 'message:send', { conversationId, content: 'hello' });
  for (let i = 0; i < 3; ++i) await ask(there[1], `made-up-${i}`, {});

  const during = await scrape();
  assert.equal(during.get(sockets), 3);
  assert.equal(during.get('mentara_users'), 2);
  assert.equal(during.get(events('message:send')), 5);
  assert.equal(during.get(events('(unknown)')), 3);
  assert.ok(![...during.keys()].some((name) => name.includes('made-up')), 'clients make no figures');
  assert.ok(during.get('mentara_log_position') >= before.get('mentara_log_position') + 6);
  assert.ok(during.get('mentara_loop_lag_seconds{loop="1"}') >= 0);
  assert.ok(during.get('process_resident_memory_bytes') > 1e6);
  assert.equal(during.get('mentara_ready'), 1);

  there.forEach((socket) => socket.disconnect());
  await eventually('no sockets any more', async () => {
    const now = await scrape();
    return now.get(sockets) === 0 && now.get('mentara_user_sockets') === 0;
  });
  const after = await scrape();
  assert.equal(after.get('mentara_disconnects_total{nsp="/messaging",reason="client namespace disconnect"}'), 3);
  assert.equal(after.get('mentara_users'), 0);
  assert.equal(after.get('mentara_user_sockets'), 0);
});

test('/api/stats says the same as JSON', async () => {
  const socket = await server.connect(someone('ada'));
  const stats = await (await fetch(`${operations}/api/stats`)).json();
  assert.equal(stats.mentara_sockets.find(({ labels }) => labels.nsp === '/messaging').value, 1);
  assert.ok(stats.mentara_connects_total.length >= 1);
  socket.disconnect();
});

test('the port of the clients knows neither', async () => {
  assert.notEqual((await fetch(`${server.url}/metrics`)).status, 200);
  assert.equal((await fetch(`${server.url}/api/stats`)).status, 401);
});
