// Credentials for TURN servers, tried on a real coturn: ours allocate, expired and altered ones do not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { Mentara, succeed, temporaryDirectory } from '../support/mentara.mjs';
import { Program, freePort } from '../support/program.mjs';
import { rest } from '../support/rest.mjs';
import { eventually } from '../support/wait.mjs';
import { allocate } from './turn_client.mjs';

const turnSecret = 'a secret that coturn knows as well';

test('credentials of video:ice-servers and GET /calls/ice-servers allocate on coturn; expired or altered ones do not', async (t) => {
  const port = await freePort();
  const directory = temporaryDirectory();
  const coturn = spawn('turnserver', [
    '-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`, '--no-tls', '--no-dtls', '--no-cli',
    '--use-auth-secret', `--static-auth-secret=${turnSecret}`, '--realm=mentara.test', '--allow-loopback-peers', '--log-file=stdout',
    `--pidfile=${directory}/turnserver.pid`, `--userdb=${directory}/turndb`,
  ], { stdio: 'ignore' });
  t.after(() => coturn.kill('SIGKILL'));
  await new Promise((resolve, reject) => coturn.once('spawn', resolve).once('error', reject));
  const server = await Mentara.start({
    env: {
      MENTARA_ICE_STUN_URLS: `stun:127.0.0.1:${port}`, MENTARA_ICE_TURN_URLS: `turn:127.0.0.1:${port}?transport=udp`,
      MENTARA_TURN_SECRET: turnSecret, MENTARA_ICE_TURN_TTL: '10m',
    },
  });
  t.after(() => server.end());
  const socket = await server.connect('ada', { nsp: '/video-calls' });
  const { iceServers, ttl } = await succeed(socket, 'video:ice-servers');
  assert.equal(ttl, 600);
  assert.deepEqual(iceServers[0], { urls: [`stun:127.0.0.1:${port}`] });
  const [, { urls, username, credential }] = iceServers;
  assert.deepEqual(urls, [`turn:127.0.0.1:${port}?transport=udp`]);
  assert.match(username, /^\d+:ada$/);
  const expiry = Number(username.split(':')[0]) - Date.now() / 1000;
  assert.ok(expiry > 590 && expiry <= 600, `expires in ${expiry} s`);

  await eventually('coturn to answer', async () => (await allocate(port, username, credential)) === 'allocated');
  const overRest = (await rest(server, 'bob', 'GET', '/calls/ice-servers')).body.data.iceServers[1];
  assert.equal(await allocate(port, overRest.username, overRest.credential), 'allocated');

  assert.equal(await allocate(port, username, `${credential.slice(0, -2)}${credential.at(-2) === 'A' ? 'B' : 'A'}=`), 401);
  assert.equal(await allocate(port, username.replace('ada', 'bob'), credential), 401);
  const old = `${Math.floor(Date.now() / 1000) - 60}:ada`;
  assert.equal(await allocate(port, old, createHmac('sha1', turnSecret).update(old).digest('base64')), 401);
});
