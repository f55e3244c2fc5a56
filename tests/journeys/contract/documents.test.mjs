// The contract as data (docs/contract): valid to the validators of its formats, and true of the server.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import SwaggerParser from '@apidevtools/swagger-parser';
import { Parser } from '@asyncapi/parser';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { ask, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { requestOf, rest } from '../support/rest.mjs';
import { next } from '../support/wait.mjs';

const folder = fileURLToPath(new URL('../../../docs/contract', import.meta.url));
const read = (file) => readFileSync(join(folder, file), 'utf8');
const openapi = JSON.parse(read('openapi.json'));
const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));

const server = await mentaraForThisFile();
const service = { claims: { role: 'service' } };

test('asyncapi.json is what the parser of AsyncAPI takes without a word', async () => {
  const { document, diagnostics } = await new Parser().parse(read('asyncapi.json'));
  const severe = diagnostics.filter(({ severity }) => severity <= 1); // errors and warnings
  assert.deepEqual(severe.map(({ code, message, path }) => [code, message, path.join('.')]), []);
  assert.deepEqual(document.channels().all().map((channel) => channel.address()).sort(), ['/messaging', '/notifications', '/video-calls']);
});

test('openapi.json is valid OpenAPI, and every reference in it leads somewhere', async () => {
  const api = await SwaggerParser.validate(structuredClone(openapi));
  assert.equal(api.openapi, '3.1.0');
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length, 'operationIds are unique');
});

test('schema.json is a JSON Schema', () => {
  const schema = JSON.parse(read('schema.json'));
  const ajv = addFormats(new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }));
  ajv.addSchema(schema, 'contract');
  for (const name of Object.keys(schema.$defs)) assert.ok(ajv.getSchema(`contract#/$defs/${name}`), name);
});

test('the types compile under strict, with a client that uses them and lines that they refuse', async () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, '-p', join(here, 'tsconfig.json')]).catch(({ stdout }) => assert.fail(stdout));
});

test('every request of openapi.json is one that the server knows, and only with a token', async () => {
  assert.ok(operations.length > 30);
  await Promise.all(operations.map(async ({ method, path }) => {
    const filled = path.replace('/api', '').replace(/\{\w+\}/g, 'absent');
    const name = `${method} ${path}`;
    assert.equal((await rest(server, undefined, method, filled, { bearer: '' })).status, 401, name);
    const { body } = await rest(server, someone('ada'), method, filled);
    assert.doesNotMatch(body.error ?? '', /no such path|does not know the method/, name);
    assert.notEqual(body.code, 'internal', name);
  }));
});

test('who may ask is as openapi.json says', async () => {
  for (const { method, path, operation } of operations) {
    const { body } = await rest(server, someone('ada'), method, path.replace('/api', '').replace(/\{\w+\}/g, 'absent'));
    assert.equal(/role service/.test(body.error ?? ''), operation.tags.includes('backends'), `${method} ${path}`);
  }
});

test('every parameter of a query is read as the type that it has', async () => {
  const user = someone('ada');
  for (const { method, path, operation } of operations) {
    for (const { name, in: place, schema } of operation.parameters) {
      if (place !== 'query') continue;
      const value = { integer: '1', boolean: 'true', array: 'somebody' }[schema.type];
      if (!value) continue;
      const filled = path.replace('/api', '').replace(/\{\w+\}/g, 'absent');
      const { body } = await rest(server, user, method, `${filled}?${name}=${value}`, service);
      assert.notEqual(body.field, name, `${method} ${path}?${name}: ${body.error}`);
    }
  }
});

// Asks, and holds the answer against the document.
async function checked(user, pattern, payload = {}, options = {}) {
  const [method, path] = pattern.split(' ');
  const { operation } = operations.find((each) => each.method === method && each.path === `/api${path}`);
  const request = requestOf(pattern, payload);
  const { status, body } = await rest(server, user, request.method, request.path, { body: request.body, ...options });
  const media = status === 200 ? operation.responses[200].content : openapi.components.responses.Failure.content;
  const schema = { ...media['application/json'].schema, components: openapi.components };
  const ajv = addFormats(new Ajv2020({ strict: false }));
  assert.ok(ajv.validate(exact(schema), body), `${pattern}: ${ajv.errorsText()} in ${JSON.stringify(body)}`);
  return body.data ?? body;
}

