// S2: what is secret stands in no line of the log, however much it says; and all lines of a connection can be found.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import jwt from 'jsonwebtoken';

import { request } from '../support/engine.mjs';
import { Mentara, ask, conversationOf, someone, succeed } from '../support/mentara.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { rest } from '../support/rest.mjs';
import { secret, token } from '../support/tokens.mjs';
import { eventually, next } from '../support/wait.mjs';

let planted = 0;
const planting = () => `planted${createHash('sha256').update(`${process.pid}-${++planted}`).digest('hex').slice(0, 24)}`;

async function lettingThePlantsIn(t, env) {
  const secrets = [];
  const plant = (text = planting()) => (secrets.push(text), text);
  // A token is searched for by each of its parts that nobody else has.
  const plantToken = (text) => (text.split('.').slice(1).filter((part) => part.length >= 16).forEach((part) => plant(part)), text);

  const turnSecret = plant();
  const server = await Mentara.start({
    env: {
      MENTARA_LOG_LEVEL: 'trace', MENTARA_TURN_SECRET: turnSecret, MENTARA_ICE_TURN_URLS: 'turn:127.0.0.1:3478',
      MENTARA_AUTH_ALLOW_QUERY_TOKEN: 'true', ...env,
    },
  });
  t.after(() => server.end());
  plant(secret);
  const [ada, bob] = [someone('ada'), someone('bob')];
  const headers = () => ({ cookie: `session=${plant()}`, 'x-api-key': plant() });

  const good = plantToken(token(ada, { jti: planting() }));
  const first = await server.connect(ada, { auth: { token: good }, extraHeaders: headers(), transports: ['polling', 'websocket'] });
  const byHeader = await server.connect(bob, { auth: { token: undefined }, extraHeaders: { ...headers(), authorization: `Bearer ${plantToken(token(bob, { jti: planting() }))}` } });
  await server.connect(bob, { auth: { token: undefined }, query: { token: plantToken(token(bob, { jti: planting() })) } });
  await succeed(byHeader, 'auth:refresh', { token: plantToken(token(bob, { jti: planting() })) });

  // Tokens that are refused, each for a reason of its own.
  const refused = [
    token(ada, { jti: planting(), expiresIn: -60 }),
    jwt.sign({ sub: ada, jti: planting() }, 'another secret, also of more than 32 bytes', { expiresIn: 60 }),
    jwt.sign({ sub: ada, jti: planting() }, '', { algorithm: 'none', expiresIn: 60 }),
    `${token(ada)}${planting()}`, planting(), `a.${planting()}.${planting()}`,
  ];
  for (const bad of refused) {
    bad.includes('.') ? plantToken(bad) : plant(bad);
    await next(server.socket(ada, { auth: { token: bad }, reconnection: false }), 'connect_error');
    await next(server.socket(ada, { auth: { token: undefined }, query: { token: bad }, reconnection: false }), 'connect_error');
    await rest(server, ada, 'GET', '/messaging/conversations', { bearer: bad });
  }

  // What people say, and what they say wrongly.
  const conversationId = await conversationOf(first, [bob], { title: plant(), metadata: { note: plant() } });
  const received = next(byHeader, 'message');
  const { message } = await succeed(first, 'message:send', { conversationId, content: plant(), metadata: { about: plant() } });
  await received;
  await succeed(first, 'message:edit', { messageId: message.id, content: plant() });
  await ask(first, 'message:send', { conversationId, content: plant(), messageType: plant() });
  await ask(first, 'message:send', { conversationId: plant(), content: { text: plant() } });
  await ask(first, plant(), { text: plant() });
  await ask(first, 'message:search', { query: plant() });
  await ask(first, 'presence:set', { status: 'BUSY', text: plant() });
  await ask(first, 'user:block', { userId: someone('eve'), reason: plant() });

  const service = { claims: { role: 'service' } };
  const told = { title: plant(), message: plant(), data: { secret: plant() }, actionUrl: `https://example.com/?key=${plant()}` };
  assert.equal((await rest(server, 'backend', 'POST', '/notifications', { ...service, body: { userIds: [bob], type: 'TEST', ...told }, headers: { 'idempotency-key': plant() } })).status, 200);
  await rest(server, 'backend', 'POST', '/events', { ...service, body: { eventType: 'OrderPaid', eventData: { card: plant() }, userIds: [bob] } });
  await rest(server, 'backend', 'POST', '/notifications', { ...service, body: `{"broken": "${plant()}` });
  await rest(server, ada, 'GET', `/nowhere/${plant()}?token=${plant()}`, { headers: headers() });

  // Calls: descriptions and candidates hold addresses of people's networks; credentials for TURN.
  const calls = await server.connect(ada, { nsp: '/video-calls' });
  const callee = await server.connect(bob, { nsp: '/video-calls' });
  const callId = someone('call');
  const incoming = next(callee, 'video:incoming-call');
  await succeed(calls, 'video:offer', { callId, fromUserId: ada, toUserId: bob, offer: { type: 'offer', sdp: plant() } });
  await incoming;
  await succeed(callee, 'video:answer', { callId, fromUserId: bob, toUserId: ada, answer: { type: 'answer', sdp: plant() } });
  await succeed(calls, 'video:ice-candidate', { callId, fromUserId: ada, toUserId: bob, candidate: { candidate: plant() } });
  await ask(calls, 'video:offer', { callId: plant(), fromUserId: ada, toUserId: bob, offer: plant() });
  const { iceServers } = await succeed(calls, 'video:ice-servers', {});
  plant(iceServers.find(({ credential }) => credential).credential);

  // The layers below: session ids are bearer secrets, and broken requests carry whatever they like.
  for (const socket of [first, byHeader, calls]) plant(socket.io.engine.id);
  const open = JSON.parse((await request(`${server.url}/socket.io/?EIO=4&transport=polling&token=${plant()}`)).body.slice(1));
  const session = `${server.url}/socket.io/?EIO=4&transport=polling&sid=${plant(open.sid)}`;
  await request(session, { method: 'POST', body: `40/messaging,{"token":"${plant()}"}` });
  await request(session, { method: 'POST', body: `42/messaging,["${plant()}"` });
  await request(`${server.url}/socket.io/?EIO=4&transport=${plant()}&sid=${plant()}`);
  for (const bytes of [`GET /${plant()} HTTP/1.1\r\nAuthorization: ${plant()}\r\n\r\n`, `${plant()}\r\n\r\n`]) {
    const raw = await RawConnection.open(server.port);
    raw.write(bytes);
    await raw.rest();
  }
  first.disconnect();
  byHeader.io.engine.close();
  await eventually('lines about the ends', () => server.program.err.filter((line) => line.includes('socket disconnected')).length >= 2);
  return { server, secrets };
}

