// Who is let into /messaging, and what he is told first.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import jwt from 'jsonwebtoken';

import { ask, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { secret, token } from '../support/tokens.mjs';
import { next } from '../support/wait.mjs';

const server = await mentaraForThisFile();

test('an accepted socket first hears who it is', async () => {
  const ada = someone('ada');
  const socket = server.socket(ada, { claims: { name: 'Ada', role: 'tutor', email: 'ada@example.com' }, auth: { deviceId: 'phone' } });
  const heard = [];
  socket.onAny((event) => heard.push(event));
  const [welcome] = await next(socket, 'connected');
  assert.equal(heard[0], 'connected');
  assert.equal(welcome.userId, ada);
  assert.equal(welcome.user.id, ada);
  assert.equal(welcome.user.name, 'Ada');
  assert.equal(welcome.socketId, socket.id);
  assert.equal(welcome.deviceId, 'phone');
  assert.equal(welcome.recovered, false);
  assert.equal(typeof welcome.cursor, 'string');
  assert.match(welcome.serverTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.parse(welcome.serverTime) - Date.now()) < 60_000);
  assert.equal(welcome.limits.maxPayload, 1_000_000);
  assert.equal(welcome.limits.contentMax, 16_384);
  assert.equal(welcome.limits.attachmentsMax, 10);
  assert.equal(typeof welcome.version, 'string');
});

test('a device without a name is "default"', async () => {
  const socket = await server.connect(someone('ada'));
  assert.equal(socket.welcome.deviceId, 'default');
});

const now = Math.floor(Date.now() / 1000);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = {
  token_missing: {
    'no credentials at all': undefined,
    'credentials without a token': {},
    'an empty token': { token: '' },
  },
  token_invalid: {
    'no token but noise': { token: 'your-jwt-token' },
    'a token that is no text': { token: 42 },
    'a token of another secret': { token: jwt.sign({ sub: 'ada' }, 'another secret of more than 32 bytes!', { expiresIn: 60 }) },
    'a token of another algorithm': { token: jwt.sign({ sub: 'ada' }, secret, { algorithm: 'HS512', expiresIn: 60 }) },
    'a token without a signature': { token: `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'ada', exp: now + 60 })}.` },
    'a token whose subject was changed': { token: withSubject(token('ada'), 'eve') },
    'a token without a subject': { token: jwt.sign({ name: 'Ada' }, secret, { expiresIn: 60 }) },
    'a token that never expires': { token: jwt.sign({ sub: 'ada' }, secret) },
    'a token of tomorrow': { token: jwt.sign({ sub: 'ada', nbf: now + 86_400 }, secret, { expiresIn: 172_800 }) },
    'a token of 5 KiB': { token: jwt.sign({ sub: 'ada', pad: 'x'.repeat(5000) }, secret, { expiresIn: 60 }) },
  },
  token_expired: {
    'a token of an hour ago': { token: token('ada', { expiresIn: -3600 }) },
    'a token that ran out beyond the leeway': { token: token('ada', { expiresIn: -10 }) },
  },
};
function withSubject(signed, sub) {
  const [head, body, signature] = signed.split('.');
  return [head, part({ ...JSON.parse(Buffer.from(body, 'base64url')), sub }), signature].join('.');
}

for (const [code, cases] of Object.entries(refused))
  for (const [what, auth] of Object.entries(cases))
    test(`${what} is refused with ${code}`, async () => {
      const socket = server.socket('ada', { auth: undefined, transports: ['websocket'] });
      socket.auth = auth;
      const heard = [];
      socket.onAny((event) => heard.push(event));
      const [error] = await next(socket, 'connect_error');
      assert.equal(error.data.code, code);
      assert.notEqual(error.message, '');
      assert.equal(socket.connected, false);
      assert.deepEqual(heard, []);
    });

test('the clock of the issuer may differ by a few seconds', async () => {
  await server.connect(someone('ada'), { claims: { expiresIn: -2 } });
  await server.connect(someone('ada'), { claims: { notBefore: now + 2 } });
});

test('the token may come in the Authorization header instead', async () => {
  const ada = someone('ada');
  const socket = server.socket(ada, { extraHeaders: { authorization: `Bearer ${token(ada)}` } });
  socket.auth = {};
  assert.equal((await next(socket, 'connected'))[0].userId, ada);
});

test('a token in the query of the URL is not taken', async () => {
  const socket = server.socket('ada', { query: { token: token('ada') } });
  socket.auth = {};
  assert.equal((await next(socket, 'connect_error'))[0].data.code, 'token_missing');
});

test('a refused client may try again on the same connection with a better token', async () => {
  const ada = someone('ada');
  const socket = server.socket(ada);
  socket.auth = { token: 'bad' };
  await next(socket, 'connect_error');
  socket.auth = { token: token(ada) };
  socket.connect();
  assert.equal((await next(socket, 'connected'))[0].userId, ada);
});

test('an unknown namespace is refused', async () => {
  const socket = server.socket('ada', { nsp: '/nowhere' });
  assert.equal((await next(socket, 'connect_error'))[0].message, 'Invalid namespace');
});

test('a web page that is not listed is refused; a client without an origin is not', async () => {
  for (const transports of [['websocket'], ['polling']]) {
    const socket = server.socket('ada', { transports, extraHeaders: { origin: 'https://evil.example' }, reconnection: false });
    await next(socket, 'connect_error');
    assert.equal(socket.connected, false);
    await server.connect(someone('ada'), { transports });
  }
});

test('a user has up to 20 sockets, and the next one is refused', async () => {
  const ada = someone('ada');
  const sockets = await Promise.all(Array.from({ length: 20 }, () => server.connect(ada)));
  const extra = server.socket(ada);
  assert.equal((await next(extra, 'connect_error'))[0].data.code, 'connection_limit');
  sockets[0].disconnect();
  await succeed(sockets[1], 'conversation:list', {});
  extra.connect();
  await next(extra, 'connected');
  assert.equal((await ask(sockets[2], 'conversation:list', {})).success, true);
  sockets.concat(extra).forEach((socket) => socket.disconnect());
});