// What is not described is not there either.
function exact(schema) {
  if (Array.isArray(schema)) return schema.map(exact);
  if (schema === null || typeof schema !== 'object') return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, exact(value)]));
  return schema.type === 'object' && schema.properties && !Array.isArray(schema.properties) ? { ...closed, additionalProperties: false } : closed;
}

test('what the server answers is what openapi.json says, and nothing more', async () => {
  const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map(someone);
  for (const user of [ada, bob, cyd]) (await server.connect(user)).disconnect(); // they have names now
  const { conversation } = await checked(ada, 'POST /messaging/conversations', { type: 'GROUP', participantIds: [bob], title: 'T', metadata: { a: [1] } });
  const conversationId = conversation.id;
  const at = { conversationId };
  const attachments = [{ url: 'https://example.com/a', name: 'a', size: 1, mimeType: 'text/plain' }];
  const { message } = await checked(ada, 'POST /messaging/conversations/{conversationId}/messages', { ...at, content: 'hello', clientMessageId: 'one', attachments, metadata: { x: 1 } });
  const messageId = message.id;
  await checked(ada, 'POST /messaging/conversations/{conversationId}/messages', { ...at, content: 'hello', clientMessageId: 'one', attachments, metadata: { x: 1 } });
  await checked(bob, 'POST /messaging/conversations/{conversationId}/messages', { ...at, content: 'again', replyToId: messageId });
  await checked(bob, 'GET /messaging/conversations', { limit: 5 });
  await checked(bob, 'GET /messaging/conversations/{conversationId}', at);
  await checked(ada, 'PATCH /messaging/conversations/{conversationId}', { ...at, title: 'U' });
  await checked(bob, 'PATCH /messaging/conversations/{conversationId}/settings', { ...at, muted: true, mutedUntil: '2100-01-01T00:00:00Z' });
  await checked(bob, 'POST /messaging/conversations/{conversationId}/read', { ...at, seq: 1 });
  await checked(ada, 'PATCH /messaging/messages/{messageId}', { messageId, content: 'edited' });
  await checked(bob, 'GET /messaging/messages/{messageId}/edits', { messageId });
  await checked(bob, 'PUT /messaging/messages/{messageId}/reactions/{emoji}', { messageId, emoji: '👍' });
  await checked(bob, 'GET /messaging/conversations/{conversationId}/messages', { ...at, limit: 10 });
  await checked(bob, 'GET /messaging/search', { query: 'edited' });
  await checked(ada, 'POST /messaging/conversations/{conversationId}/participants', { ...at, userId: cyd });
  await checked(ada, 'PATCH /messaging/conversations/{conversationId}/participants/{userId}', { ...at, userId: cyd, role: 'MODERATOR' });
  await checked(ada, 'DELETE /messaging/conversations/{conversationId}/participants/{userId}', { ...at, userId: cyd });
  await checked(ada, 'DELETE /messaging/messages/{messageId}', { messageId });
  await checked(bob, 'GET /messaging/conversations/{conversationId}/messages', { ...at, limit: 10 });
  await checked(ada, 'POST /messaging/blocks/{userId}', { userId: cyd });
  await checked(ada, 'GET /presence', { userIds: [bob, cyd] });
  const { notifications } = await checked('backend', 'POST /notifications', { userIds: [ada], type: 'X', title: 'T', data: {}, collapseKey: 'k', expiresAt: '2100-01-01T00:00:00Z', actionUrl: '/x' }, service);
  await checked(ada, 'PATCH /notifications/{id}', { id: notifications[0].id, isRead: true });
  await checked(ada, 'GET /notifications', {});
  await checked(ada, 'GET /notifications/unread-count', {});
  await checked(ada, 'PUT /notifications/preferences', { types: { X: { inApp: true, push: false } }, quietHours: { start: '22:00', end: '06:30', timezone: 'Europe/Berlin' } });
  await checked(ada, 'POST /notifications/read-all', {});
  await checked('backend', 'POST /events', { eventType: 'Nothing', eventData: {} }, service);
  await checked(ada, 'GET /calls', {});
  await checked(ada, 'GET /calls/ice-servers', {});
  await checked('backend', 'GET /users/{userId}/export', { userId: ada }, service);
  await checked('backend', 'POST /users/{userId}/disconnect', { userId: ada }, service);
  for (const [pattern, payload] of [
    ['GET /messaging/conversations/{conversationId}', { conversationId: 'absent' }],
    ['POST /messaging/conversations/{conversationId}/messages', { ...at }],
    ['POST /notifications', {}],
  ]) assert.equal((await checked(ada, pattern, payload)).success, false, pattern);
});

