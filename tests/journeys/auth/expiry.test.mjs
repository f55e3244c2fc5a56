// A token that ends while its socket lives: told before, renewed in place, cut after.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import jwt from 'jsonwebtoken';

import { ask, fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { secret, token } from '../support/tokens.mjs';
import { next } from '../support/wait.mjs';

const server = await mentaraForThisFile();

const now = () => Math.floor(Date.now() / 1000); // exp has whole seconds
const tokenUntil = (userId, exp, claims = {}) => jwt.sign({ sub: userId, exp, ...claims }, secret);

// The leeway of the clocks lets a token in that ended a second ago, and the grace is 10 s: 9 s are left.
test('a token that ends soon is announced at once; its socket is told and cut after the grace, but not when it was renewed', async () => {
  const [ada, bob] = [someone('ada'), someone('bob')];
  const exp = now() - 1;
  const renewed = await server.connect(bob, { auth: { token: tokenUntil(bob, exp) } });
  const later = now() + 3600;
  const ack = await succeed(renewed, 'auth:refresh', { token: tokenUntil(bob, later, { name: 'Bob the Second' }) });
  assert.equal(ack.expiresAt, new Date(later * 1000).toISOString());

  const socket = server.socket(ada, { auth: { token: tokenUntil(ada, exp) }, reconnection: false });
  const heard = [];
  socket.onAny((event, payload) => event.startsWith('auth:') && heard.push([event, payload.expiresAt]));
  const [reason] = await next(socket, 'disconnect');
  assert.equal(reason, 'io server disconnect');
  assert.ok(Date.now() >= (exp + 10) * 1000 - 50, 'not before its time');
  const expiresAt = new Date(exp * 1000).toISOString();
  assert.deepEqual(heard, [['auth:expiring', expiresAt], ['auth:expired', expiresAt]]);

  const { conversation } = await succeed(renewed, 'conversation:create', { type: 'GROUP', participantIds: [ada] });
  assert.equal(conversation.members.find((member) => member.userId === bob).name, 'Bob the Second');
});

test('a token that lives long is not announced', async () => {
  const socket = server.socket(someone('ada'));
  const heard = [];
  socket.onAny((event) => heard.push(event));
  await next(socket, 'connected');
  await succeed(socket, 'conversation:list', {});
  assert.ok(!heard.includes('auth:expiring'));
});

test('auth:refresh refuses the token of another user and a bad one, and the socket lives on', async () => {
  const ada = someone('ada');
  const socket = await server.connect(ada);
  await fail('forbidden', socket, 'auth:refresh', { token: token(someone('eve')) });
  await fail('token_invalid', socket, 'auth:refresh', { token: 'nonsense' });
  await fail('token_expired', socket, 'auth:refresh', { token: token(ada, { expiresIn: -60 }) });
  assert.equal((await fail('invalid_payload', socket, 'auth:refresh', {})).field, 'token');
  assert.equal((await ask(socket, 'conversation:list', {})).success, true);
});
