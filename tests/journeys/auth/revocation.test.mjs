// Tokens that end before their time: sockets that live by them are cut at once, and nobody comes in with them again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import jwt from 'jsonwebtoken';

import { fail, mentaraForThisFile, settle, someone } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { secret } from '../support/tokens.mjs';
import { next } from '../support/wait.mjs';

const server = await mentaraForThisFile();

const now = () => Math.floor(Date.now() / 1000);
// Issued some seconds ago: `iat` has whole seconds.
const tokenOf = (sub, claims = {}) => jwt.sign({ sub, iat: now() - 10, exp: now() + 3600, ...claims }, secret);

const asBackend = (path, body) => rest(server, 'backend', 'POST', path, { body, claims: { role: 'service' } });
async function revoke(body) {
  const { status, body: answer } = await asBackend('/auth/revoke', body);
  assert.equal(status, 200, JSON.stringify(answer));
}

const connect = (userId, token, options) => server.connect(userId, { auth: { token }, reconnection: false, ...options });
// How the server ended a socket: what it said before, why it is gone, and how long it took.
function ending(socket) {
  const since = performance.now();
  let said;
  socket.once('server:disconnect', (payload) => (said = payload));
  return next(socket, 'disconnect').then(([reason]) => ({ said, reason, ms: performance.now() - since }));
}
async function refused(userId, token) {
  const socket = server.socket(userId, { auth: { token }, reconnection: false });
  const [error] = await next(socket, 'connect_error');
  return error.data.code;
}

test('J8: revoking a user cuts all his sockets within a second, over both transports, and nobody else’s', async () => {
  const [ada, bob] = [someone('ada'), someone('bob')];
  const old = tokenOf(ada);
  const sockets = [await connect(ada, old), await connect(ada, old, { transports: ['polling'] })];
  const other = await connect(bob, tokenOf(bob));
  const endings = sockets.map(ending);
  await revoke({ userId: ada });
  for (const { said, reason, ms } of await Promise.all(endings)) {
    assert.equal(said.reason, 'token_revoked');
    assert.notEqual(said.error, '');
    assert.equal(reason, 'io server disconnect');
    assert.ok(ms < 1000, `after ${ms} ms`);
  }
  await settle(other);
  assert.equal(await refused(ada, old), 'token_revoked');
  const { status, body } = await rest(server, ada, 'GET', '/messaging/conversations', { bearer: old });
  assert.equal(status, 401);
  assert.equal(body.code, 'token_revoked');
  await fail('token_revoked', await connect(ada, tokenOf(ada, { iat: now() + 2 })), 'auth:refresh', { token: old });
});

test('J8: a token is revoked by its id; the user’s other tokens hold', async () => {
  const ada = someone('ada');
  const [lost, kept] = [tokenOf(ada, { jti: `${ada}-1` }), tokenOf(ada, { jti: `${ada}-2` })];
  const phone = await connect(ada, lost, { auth: { token: lost, deviceId: 'phone' } });
  const laptop = await connect(ada, kept, { auth: { token: kept, deviceId: 'laptop' } });
  const ended = ending(phone);
  await revoke({ jti: `${ada}-1`, expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
  assert.equal((await ended).said.reason, 'token_revoked');
  await settle(laptop);
  assert.equal(await refused(ada, lost), 'token_revoked');
});

test('J8: tokens that were issued later hold, and so does a socket that renewed its token in time', async () => {
  const ada = someone('ada');
  const renewed = await connect(ada, tokenOf(ada));
  const fresh = tokenOf(ada, { iat: now() - 2 });
  await renewed.timeout(5000).emitWithAck('auth:refresh', { token: fresh });
  const stale = await connect(ada, tokenOf(ada));
  const ended = ending(stale);
  await revoke({ userId: ada, issuedBefore: new Date((now() - 5) * 1000).toISOString() });
  assert.equal((await ended).said.reason, 'token_revoked');
  await settle(renewed);
  await settle(await connect(ada, fresh));
});

test('J8: revocations hold after a kill', async () => {
  const ada = someone('ada');
  const [byUser, byId] = [tokenOf(ada), tokenOf(someone('bob'), { jti: `${ada}-jti` })];
  await revoke({ userId: ada, jti: `${ada}-jti` });
  await server.kill();
  await server.run();
  assert.equal(await refused(ada, byUser), 'token_revoked');
  assert.equal(await refused(ada, byId), 'token_revoked');
});

test('a backend disconnects a user and says why; he may come back', async () => {
  const ada = someone('ada');
  const token = tokenOf(ada);
  const endings = [ending(await connect(ada, token)), ending(await connect(ada, token, { transports: ['polling'] }))];
  const { status, body } = await asBackend(`/users/${ada}/disconnect`, { reason: 'maintenance' });
  assert.equal(status, 200);
  assert.equal(body.data.sockets, 2);
  for (const { said, reason } of await Promise.all(endings)) {
    assert.equal(said.reason, 'maintenance');
    assert.equal(reason, 'io server disconnect');
  }
  await settle(await connect(ada, token));
  assert.equal((await asBackend(`/users/${someone('nobody')}/disconnect`)).body.data.sockets, 0);
});

test('only backends revoke and disconnect, and they are told what is missing', async () => {
  const ada = someone('ada');
  for (const path of ['/auth/revoke', `/users/${ada}/disconnect`]) {
    const { status, body } = await rest(server, ada, 'POST', path, { body: { userId: ada } });
    assert.equal(status, 403);
    assert.equal(body.code, 'forbidden');
  }
  for (const [body, field] of [
    [{}, 'userId'],
    [{ jti: 'x', issuedBefore: new Date().toISOString() }, 'userId'],
    [{ userId: ada, expiresAt: new Date().toISOString() }, 'jti'],
    [{ userId: ada, issuedBefore: 'yesterday' }, 'issuedBefore'],
    [{ userId: '' }, 'userId'],
  ]) {
    const answer = await asBackend('/auth/revoke', body);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.field, field, JSON.stringify(answer.body));
  }
});