test('what sockets hear is what asyncapi.json says, and nothing more', async () => {
  const { channels, components } = JSON.parse(read('asyncapi.json'));
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const validate = (message, value) => {
    const ajv = addFormats(new Ajv2020({ strict: false }));
    assert.ok(ajv.validate(exact({ ...message.payload, components }), value), `${message.name}: ${ajv.errorsText()} in ${JSON.stringify(value)}`);
  };
  const heard = new Set();
  const wrong = [];
  const join = async (user, nsp) => {
    const socket = server.socket(user, { nsp });
    const { messages } = channels[nsp.slice(1)];
    socket.onAny((event, payload) => {
      heard.add(event);
      try {
        validate(messages[`server.${event}`] ?? assert.fail(`${event} is not described`), payload);
      } catch (error) {
        wrong.push(error.message);
      }
    });
    await next(socket, 'connected');
    return {
      socket,
      say: async (event, payload) => {
        const ack = await ask(socket, event, payload);
        validate(messages[`ack.${event}`], ack);
        return ack;
      },
    };
  };
  const [a, b] = [await join(ada, '/messaging'), await join(bob, '/messaging')];
  const { conversation } = await a.say('conversation:create', { type: 'GROUP', participantIds: [bob] });
  const at = { conversationId: conversation.id };
  await b.say('conversation:join', at);
  await a.say('typing:start', at);
  const { message } = await a.say('message:send', { ...at, content: 'x' });
  await a.say('message:edit', { messageId: message.id, content: 'y' });
  await b.say('reaction:add', { messageId: message.id, emoji: '👍' });
  await b.say('message:read', { ...at, seq: 1 });
  await b.say('conversation:mute', { ...at, value: true });
  await a.say('conversation:update', { ...at, title: 'T' });
  await a.say('participant:role', { ...at, userId: bob, role: 'MODERATOR' });
  await a.say('message:delete', { messageId: message.id });
  await a.say('presence:subscribe', { userIds: [bob] });
  await b.say('presence:set', { status: 'BUSY', text: 'x' });
  await b.say('conversation:list', {});
  assert.equal((await b.say('message:send', {})).success, false);
  const tells = await join(bob, '/notifications');
  await rest(server, 'backend', 'POST', '/notifications', { ...service, body: { userIds: [bob], type: 'X', title: 'T' } });
  await tells.say('notification:list', {});
  await tells.say('notification:read-all', {});
  const calls = [await join(ada, '/video-calls'), await join(bob, '/video-calls')];
  const to = { callId: `${ada}.call`, fromUserId: ada, toUserId: bob };
  await calls[0].say('video:offer', { ...to, offer: { type: 'offer', sdp: 'v=0' } });
  await calls[0].say('video:end-call', { callId: to.callId });
  await calls[0].say('video:cancel-call', { callId: to.callId });
  await calls[1].say('video:history', {});
  for (const socket of [a.socket, b.socket]) await succeed(socket, 'conversation:list', {});
  assert.deepEqual(wrong, []);
  for (const event of ['message', 'message:updated', 'message:deleted', 'message:read', 'reaction:updated', 'typing', 'conversation:created',
    'conversation:updated', 'conversation:settings', 'participant:updated', 'notification', 'unreadCount', 'video:incoming-call']) {
    assert.ok(heard.has(event), `${event} was not heard`);
  }
});
