// @ts-check
// A client as TypeScript sees it: documents.test.mjs compiles this file under `strict` with the types of docs/contract.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io } from 'socket.io-client';

import * as mentara from '../support/mentara.mjs';
import { token } from '../support/tokens.mjs';
import { patience } from '../support/wait.mjs';

/**
 * @typedef {import('../../../docs/contract/contract.js').MessagingServerEvents} MessagingServerEvents
 * @typedef {import('../../../docs/contract/contract.js').MessagingClientEvents} MessagingClientEvents
 * @typedef {import('../../../docs/contract/contract.js').NotificationsServerEvents} NotificationsServerEvents
 * @typedef {import('../../../docs/contract/contract.js').NotificationsClientEvents} NotificationsClientEvents
 * @typedef {import('../../../docs/contract/contract.js').RestRequests} RestRequests
 * @typedef {import('../../../docs/contract/contract.js').CreatedAck} CreatedAck
 * @typedef {import('../../../docs/contract/contract.js').MessageAck} MessageAck
 * @typedef {import('../../../docs/contract/contract.js').FailureAck} FailureAck
 */

const server = /** @type {{ url: string }} */ (/** @type {unknown} */ (await mentara.mentaraForThisFile()));
const options = { transports: ['websocket'], forceNew: true };

/** @param {string} user @returns {import('socket.io-client').Socket<MessagingServerEvents, MessagingClientEvents>} */
const messaging = (user) => io(`${server.url}/messaging`, { ...options, auth: { token: token(user) } });

/** @param {string} user @returns {import('socket.io-client').Socket<NotificationsServerEvents, NotificationsClientEvents>} */
const notifications = (user) => io(`${server.url}/notifications`, { ...options, auth: { token: token(user) } });

/** @template Ack @typedef {(answer: Ack | FailureAck) => void} Callback */

/**
 * What an ack brings when it succeeded.
 * @template {{ success: true }} Ack
 * @param {(ack: Callback<Ack>) => void} ask
 * @returns {Promise<Ack>}
 */
const answerOf = (ask) =>
  new Promise((resolve, reject) => ask((answer) => (answer.success ? resolve(answer) : reject(new Error(answer.error)))));

test('two typed clients talk', { timeout: patience }, async (t) => {
  const [ada, bob] = [mentara.someone('ada'), mentara.someone('bob')];
  const [a, b] = [messaging(ada), messaging(bob)];
  t.after(() => [a, b].forEach((socket) => socket.disconnect()));
  /** @type {Promise<Parameters<MessagingServerEvents['message']>[0]>} */
  const heard = new Promise((resolve) => b.on('message', resolve));
  /** @type {Promise<Parameters<MessagingServerEvents['connected']>[0]>} */
  const welcome = new Promise((resolve) => a.once('connected', resolve));
  assert.equal((await welcome).userId, ada);

  const { conversation, created } = await answerOf(/** @param {Callback<CreatedAck>} ack */ (ack) => a.emit('conversation:create', { type: 'DIRECT', participantIds: [bob] }, ack));
  assert.equal(created, true);
  assert.deepEqual(conversation.members.map((member) => member.role).sort(), ['ADMIN', 'MEMBER']);
  const { message } = await answerOf(/** @param {Callback<MessageAck>} ack */ (ack) => a.emit('message:send', { conversationId: conversation.id, content: 'typed', messageType: 'TEXT' }, ack));
  const { id, sender, cursor } = await heard;
  assert.deepEqual([id, sender.id, typeof cursor], [message.id, ada, 'string']);
});

test('a typed client is told of notifications', { timeout: patience }, async (t) => {
  const socket = notifications(mentara.someone('ada'));
  t.after(() => socket.disconnect());
  /** @type {Promise<Parameters<NotificationsServerEvents['unreadCount']>[0]>} */
  const count = new Promise((resolve) => socket.on('unreadCount', resolve));
  assert.equal((await count).count, 0);
});

test('REST is typed as well', { timeout: patience }, async () => {
  /** @template {keyof RestRequests} Name @param {Name} name @returns {Promise<RestRequests[Name]['data']>} */
  const get = async (name) => {
    const [method, path] = name.split(' ');
    const answer = await fetch(server.url + path, { method, headers: { authorization: `Bearer ${token(mentara.someone('ada'))}` } });
    return (await answer.json()).data;
  };
  assert.equal((await get('GET /api/notifications/unread-count')).count, 0);
  assert.equal((await get('GET /api/messaging/conversations')).conversations.length, 0);
  assert.equal((await get('GET /api/notifications/preferences')).preferences.mutedUntil, undefined);
});
