// The configurations in packaging/ for nginx and HAProxy, run as they are but for their ports: the real client over each
// transport, and with two servers behind them.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { io } from 'socket.io-client';

import { startExample } from '../support/example.mjs';
import { temporaryDirectory } from '../support/mentara.mjs';
import { Program, freePort, isFree } from '../support/program.mjs';
import { eventually, next } from '../support/wait.mjs';

const shipped = (name) => readFileSync(fileURLToPath(new URL(`../../../packaging/${name}`, import.meta.url)), 'utf8');
// Replaces what must be there.
const changed = (text, pattern, by) => {
  assert.match(text, pattern, `the configuration has no ${pattern}`);
  return text.replace(pattern, by);
};

const proxies = {
  nginx: {
    sticky: {}, // by the client's address
    configure(port, servers, folder) {
      const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      folders.forEach((name) => mkdirSync(join(folder, name)));
      const own = folders.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
      let text = changed(shipped('nginx.conf'), /http \{/, `http { access_log off; ${own}`);
      text = changed(text, /listen 80;/, `listen 127.0.0.1:${port};`);
      if (servers.length > 1) text = changed(text, /#hash/, 'hash');
      return changed(text, /server 127\.0\.0\.1:3001;/, servers.map((server) => `server 127.0.0.1:${server};`).join('\n'));
    },
    command: (file, folder) => ['nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off; master_process off; pid nginx.pid;']],
  },
  haproxy: {
    sticky: { withCredentials: true }, // by a cookie
    configure(port, servers) {
      let text = changed(shipped('haproxy.cfg'), /bind :80/, `bind 127.0.0.1:${port}`);
      if (servers.length > 1) text = changed(text, /#cookie/, 'cookie');
      return changed(text, /server one 127\.0\.0\.1:3001 cookie one check/,
        servers.map((server, i) => `server s${i} 127.0.0.1:${server} cookie s${i}`).join('\n  '));
    },
    command: (file) => ['haproxy', ['-db', '-f', file]],
  },
};

async function start(t, name, servers) {
  const { configure, command } = proxies[name];
  const [port, folder] = [await freePort(), temporaryDirectory()];
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, configure(port, servers, folder));
  const [binary, args] = command(file, folder);
  const program = new Program(binary, args, { env: { PATH: `${process.env.PATH}:/usr/sbin` } });
  t.after(() => program.ended || program.kill());
  await eventually(`${name} to listen`, async () => {
    if (program.ended) throw new Error(`${name} ended:\n${program.ended.err}`);
    return !(await isFree(port));
  });
  return `http://127.0.0.1:${port}`;
}

async function connect(t, url, options) {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
  t.after(() => socket.disconnect());
  await next(socket, 'connect');
  return socket;
}

for (const name of Object.keys(proxies)) {
  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']])
    test(`${name}: events, answers and bytes by ${transports.join(', then ')}`, async (t) => {
      const { port } = await startExample('sio_client_tests');
      const socket = await connect(t, await start(t, name, [port]), { transports });
      if (transports.length > 1) await eventually('the upgrade', () => socket.io.engine.transport.name === 'websocket');
      const bytes = Buffer.alloc(100_000, 'b');
      assert.deepEqual(await socket.emitWithAck('echo', { a: 'ä', bytes }), { a: 'ä', bytes });
      const { headers } = await socket.emitWithAck('getHandshake');
      assert.equal(headers['x-forwarded-for'], '127.0.0.1');
      const pings = []; // over a quiet connection: the proxy does not hold them back
      socket.io.on('ping', () => pings.push(Date.now()));
      await eventually('a ping', () => pings.length > 0);
      assert.equal(socket.connected, true);
    });

  test(`${name}: with two servers, the requests of a session reach the same one`, async (t) => {
    const servers = await Promise.all([startExample('sio_client_tests'), startExample('sio_client_tests')]);
    const url = await start(t, name, servers.map(({ port }) => port));
    const options = { transports: ['polling'], ...proxies[name].sticky };
    const sockets = await Promise.all(Array.from({ length: 4 }, () => connect(t, url, options)));
    for (let i = 0; i < 20; i++) {
      const answers = await Promise.all(sockets.map((socket) => socket.emitWithAck('echo', i)));
      assert.deepEqual(answers, sockets.map(() => i));
    }
  });
}
