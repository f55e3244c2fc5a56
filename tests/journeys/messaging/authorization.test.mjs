// The authorization matrix (authorization_matrix.json): every request, by everybody, over sockets and REST; and a stranger's
// answer is word for word that of a thing that does not exist.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { ask, conversationOf, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { requestOf, rest } from '../support/rest.mjs';
import { token } from '../support/tokens.mjs';
import { next } from '../support/wait.mjs';

const { roles, requests } = JSON.parse(readFileSync(new URL('authorization_matrix.json', import.meta.url)));
const server = await mentaraForThisFile();

const users = Object.fromEntries([...roles, 'new'].map((role) => [role, someone(role)]));
// Whom the server does not let in, and the claims of his token.
const refused = { expired: { expiresIn: -60 }, revoked: { jti: `revoked-${process.pid}` } };
{
  const { status } = await rest(server, 'backend', 'POST', '/auth/revoke', {
    body: { jti: refused.revoked.jti, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }, claims: { role: 'service' },
  });
  assert.equal(status, 200);
}
const sockets = Object.fromEntries(await Promise.all(roles.filter((role) => !refused[role])
  .map(async (role) => [role, await server.connect(users[role])])));

// A group with a message of its owner; and the DIRECT conversation of owner and blocked, likewise.
async function group() {
  const conversationId = await conversationOf(sockets.admin, [users.owner, users.member, users.former, users.expired, users.revoked]);
  const { message } = await succeed(sockets.owner, 'message:send', { conversationId, content: 'hello' });
  await succeed(sockets.admin, 'participant:remove', { conversationId, userId: users.former });
  return { conversation: conversationId, message: message.id };
}
const direct = await (async () => {
  const { conversation } = await succeed(sockets.owner, 'conversation:create', { type: 'DIRECT', participantIds: [users.blocked] });
  const { message } = await succeed(sockets.owner, 'message:send', { conversationId: conversation.id, content: 'hello' });
  await succeed(sockets.owner, 'user:block', { userId: users.blocked });
  return { conversation: conversation.id, message: message.id };
})();

function filled(payload, things) {
  const value = (text) => (typeof text === 'string' && text[0] === '$' ? { ...users, ...things }[text.slice(1)] : text);
  return Object.fromEntries(Object.entries(payload).map(([key, given]) => [key, Array.isArray(given) ? given.map(value) : value(given)]));
}

// Each way to ask gives the failure without what differs between the ways, or {success: true}.
const ways = {
  async socket(request, role, payload) {
    if (!request.event) return undefined;
    if (refused[role]) {
      const socket = server.socket(users[role], { claims: refused[role] });
      const [error] = await next(socket, 'connect_error');
      socket.disconnect();
      return { success: false, code: error.data.code };
    }
    return ask(sockets[role], request.event, payload);
  },
  async rest(request, role, payload) {
    if (!request.rest) return undefined;
    const { method, path, body } = requestOf(request.rest, payload);
    const bearer = token(users[role], refused[role]);
    return (await rest(server, users[role], method, path, { body, bearer })).body;
  },
};

for (const [way, send] of Object.entries(ways)) {
  for (const request of requests) {
    const name = way === 'socket' ? request.event : request.rest;
    if (!name) continue;
    test(`${way}: ${name}`, async () => {
      for (const role of roles) {
        const things = role === 'blocked' ? direct : await group();
        const answer = await send(request, role, filled(request.payload, things));
        assert.equal(answer.success ? 'ok' : answer.code, request.existing[role], `${role}: ${JSON.stringify(answer)}`);
        if (!request.absent || refused[role]) continue;
        const nothing = await send(request, role, filled(request.payload, { conversation: 'absent', message: 'absent' }));
        assert.equal(nothing.code, request.absent, `${role}, absent: ${JSON.stringify(nothing)}`);
        if (['former', 'stranger'].includes(role)) assert.deepEqual(answer, nothing, `${role} can tell them apart`);
      }
    });
  }
}
