// What an operator sees: figures for Prometheus and the same as JSON, on the operations listener alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresOf, sumOf } from './support/figures.mjs';
import { ask, conversationOf, fail, mentaraForThisFile, settle, someone, succeed } from './support/mentara.mjs';
import { rest } from './support/rest.mjs';
import { eventually, inbox, next, patience } from './support/wait.mjs';

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
    const type = line.match(/^# TYPE ([a-z_]+) (counter|gauge|histogram)$/);
    if (type) {
      assert.ok(!types.has(type[1]), `${type[1]} stands there once`);
      types.set(type[1], type[2]);
      continue;
    }
    const sample = line.match(/^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (-?[0-9.]+(?:e-?[0-9]+)?)$/);
    assert.ok(sample, `not a sample: ${line}`);
    const family = types.has(sample[1]) ? sample[1] : sample[1].replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(family), `no type before ${line}`);
    assert.equal(types.get(family) === 'histogram', family !== sample[1], line);
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

test('every family that an operator is promised is there, and moves with what happens', async () => {
  const before = await figuresOf(server);
  const [ada, bob] = [someone('ada'), someone('bob')];
  const a = await server.connect(ada);
  const b = await server.connect(bob, { transports: ['polling'] });
  const heard = inbox(b, 'message');
  const during = await figuresOf(server);
  const moved = (name, labels, from = before, to = during) => sumOf(to, name, labels) - sumOf(from, name, labels);
  const nsp = '/messaging';
  assert.equal(moved('mentara_sockets_by_transport', { nsp, transport: 'websocket' }), 1);
  assert.equal(moved('mentara_sockets_by_transport', { nsp, transport: 'polling' }), 1);
  assert.equal(moved('mentara_connects_total', { nsp }), 2);

  const conversationId = await conversationOf(a, [bob]);
  await succeed(b, 'conversation:join', { conversationId });
  await Promise.all(Array.from({ length: 20 }, (_, i) => succeed(a, 'message:send', { conversationId, content: `${i}` })));
  for (let i = 0; i < 20; ++i) await heard.take();
  await fail('not_found', a, 'conversation:join', { conversationId: 'nowhere' });
  await fail('invalid_payload', a, 'message:send', { conversationId });
  await next(server.socket(ada, { auth: { token: 'guess' }, reconnection: false }), 'connect_error');
  assert.equal((await rest(server, ada, 'GET', '/messaging/conversations/nowhere')).status, 404);
  await settle(b);

  const after = await figuresOf(server);
  const grew = (name, labels) => moved(name, labels, during, after);
  assert.equal(grew('mentara_events_in_total', { nsp, event: 'message:send' }), 21);
  assert.equal(grew('mentara_events_out_total', { nsp, event: 'message' }), 20, 'the socket that sends has its ack');
  assert.equal(grew('mentara_events_out_total', { nsp, event: 'conversation:created' }), 1);
  assert.equal(grew('mentara_event_duration_seconds', { nsp, event: 'message:send' }), 21);
  const { sum, count, buckets } = after.mentara_event_duration_seconds.find(({ labels }) => labels.nsp === nsp && labels.event === 'message:send');
  assert.ok(sum > 0 && sum < 21 * patience / 1000, `${sum}`);
  assert.deepEqual(buckets.at(-1), { le: '+Inf', count });
  assert.ok(buckets.every(({ count: below }, i) => i === 0 || below >= buckets[i - 1].count), 'buckets add up');
  assert.ok(grew('mentara_acks_total', { nsp }) >= 24);
  assert.ok(grew('mentara_events_done_total', { nsp }) >= 22);
  assert.equal(grew('mentara_events_failed_total', { nsp, code: 'not_found' }), 1);
  assert.equal(grew('mentara_events_failed_total', { nsp, code: 'invalid_payload' }), 1);
  assert.equal(grew('mentara_connects_refused_total', { nsp, code: 'token_invalid' }), 1);
  assert.equal(grew('mentara_rest_failed_total', { code: 'not_found' }), 1);
  const routes = after.mentara_rest_duration_seconds.map(({ labels }) => labels.route);
  assert.ok(routes.length > 0 && routes.every((route) => /^[A-Z]+ \/[\w/{}-]+$/.test(route)), `${routes}`);
  const transactions = grew('mentara_commit_writes');
  assert.ok(transactions >= 1, 'transactions');
  const writes = after.mentara_commit_writes[0].sum - during.mentara_commit_writes[0].sum;
  assert.ok(writes >= transactions && writes >= 21, `${writes} writes in ${transactions}`);
  assert.ok(grew('mentara_log_position') >= 21);
  assert.ok(grew('mentara_http_requests_total') > 0);
  assert.ok(after.mentara_store_queued.map(({ labels }) => labels.queue).join() === 'writes,reads');
  for (const name of ['mentara_events_dropped_total', 'mentara_slow_sockets_total', 'mentara_expelled_total']) {
    assert.equal(after[name].length, 3, `${name} of each namespace`);
  }
  for (const name of ['mentara_unsent_bytes', 'mentara_loop_lag_seconds', 'mentara_timers']) assert.equal(after[name].length, 2, `${name} of each loop`);
  for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'process_open_fds']) assert.ok(sumOf(after, name) > 0, name);
  a.disconnect();
  b.disconnect();
});

test('D2: what waits for a peer that does not read is bytes in a figure, and what may be left out is counted when it is', async () => {
  const [ada, bob] = [someone('ada'), someone('bob')];
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const b = await server.connect(bob);
  await succeed(b, 'conversation:join', { conversationId });
  await succeed(a, 'conversation:join', { conversationId });
  const dropped = async () => sumOf(await figuresOf(server), 'mentara_events_dropped_total');
  const before = await dropped();
  b.io.engine.transport.ws._socket.pause();
  const content = 'x'.repeat(16_000);
  await eventually('bytes that wait', async () => {
    await Promise.all(Array.from({ length: 50 }, () => succeed(a, 'message:send', { conversationId, content })));
    return sumOf(await figuresOf(server), 'mentara_unsent_bytes') > 256 * 1024;
  });
  await eventually('an event that was left out', async () => {
    await succeed(a, 'typing:start', { conversationId });
    await succeed(a, 'typing:stop', { conversationId });
    return (await dropped()) > before;
  });
  b.io.engine.transport.ws._socket.resume();
  await eventually('nothing waits any more', async () => sumOf(await figuresOf(server), 'mentara_unsent_bytes') === 0);
  a.disconnect();
  b.disconnect();
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
