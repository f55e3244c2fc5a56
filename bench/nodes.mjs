#!/usr/bin/env node
// What several nodes cost: the same messages, at the same rate, through 1, 2 and 3 servers over one PostgreSQL and one Redis, the
// two members of each conversation on different nodes. Prints the processor time for each message: of all servers together, of
// PostgreSQL, of Redis. Processor time, not speed: so other programs on the machine disturb it little. docs/scaling.md.
//
//   node bench/nodes.mjs [--nodes 1,2,3] [--users 60] [--rate 400] [--seconds 8] [--rounds 2]
//   node bench/nodes.mjs --in-flight 8     # each user keeps so many messages in flight: where the one log ends
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Mentara } from '../tests/journeys/support/mentara.mjs';
import { Postgres } from '../tests/journeys/support/postgres.mjs';
import { Program, freePort } from '../tests/journeys/support/program.mjs';

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '1,2,3' }, users: { type: 'string', default: '60' }, rate: { type: 'string', default: '400' }, 'in-flight': { type: 'string' }, seconds: { type: 'string', default: '8' }, rounds: { type: 'string', default: '2' } },
});
const [users, rate, seconds, inFlight] = [values.users, values.rate, values.seconds, values['in-flight'] ?? 0].map(Number);

const ticks = Number(execFileSync('getconf', ['CLK_TCK']));
function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / ticks; // with ended children
  } catch {
    return 0;
  }
}
const childrenOf = (parent) =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
const cpuOfTree = (pid) => cpuOf(pid) + childrenOf(pid).reduce((sum, child) => sum + cpuOf(child), 0);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// How fast the processor is at the moment, in rounds of a fixed piece of work for each µs of processor time: on a machine that is
// shared it changes by half from one minute to the next, and figures of different runs would not compare.
function speed() {
  const begun = process.cpuUsage();
  let x = 1;
  for (let i = 0; i < 30_000_000; i++) x = (x * 1_103_515_245 + 12_345) & 0x7fffffff;
  const { user, system } = process.cpuUsage(begun);
  return 30_000_000 / (user + system + (x & 1) * 1e-9);
}

const postgres = await Postgres.start();
const redisPort = await freePort();
const redis = new Program('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
const reference = speed();

// Transactions of all nodes together.
async function turns(nodes) {
  const texts = await Promise.all(nodes.map(async (node) => (await fetch(`http://127.0.0.1:${node.env.MENTARA_OPERATIONS_PORT}/metrics`)).text()));
  return texts.reduce((sum, text) => sum + Number(/^mentara_commit_writes_count (\d+)/m.exec(text)[1]), 0);
}

async function measure(count) {
  const env = { MENTARA_DATABASE_URL: postgres.freshUrl(), MENTARA_SERVER_THREADS: '1', MENTARA_LOG_LEVEL: 'info' };
  if (count > 1) Object.assign(env, { MENTARA_REDIS_URL: `redis://127.0.0.1:${redisPort}`, MENTARA_REDIS_KEY: `bench${count}-${Date.now()}` });
  const nodes = await Promise.all(Array.from({ length: count }, () => Mentara.start({ env })));
  const sockets = await Promise.all(Array.from({ length: users }, (_, i) => nodes[i % count].connect(`user-${i}`)));
  let delivered = 0;
  const conversations = [];
  for (let i = 0; i < users; i += 2) {
    const { conversation } = await sockets[i].timeout(20_000).emitWithAck('conversation:create', { type: 'DIRECT', participantIds: [`user-${i + 1}`] });
    conversations.push(conversation.id);
  }
  for (const socket of sockets) socket.on('message', () => delivered++);
  await pause(1_000);

  const used = () => ({ servers: nodes.reduce((sum, node) => sum + cpuOf(node.program.child.pid), 0), postgres: cpuOfTree(postgres.process.pid), redis: cpuOf(redis.child.pid) });
  const between = (from, to) => Object.fromEntries(Object.keys(from).map((who) => [who, (to[who] - from[who]) * 1e6]));
  const quiet = used();
  const quietSeconds = 2;
  await pause(quietSeconds * 1_000);
  const before = used();
  const speedBefore = speed();
  const turnsBefore = await turns(nodes);
  let sent = 0, acked = 0;
  const begun = Date.now();
  const end = begun + seconds * 1000;
  const send = async (user) => {
    const ack = await sockets[user].timeout(20_000).emitWithAck('message:send', { conversationId: conversations[user >> 1], content: 'A message of the length that people write to one another' });
    if (ack.success) acked++;
  };
  const keepSending = async (user) => {
    while (Date.now() < end) await send(user);
  };
  const waiting = [];
  for (let i = 0; i < users * inFlight; i++) waiting.push(keepSending(i % users));
  for (; !inFlight && Date.now() < end; await pause(5)) {
    for (const due = ((Date.now() - begun) / 1000) * rate; sent < due; sent++) waiting.push(send(sent % users));
  }
  await Promise.all(waiting);
  const sendingSeconds = (Date.now() - begun) / 1000;
  const turnsTaken = (await turns(nodes)) - turnsBefore;
  for (let tries = 0; delivered < acked && tries < 500; tries++) await pause(10);
  const idle = between(quiet, before), busy = between(before, used());
  const loadedSeconds = (Date.now() - begun) / 1000;
  const atReference = (speedBefore + speed()) / 2 / reference;
  const cost = (who) => ((busy[who] - (idle[who] / quietSeconds) * loadedSeconds) / acked) * atReference;
  const result = { nodes: count, acked, delivered, servers: cost('servers'), postgres: cost('postgres'), redis: cost('redis'), idle: (idle.servers / count / quietSeconds / 1e4) * atReference, speed: atReference };
  Object.assign(result, { perSecond: acked / sendingSeconds, turnsPerSecond: turnsTaken / sendingSeconds });
  result.all = result.servers + result.postgres + result.redis;
  await Promise.all(nodes.map((node) => node.end()));
  return result;
}

const counts = values.nodes.split(',').map(Number);
const results = new Map(counts.map((count) => [count, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const count of counts) {
    const result = await measure(count);
    results.get(count).push(result);
    console.error(JSON.stringify(result, (key, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value)));
  }
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const against = (count, who) => median(results.get(count).map((result, round) => result[who] / results.get(counts[0])[round][who]));
console.log(`Processor time for each message in µs, at the speed of the run's beginning and without what idle nodes take; medians of ${values.rounds}`);
console.log('nodes  servers  PostgreSQL  Redis  together  together / first  servers / first  an idle node, % of a core  messages/s  transactions/s');
for (const count of counts) {
  const of = (who) => median(results.get(count).map((result) => result[who]));
  console.log(
    [String(count).padEnd(6), of('servers').toFixed(0).padEnd(8), of('postgres').toFixed(0).padEnd(11), of('redis').toFixed(0).padEnd(6), of('all').toFixed(0).padEnd(9), against(count, 'all').toFixed(2).padEnd(17), against(count, 'servers').toFixed(2).padEnd(16), of('idle').toFixed(1).padEnd(26), of('perSecond').toFixed(0).padEnd(11), of('turnsPerSecond').toFixed(0)].join(' '),
  );
}
redis.child.kill('SIGKILL');
await postgres.stop();
process.exit(0);
