// F6: whatever becomes of Redis while people talk across two nodes, their messages arrive within 2.5 s, once and in order,
// readiness says so when Redis is away, and all heals by itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { linkFor } from '../support/link.mjs';
import { figure, nodesFor, readiness, redis } from '../support/nodes.mjs';
import { percentile, talkOn } from '../support/talk.mjs';
import { eventually } from '../support/wait.mjs';

const promised = 2_500;
const slack = Number(process.env.JOURNEYS_SLACK_MS ?? 1_000); // for a machine that does other things too
const stoppedFor = Number(process.env.REDIS_STOPPED_MS ?? 0); // 30000 is the whole of F6; by default until it is noticed

const redisCli = (...words) => execFileSync('redis-cli', ['-p', String(redis.port), ...words], { encoding: 'utf8' }).trim();
const status = async (node) => (await readiness(node).catch(() => ({}))).status; // of one that does not answer: none
const allAre = (nodes, wanted) => Promise.all(nodes.map((node) => eventually(`readiness to say ${wanted}`, async () => (await status(node)) === wanted)));
const sum = async (nodes, name, labels) => (await Promise.all(nodes.map((node) => figure(node, name, labels)))).reduce((x, y) => x + y);

// Talks, breaks it, talks on, and checks; `fault` is over when it returns.
async function survive(t, nodes, fault, options) {
  const talk = await talkOn(nodes, options);
  await talk.more(20);
  const began = Date.now();
  await fault(talk);
  await talk.more(40);
  const over = Date.now();
  await allAre(nodes, 'ready');
  const heard = await sum(nodes, 'mentara_log_news_total', { result: 'heard' });
  await eventually('the nodes to tell each other again', async () => (await sum(nodes, 'mentara_log_news_total', { result: 'heard' })) > heard);
  await talk.end();
  const delays = talk.delays(began, over);
  const p99 = percentile(delays, 0.99);
  t.diagnostic(`${talk.acked.length} messages; ${delays.length} deliveries meanwhile: median ${percentile(delays, 0.5)} ms, p99 ${p99} ms`);
  assert.ok(delays.length > 0 && p99 <= promised + slack, `p99 is ${p99} ms`);
}

test('F6: everything in Redis is deleted', async (t) => {
  await survive(t, await nodesFor(t, 2), () => redisCli('FLUSHALL'));
});

for (const type of ['pubsub', 'normal']) {
  test(`F6: Redis kills the connections of type ${type}, again and again`, async (t) => {
    await survive(t, await nodesFor(t, 2), async (talk) => {
      let killed = 0;
      for (let i = 0; i < 5; i++) {
        killed += Number(redisCli('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'));
        await talk.more(10);
      }
      assert.ok(killed >= 2, `${killed} connections were killed`);
    });
  });
}

test('F6: Redis does nothing for two seconds', async (t) => {
  const nodes = await nodesFor(t, 2);
  await survive(t, nodes, async (talk) => {
    redisCli('CLIENT', 'PAUSE', '2000', 'ALL');
    const end = Date.now() + 2_000;
    while (Date.now() < end) await talk.more(5);
  });
});

test('F6: the way to Redis takes half a second', async (t) => {
  const link = await linkFor(t, redis.port);
  const nodes = await nodesFor(t, 2, { env: { MENTARA_REDIS_URL: `redis://127.0.0.1:${link.port}` } });
  await survive(t, nodes, async (talk) => {
    link.delay(500);
    await talk.more(100);
    for (const node of nodes) assert.equal(await status(node), 'ready', 'slow is not away');
    link.delay(0);
  });
});

test('F6: nodes do not keep up, and Redis cuts them because its buffers for them are full', async (t) => {
  const nodes = await nodesFor(t, 2);
  t.after(() => redisCli('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60'));
  await survive(
    t,
    nodes,
    async (talk) => {
      redisCli('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 2kb 1kb 1');
      const cut = () => redis.program.out.filter((line) => /output buffer limits/.test(line)).length;
      const before = cut();
      // Several large messages in one turn of Redis are more than it may hold for a subscriber.
      const shout = "for i = 1, 20 do redis.call('PUBLISH', KEYS[1], string.rep('x', 20000)) end";
      const channel = `${nodes[0].env.MENTARA_REDIS_KEY}-mentara#news`;
      await eventually('Redis to cut both', () => (redisCli('EVAL', shout, '1', channel), cut() >= before + 2));
      await talk.more(40);
      redisCli('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
    },
    { content: 8_000 },
  );
});

test(`F6: Redis is stopped ${stoppedFor ? `for ${stoppedFor} ms` : 'until it is noticed'}, its connections stay`, { timeout: 120_000 }, async (t) => {
  const nodes = await nodesFor(t, 2);
  t.after(() => redis.program.child.kill('SIGCONT'));
  await survive(t, nodes, async (talk) => {
    redis.program.child.kill('SIGSTOP');
    const end = Date.now() + stoppedFor;
    await allAre(nodes, 'degraded');
    do await talk.more(20);
    while (Date.now() < end);
    redis.program.child.kill('SIGCONT');
  });
});

test('F6: Redis is killed and started again on the same port', async (t) => {
  const nodes = await nodesFor(t, 2);
  await survive(t, nodes, async (talk) => {
    await redis.kill();
    await allAre(nodes, 'degraded');
    await talk.more(40);
    await redis.start();
  });
});
