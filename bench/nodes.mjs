#!/usr/bin/env node
// What several nodes cost: the same messages, at the same rate, through 1, 2 and 3 servers over one PostgreSQL and one Redis, the
// two members of each conversation on different nodes. Prints the processor time for each message: of all servers together, of
// PostgreSQL, of Redis. Processor time, not speed: so other programs on the machine disturb it little. docs/scaling.md.
//
//   node bench/nodes.mjs [--nodes 1,2,3] [--users 60] [--rate 400] [--seconds 8]
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Mentara } from '../tests/journeys/support/mentara.mjs';
import { Postgres } from '../tests/journeys/support/postgres.mjs';
import { Program, freePort } from '../tests/journeys/support/program.mjs';

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '1,2,3' }, users: { type: 'string', default: '60' }, rate: { type: 'string', default: '400' }, seconds: { type: 'string', default: '8' }, rounds: { type: 'string', default: '2' } },
});
const [users, rate, seconds] = [values.users, values.rate, values.seconds].map(Number);

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

const postgres = await Postgres.start();
const redisPort = await freePort();
const redis = new Program('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);

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
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = { servers: nodes.map((node) => cpuOf(node.program.child.pid)), postgres: cpuOfTree(postgres.process.pid), redis: cpuOf(redis.child.pid) };
  let sent = 0, acked = 0;
  const end = Date.now() + seconds * 1000;
  const begun = Date.now();
  const waiting = [];
  while (Date.now() < end) {
    const due = ((Date.now() - begun) / 1000) * rate;
    for (; sent < due; sent++) {
      const user = sent % users;
      waiting.push(sockets[user].timeout(20_000).emitWithAck('message:send', { conversationId: conversations[user >> 1], content: 'A message of the length that people write to one another' }).then((ack) => ack.success && acked++));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(waiting);
  for (let tries = 0; delivered < acked && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  const us = (from, to) => ((to - from) / acked) * 1e6;
  const result = {
    nodes: count, acked, delivered,
    servers: nodes.reduce((sum, node, i) => sum + us(before.servers[i], cpuOf(node.program.child.pid)), 0),
    postgres: us(before.postgres, cpuOfTree(postgres.process.pid)),
    redis: us(before.redis, cpuOf(redis.child.pid)),
  };
  await Promise.all(nodes.map((node) => node.end()));
  return result;
}

const results = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const count of values.nodes.split(',').map(Number)) {
    const result = await measure(count);
    const best = results.get(count);
    if (!best || result.servers < best.servers) results.set(count, result);
    console.error(JSON.stringify(result));
  }
}
console.log('nodes  messages  delivered  servers µs  PostgreSQL µs  Redis µs   (processor time for each message)');
for (const { nodes, acked, delivered, servers, postgres: database, redis: bus } of results.values()) {
  console.log(`${String(nodes).padEnd(6)} ${String(acked).padEnd(9)} ${String(delivered).padEnd(10)} ${servers.toFixed(0).padEnd(11)} ${database.toFixed(0).padEnd(14)} ${bus.toFixed(0)}`);
}
redis.child.kill('SIGKILL');
await postgres.stop();
process.exit(0);
