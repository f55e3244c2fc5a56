// A real redis-server for the tests of one file, which keeps nothing on disk.
import { connect } from 'node:net';
import { after } from 'node:test';

import { Program, freePort } from './program.mjs';
import { eventually } from './wait.mjs';

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false));
  });

export async function redisForThisFile() {
  const port = await freePort();
  const redis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async start() {
      redis.program = new Program('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
      await eventually('redis-server to listen', () => (redis.program.checkThatItRuns(), answers(port)));
    },
    kill: () => redis.program.kill(),
  };
  await redis.start();
  after(() => redis.program.ended || redis.kill());
  return redis;
}