for (const format of ['text', 'json']) {
  test(`S2: tokens, cookies, texts and secrets are in no line of a log that says all (${format})`, async (t) => {
    const { server, secrets } = await lettingThePlantsIn(t, { MENTARA_LOG_FORMAT: format });
    await server.stop();
    const lines = [...server.program.err, ...server.program.out];
    assert.ok(secrets.length > 50 && lines.length > 30, `${secrets.length} secrets, ${lines.length} lines`);
    for (const text of secrets) {
      assert.ok(text.length >= 16, `"${text}" is too short to be searched for`);
      const found = lines.find((line) => line.includes(text) || line.includes(text.slice(0, 16)));
      assert.equal(found, undefined, `${text} was planted`);
    }
  });
}

test('S2: a connection has a name that is in all of its lines, over both transports and in both namespaces', async (t) => {
  const server = await Mentara.start({ env: { MENTARA_LOG_LEVEL: 'debug', MENTARA_LOG_FORMAT: 'json' } });
  t.after(() => server.end());
  const socket = await server.connect(someone('ada'), { transports: ['polling', 'websocket'] });
  const other = socket.io.socket('/notifications', { auth: { token: 'guess' } });
  await next(other, 'connect_error');
  await server.connect(someone('bob'));
  socket.disconnect();
  const lines = () => server.program.err.map((line) => JSON.parse(line));
  const ended = await eventually('its end', () => lines().find(({ message }) => message === 'socket disconnected'));
  const of = lines().filter(({ connection }) => connection === ended.connection);
  const messages = of.map(({ message }) => message);
  assert.deepEqual(messages, ['connection opened', 'socket connected', 'a token was refused', 'socket disconnected']);
  assert.equal(of[0].address, '127.0.0.1');
  assert.equal(of[1].socket, ended.socket);
  assert.notEqual(ended.connection, socket.io.engine?.id);
  const names = lines().filter(({ message }) => message === 'connection opened').map(({ connection }) => connection);
  assert.equal(new Set(names).size, names.length);
});
