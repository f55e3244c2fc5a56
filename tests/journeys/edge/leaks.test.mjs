// I10: five thousand connections come and go in every way, and nothing stays behind: no entry of a map, no timer, no
// descriptor.
import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import { makeCertificate } from '../support/certificates.mjs';
import { PollingSession, RawSocket, dropKeptConnections, refusedUpgrade, request } from '../support/engine.mjs';
import { Mentara, temporaryDirectory } from '../support/mentara.mjs';
import { openFiles } from '../support/process.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { upgradeRequest } from '../support/raw_websocket.mjs';
import { token } from '../support/tokens.mjs';
import { eventually, next } from '../support/wait.mjs';

const quick = {
  MENTARA_PRESENCE_OFFLINE_AFTER: '100ms', MENTARA_ENGINE_CONNECT_TIMEOUT: '1s', MENTARA_SERVER_THREADS: '2',
  MENTARA_TLS_HANDSHAKES_PER_SECOND: '1000000',
};
const users = Array.from({ length: 40 }, (_, i) => `leaker-${i}`);
const tokens = users.map((user) => token(user));
const bearer = (i) => tokens[i % tokens.length];

// Each kind of coming and going, once. `i` counts them all.
function kindsOf(server) {
  const ws = `ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`;
  const connected = async (i, auth = bearer(i)) => {
    const socket = await RawSocket.open(ws);
    await socket.frame(); // open
    socket.send(`40/messaging,${JSON.stringify({ token: auth, deviceId: `d${i % 3}` })}`);
    const answer = await socket.frame();
    return { socket, answer };
  };
  const polling = async (i) => {
    const session = await PollingSession.open(server.url, { path: '/socket.io/' });
    await session.post(`40/messaging,${JSON.stringify({ token: bearer(i) })}`);
    await session.packet();
    return session;
  };
  return {
    'websocket that says goodbye': async (i) => {
      const { socket } = await connected(i);
      socket.send('41/messaging,');
      socket.close();
      await socket.closeCode();
    },
    'websocket that is cut': async (i) => (await connected(i)).socket.cut(),
    'websocket that is cut while it connects': async (i) => {
      const socket = await RawSocket.open(ws);
      socket.send(`40/messaging,${JSON.stringify({ token: bearer(i) })}`);
      socket.cut();
    },
    'websocket whose token is refused': async (i) => {
      const { socket, answer } = await connected(i, 'guess');
      assert.match(answer, /^44\/messaging,.*token_invalid/);
      socket.close();
      await socket.closeCode();
    },
    'websocket that breaks the protocol': async (i) => {
      const { socket } = await connected(i);
      socket.send('4zzz');
      await socket.closeCode();
    },
    'upgrade that is refused': () => refusedUpgrade(ws, { headers: { origin: 'https://evil.example' } }),
    'upgrade that is cut in the middle': async () => {
      const raw = await RawConnection.open(server.port);
      raw.write(upgradeRequest({ path: '/socket.io/' }).slice(0, -2));
      raw.reset();
    },
    'polling that says goodbye': async (i) => {
      const session = await polling(i);
      await session.post('1');
    },
    'polling that is cut while it polls': async (i) => {
      const session = await polling(i);
      const hanging = session.get({ onRequest: (outgoing) => setTimeout(() => outgoing.destroy(), 5) });
      await hanging.catch(() => {});
      await session.post('1').catch(() => {});
    },
    'a session that joins nothing': async () => {
      await PollingSession.open(server.url, { path: '/socket.io/' });
    },
    'TCP alone': async () => (await RawConnection.open(server.port)).destroy(),
    'half a request': async () => {
      const raw = await RawConnection.open(server.port);
      raw.write('GET /socket.io/?EIO=4&tr');
      raw.reset();
    },
    'the real client, upgraded, in two namespaces': async (i) => {
      const socket = io(`${server.url}/messaging`, { forceNew: true, auth: { token: bearer(i) }, reconnection: false });
      const second = socket.io.socket('/notifications', { auth: { token: bearer(i) } });
      await Promise.all([next(socket, 'connected'), next(second, 'connected')]);
      await eventually('the upgrade', () => socket.io.engine.transport.name === 'websocket');
      i % 2 ? socket.io.engine.close() : socket.io._close();
    },
  };
}

