// Lets a crowd talk, kills the server again and again, lets everything come to rest, and has the history checked.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { check, summary } from '../history/checker.mjs';
import { HistoryWriter, readHistory } from '../history/history.mjs';
import { seededRandom } from '../history/perfect_server.mjs';
import { Mentara } from '../journeys/support/mentara.mjs';
import { Crowd } from './crowd.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Returns {found, report}: what contradicts the promises, and a sentence about the run. The history stays when something was found, or
// when a place for it was named.
export async function crash({ kills, messages, clients, seed, replay, history, tell = () => {} }) {
  const random = seededRandom(seed);
  const path = history ?? join(tmpdir(), `mentara-crash-${process.pid}-${seed}-${replay}.jsonl`);
  rmSync(path, { force: true });
  const writer = new HistoryWriter(path);
  const server = await Mentara.start({ env: { MENTARA_LIMITS_SOCKETS_PER_USER: '1000', MENTARA_REPLAY_EVENTS_MAX: String(replay) } });
  const crowd = new Crowd(server, writer, random, { clients, messages });
  let slowestRestart = 0;
  try {
    await crowd.gather();
    crowd.talk();
    for (let kill = 1; kill <= kills; kill++) {
      await crowd.acknowledged((messages / (kills + 1)) * kill);
      await pause(5 + random.below(495));
      await server.kill();
      const from = Date.now();
      await server.run();
      slowestRestart = Math.max(slowestRestart, Date.now() - from);
      if (kill % 10 === 0) tell(`${kill} kills, ${crowd.acks} messages acknowledged`);
    }
    await crowd.acknowledged(messages);
    await crowd.comeToRest();
    await crowd.disperse();
    await server.stop();
    writer.write({ op: 'log', ...readLog(server) });
  } finally {
    writer.close();
    await server.end();
  }
  const entries = readHistory(path);
  const found = check(entries);
  const counts = summary(entries);
  const told = Object.entries(counts).map(([name, value]) => `${value} ${name}`);
  if (found.length === 0 && !history) rmSync(path);
  const where = found.length > 0 || history ? `; history: ${path}` : '';
  return { found, counts, report: `seed ${seed}: ${kills} kills, slowest restart ${slowestRestart} ms; ${told.join(', ')}; ${found.length} contradictions${where}` };
}

// With another program than the server: its own word would prove nothing.
function readLog(server) {
  const ask = (sql) => execFileSync('sqlite3', ['-readonly', join(server.data, 'mentara.db'), sql], { encoding: 'utf8' }).trim();
  const integrity = ask('PRAGMA integrity_check');
  if (integrity !== 'ok') throw new Error(`the database is damaged: ${integrity}`);
  const [first, last, count] = ask('SELECT min(position), max(position), count(*) FROM log').split('|').map(Number);
  return { first, last, count };
}
