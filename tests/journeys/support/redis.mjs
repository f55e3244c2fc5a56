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

// `tls`: {certificate, key}, paths of files; then it speaks TLS alone.
export async function redisForThisFile(tls) {
  const port = await freePort();
  const listen = tls
    ? ['--port', '0', '--tls-port', String(port), '--tls-cert-file', tls.certificate, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.certificate, '--tls-auth-clients', 'no']
    : ['--port', String(port)];
  const redis = {
    port,
    url: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    async start() {
      redis.program = new Program('redis-server', [...listen, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
      await eventually('redis-server to listen', () => (redis.program.checkThatItRuns(), answers(port)));
    },
    kill: () => redis.program.kill(),
  };
  await redis.start();
  after(() => redis.program.ended || redis.kill());
  return redis;
}