// What must be as it was. Counters only rise, and a place in the stream is kept for a while.
const gauges = /^mentara_(sockets|rooms|timers|sessions|connections|http_connections|addresses|users|user_sockets|presence_users|presence_watchers)\b/;

async function stateOf(server) {
  const { body } = await request(`http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}/metrics`, { onRequest: () => {} });
  const lines = body.split('\n').filter((line) => gauges.test(line) && !/^mentara_connections_max/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

async function comeAndGo(kinds, count, atOnce = 40) {
  const done = {};
  let begun = 0;
  const names = Object.keys(kinds);
  const worker = async () => {
    while (begun < count) {
      const i = begun++;
      const name = names[i % names.length];
      await kinds[name](i);
      done[name] = (done[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

// The descriptors at rest, and the gauges, are what they were.
async function isAsBefore(server, before) {
  dropKeptConnections();
  let now;
  const same = async () => {
    now = { files: openFiles(server.program), ...(await stateOf(server)) };
    return Object.entries(before).every(([name, value]) => now[name] <= value);
  };
  await eventually('everything as it was', same).catch(() => assert.deepEqual(now, before));
}

async function atRest(server) {
  dropKeptConnections();
  let before;
  await eventually('rest', async () => {
    const last = JSON.stringify(before);
    before = { files: openFiles(server.program), ...(await stateOf(server)) };
    return before['mentara_sessions'] === 0 && before['mentara_presence_users'] === 0 && before['mentara_connections'] === 0 && JSON.stringify(before) === last;
  });
  return before;
}

test('after five thousand connections that came and went in every way nothing stays behind', async (t) => {
  const server = await Mentara.start({ env: { ...quick, MENTARA_LIMITS_SOCKETS_PER_USER: '1000' } });
  t.after(() => server.end());
  const kinds = kindsOf(server);
  await comeAndGo(kinds, 130); // what is made once and kept is there
  const before = await atRest(server);
  assert.ok(before['mentara_timers{loop="0"}'] > 0, 'timers are counted');
  const done = await comeAndGo(kinds, 5000);
  assert.equal(Object.keys(done).length, Object.keys(kinds).length);
  await isAsBefore(server, before);
});

test('nor after TLS connections, of which some are no more than a part of a handshake', async (t) => {
  const { certificate, key, pem } = makeCertificate(temporaryDirectory());
  const server = await Mentara.start({ env: { ...quick, MENTARA_TLS_CERTIFICATE: certificate, MENTARA_TLS_KEY: key, MENTARA_TLS_HANDSHAKE_TIMEOUT: '2s' } });
  t.after(() => server.end());
  const wss = `wss://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`;
  const kinds = {
    'websocket that is cut': async (i) => {
      const socket = await RawSocket.open(wss, { ca: pem });
      socket.send(`40/messaging,${JSON.stringify({ token: bearer(i) })}`);
      await socket.frame();
      i % 2 ? socket.cut() : socket.close();
    },
    'a request': () =>
      new Promise((resolve, reject) => {
        httpsRequest(`https://127.0.0.1:${server.port}/healthz`, { ca: pem, agent: false }, (answer) => answer.resume().on('end', resolve)).on('error', reject).end();
      }),
    'plain HTTP': async () => {
      const raw = await RawConnection.open(server.port);
      raw.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await raw.rest();
    },
    'the beginning of a handshake': async (i) => {
      const raw = await RawConnection.open(server.port);
      raw.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
      if (i % 16) raw.reset();
      else await raw.rest(); // until its time is over
    },
  };
  await comeAndGo(kinds, 40);
  const before = await atRest(server);
  await comeAndGo(kinds, 400);
  await isAsBefore(server, before);
});
