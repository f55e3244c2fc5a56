// /notifications and /api/notifications: what backends want users to know of, on all their devices, whenever they come.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

const server = await mentaraForThisFile();
const nsp = '/notifications';
const backend = { claims: { role: 'service' } };

async function notify(userIds, more = {}, headers = {}) {
  const answer = await rest(server, 'backend', 'POST', '/notifications', {
    ...backend, headers, body: { userIds, type: 'APPOINTMENT_REMINDER', title: 'Tomorrow', message: 'at ten', ...more },
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.data;
}

// A socket and everything that it hears from the first moment on.
async function listener(user, options = {}) {
  const socket = server.socket(user, { nsp, ...options });
  const heard = {};
  for (const event of ['notification', 'notification:updated', 'notification:deleted', 'unreadCount', 'sync:complete']) {
    heard[event] = inbox(socket, event);
  }
  await next(socket, 'connected');
  await heard['sync:complete'].take();
  return { socket, heard, count: (count) => eventually(`unreadCount ${count}`, () => heard.unreadCount.all.at(-1)?.count === count) };
}

test('a notification reaches all devices, is counted, read on one and cleared on all', async () => {
  const ada = someone('ada');
  const [phone, laptop] = await Promise.all(['phone', 'laptop'].map((deviceId) => listener(ada, { auth: { deviceId } })));
  await Promise.all([phone.count(0), laptop.count(0)]);
  const { notifications } = await notify([ada], { data: { appointmentId: 7 }, priority: 'high', actionUrl: '/appointments/7' });
  const told = await Promise.all([phone, laptop].map(({ heard }) => heard.notification.take()));
  assert.deepEqual(told[0], told[1]);
  const { cursor, createdAt, ...rest } = told[0];
  assert.deepEqual(rest, {
    id: notifications[0].id, userId: ada, type: 'APPOINTMENT_REMINDER', title: 'Tomorrow', message: 'at ten', priority: 'HIGH',
    data: { appointmentId: 7 }, actionUrl: '/appointments/7', isRead: false,
  });
  assert.ok(cursor && createdAt);
  await Promise.all([phone.count(1), laptop.count(1)]);

  assert.equal((await succeed(phone.socket, 'notification:read', { id: rest.id })).count, 1);
  for (const { heard } of [phone, laptop]) {
    const updated = await heard['notification:updated'].take();
    assert.equal(updated.id, rest.id);
    assert.equal(updated.isRead, true);
    assert.ok(updated.readAt);
  }
  await Promise.all([phone.count(0), laptop.count(0)]);
  const versions = laptop.heard.unreadCount.all.map(({ version }) => version);
  assert.deepEqual(versions, [...versions].sort((a, b) => a - b));
});

test('what a device missed it is told when it returns, through a kill of the server, once and in order', async () => {
  const ada = someone('ada');
  const first = await listener(ada);
  first.socket.disconnect();
  const one = (await notify([ada], { title: 'one' })).notifications[0].id;
  await notify([ada], { title: 'two' });
  await rest(server, ada, 'PATCH', `/notifications/${one}`, { body: { isRead: true } });
  await server.kill();
  await server.run();
  const again = server.socket(ada, { nsp });
  const heard = [];
  again.onAny((event, payload) => heard.push([event, payload.title ?? payload.id ?? payload.replayed]));
  await next(again, 'sync:complete');
  const events = heard.filter(([event]) => !['connected', 'unreadCount'].includes(event));
  assert.deepEqual(events, [['notification', 'one'], ['notification', 'two'], ['notification:updated', one], ['sync:complete', 3]]);
  await eventually('the count', () => heard.some(([event]) => event === 'unreadCount'));
});

test('list, unread, delete and read-all', async () => {
  const ada = someone('ada');
  const { socket, heard, count } = await listener(ada);
  const ids = [];
  for (const title of ['a', 'b', 'c']) ids.push((await notify([ada], { title })).notifications[0].id);
  const page = await succeed(socket, 'notification:list', { limit: 2 });
  assert.deepEqual(page.notifications.map(({ title }) => title), ['c', 'b']);
  const rest = await succeed(socket, 'notification:list', { limit: 2, before: page.nextCursor });
  assert.deepEqual([rest.notifications.map(({ title }) => title), rest.nextCursor], [['a'], null]);
  assert.equal((await succeed(socket, 'notification:read-all')).count, 3);
  const all = await heard['notification:updated'].take();
  assert.deepEqual([all.all, all.isRead, all.upTo, all.id], [true, true, ids[2], undefined]);
  await count(0);
  assert.equal((await succeed(socket, 'notification:unread', { ids: [ids[0]] })).count, 1);
  await count(1);
  assert.deepEqual((await succeed(socket, 'notification:list', { unreadOnly: true })).notifications.map(({ id }) => id), [ids[0]]);
  assert.equal((await succeed(socket, 'notification:delete', { ids: [ids[0], ids[1], 'unknown'] })).count, 2);
  assert.deepEqual([(await heard['notification:deleted'].take()).id, (await heard['notification:deleted'].take()).id], [ids[0], ids[1]]);
  await count(0);
});

test('Z3: nobody sees or touches what is another\'s, and cannot tell it from what does not exist', async () => {
  const [ada, eve] = ['ada', 'eve'].map(someone);
  const { id } = (await notify([ada])).notifications[0];
  const { socket } = await listener(eve);
  for (const event of ['notification:read', 'notification:unread', 'notification:delete']) {
    const foreign = await fail('not_found', socket, event, { id });
    assert.deepEqual(foreign, await fail('not_found', socket, event, { id: 'unknown' }));
  }
  assert.deepEqual((await succeed(socket, 'notification:list', {})).notifications, []);
  for (const [method, body] of [['PATCH', { isRead: true }], ['DELETE', undefined]]) {
    assert.equal((await rest(server, eve, method, `/notifications/${id}`, { body })).status, 404);
  }
  await fail('forbidden', socket, 'notification:list', { userId: ada });
  const refused = await rest(server, eve, 'POST', '/notifications', { body: { userIds: [eve], type: 'X', title: 'x' } });
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
  assert.equal((await rest(server, ada, 'GET', '/notifications')).body.data.notifications[0].isRead, false);
});

test('a backend\'s retry with the same Idempotency-Key creates nothing; another request with it is a conflict', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const key = { 'idempotency-key': someone('key') };
  const first = await notify([ada, bob], {}, key);
  assert.deepEqual(first.notifications.map(({ userId }) => userId), [ada, bob]);
  const again = await notify([ada, bob], {}, key);
  assert.deepEqual(again, { notifications: first.notifications, duplicate: true });
  const other = await rest(server, 'backend', 'POST', '/notifications', { ...backend, headers: key, body: { userIds: [ada], type: 'X', title: 'x' } });
  assert.deepEqual([other.status, other.body.code], [409, 'conflict']);
  assert.equal((await rest(server, bob, 'GET', '/notifications/unread-count')).body.data.count, 1);
});

test('the same collapseKey takes the place of the unread one', async () => {
  const ada = someone('ada');
  const { heard, count } = await listener(ada);
  await notify([ada], { title: '1 result', collapseKey: 'results' });
  await notify([ada], { title: '2 results', collapseKey: 'results' });
  assert.deepEqual([(await heard.notification.take()).title, (await heard.notification.take()).title], ['1 result', '2 results']);
  await count(1);
  const { data } = (await rest(server, ada, 'GET', '/notifications')).body;
  assert.deepEqual(data.notifications.map(({ title }) => title), ['2 results']);
});

test('an expired notification leaves list and count by itself', async () => {
  const ada = someone('ada');
  const { heard, count } = await listener(ada);
  const { id } = (await notify([ada], { expiresAt: new Date(Date.now() + 700).toISOString() })).notifications[0];
  await count(1);
  assert.equal((await heard['notification:deleted'].take()).id, id);
  await count(0);
  assert.deepEqual((await rest(server, ada, 'GET', '/notifications?unreadOnly=true')).body.data, { notifications: [], nextCursor: null });
});

test('preferences: a mute holds back and counts, URGENT passes, the rest comes in order when it ends, by itself', async () => {
  const ada = someone('ada');
  const { socket, heard, count } = await listener(ada);
  assert.deepEqual((await succeed(socket, 'notification:preferences')).preferences, { types: {} });
  const quietHours = { start: '22:00', end: '07:30', timezone: 'Europe/Berlin' };
  const mutedUntil = new Date(Date.now() + 1200).toISOString();
  const set = await succeed(socket, 'notification:preferences', { types: { NEWS: { inApp: false } }, mutedUntil });
  assert.deepEqual(set.preferences, { types: { NEWS: { inApp: false, push: true } }, mutedUntil });
  for (const title of ['one', 'two']) await notify([ada], { title });
  await notify([ada], { title: 'now', priority: 'URGENT' });
  await notify([ada], { title: 'news', type: 'NEWS' });
  await count(3);
  assert.equal((await heard.notification.take()).title, 'now');
  assert.equal(heard.notification.all.length, 1);
  assert.deepEqual([(await heard.notification.take()).title, (await heard.notification.take()).title], ['one', 'two']);
  assert.ok(Date.now() >= Date.parse(mutedUntil) - 50);

  const put = await rest(server, ada, 'PUT', '/notifications/preferences', { body: { quietHours } });
  assert.deepEqual(put.body.data.preferences.quietHours, quietHours);
  assert.deepEqual((await rest(server, ada, 'GET', '/notifications/preferences')).body, put.body);
  const cleared = await succeed(socket, 'notification:preferences', { types: null, quietHours: null });
  assert.deepEqual(cleared.preferences, { types: {} });
  for (const [field, wrong] of [
    ['quietHours.timezone', { quietHours: { ...quietHours, timezone: '../../etc/passwd' } }],
    ['quietHours.end', { quietHours: { ...quietHours, end: '24:00' } }],
    ['quietHours.end', { quietHours: { ...quietHours, end: '22:00' } }],
    ['types', { types: { lower: {} } }],
    ['types.NEWS.push', { types: { NEWS: { push: 1 } } }],
  ]) {
    assert.equal((await fail('invalid_payload', socket, 'notification:preferences', wrong)).field, field);
  }
});

test('bounds: so many recipients and ids, and no more', async () => {
  const users = Array.from({ length: 1001 }, (_, i) => `bulk-${i}`);
  assert.equal((await notify(users.slice(1))).notifications.length, 1000);
  const body = { userIds: users, type: 'X', title: 'x' };
  const refused = await rest(server, 'backend', 'POST', '/notifications', { ...backend, body });
  assert.deepEqual([refused.status, refused.body.field], [400, 'userIds']);
  const { socket } = await listener(someone('ada'));
  await fail('not_found', socket, 'notification:read', { ids: users.slice(0, 100) });
  assert.equal((await fail('invalid_payload', socket, 'notification:read', { ids: users.slice(0, 101) })).field, 'ids');
  assert.equal((await fail('invalid_payload', socket, 'notification:read', {})).field, 'id');
  await fail('unknown_event', socket, 'message:send', {});
  for (const [field, wrong] of [['type', 'lower'], ['title', ''], ['title', 'x'.repeat(201)], ['message', 'x'.repeat(2001)], ['expiresAt', '2020-01-01T00:00:00Z']]) {
    const answer = await rest(server, 'backend', 'POST', '/notifications', { ...backend, body: { userIds: ['u'], type: 'X', title: 'x', [field]: wrong } });
    assert.deepEqual([answer.status, answer.body.field], [400, field]);
  }
});
