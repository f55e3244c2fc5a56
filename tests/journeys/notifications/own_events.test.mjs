// Notifications that nobody asks for: of messages to those who are not there, and of domain events, by rules.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { Mentara, conversationOf, someone, succeed, temporaryDirectory } from '../support/mentara.mjs';
import { rest } from '../support/rest.mjs';
import { eventually, inbox } from '../support/wait.mjs';

const config = join(temporaryDirectory(), 'mentara.toml');
writeFileSync(config, `
[[notifications.rules]]
event = "AppointmentBooked"
type = "APPOINTMENT_BOOKED"
priority = "HIGH"
title = "Visit at {when} with {doctor.name}"
message = "Room {room}"
collapse_key = "visit:{id}"

[[notifications.rules]]
event = "AppointmentBooked"
recipients = "doctor.id"
type = "NEW_APPOINTMENT"
title = "A visit at {when}"
`);
const server = await Mentara.start({ args: ['--config', config] });
after(() => server.end());
const nsp = '/notifications';
const list = async (user) => (await rest(server, user, 'GET', '/notifications')).body.data.notifications;
const unread = async (user) => (await rest(server, user, 'GET', '/notifications/unread-count')).body.data.count;

test('a message to somebody who is not there becomes one notification for each conversation, read with it', async () => {
  const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map(someone);
  const [a, c, told] = await Promise.all([server.connect(ada, { claims: { name: 'Ada' } }), server.connect(cyd), server.connect(bob, { nsp })]);
  const heard = inbox(told, 'notification');
  const conversationId = await conversationOf(a, [bob, cyd]);
  await succeed(a, 'message:send', { conversationId, content: 'a secret' });
  const first = await heard.take();
  assert.deepEqual([first.type, first.title, first.message], ['MESSAGE_RECEIVED', 'Ada', 'New message']);
  assert.equal(first.data.conversationId, conversationId);
  assert.ok(!JSON.stringify(first).includes('secret'), 'what was written is not on a locked screen');
  await succeed(a, 'message:send', { conversationId, content: 'another' });
  assert.equal((await heard.take()).message, '2 new messages');
  assert.equal((await list(bob)).length, 1);
  assert.deepEqual(await list(cyd), [], 'who is there needs none');
  const updated = inbox(told, 'notification:updated');
  await rest(server, bob, 'POST', `/messaging/conversations/${conversationId}/read`, { body: { seq: 2 } });
  assert.equal((await updated.take()).isRead, true);
  assert.equal(await unread(bob), 0);
  c.disconnect();
});

test('I1: kill -9 right after the message is acknowledged loses no notification and doubles none', async () => {
  const ada = someone('ada');
  for (let round = 0; round < 3; round++) {
    const bob = someone('bob');
    const a = await server.connect(ada);
    const conversationId = await conversationOf(a, [bob]);
    await succeed(a, 'message:send', { conversationId, content: 'hello' });
    await server.kill();
    a.disconnect();
    await server.run();
    await eventually('the notification', async () => (await list(bob)).length === 1);
    await server.kill();
    await server.run();
    const next = await server.connect(ada);
    await succeed(next, 'message:send', { conversationId, content: 'again' });
    await eventually('the next one', async () => (await list(bob))[0].message === '2 new messages');
    assert.equal((await list(bob)).length, 1);
    next.disconnect();
  }
});

const backend = { claims: { role: 'service' } };
const post = (body, headers = {}) => rest(server, 'backend', 'POST', '/events', { ...backend, headers, body });

test('a domain event becomes what the rules say, for those whom they name', async () => {
  const [patient, doctor] = ['patient', 'doctor'].map(someone);
  const told = await server.connect(patient, { nsp });
  const heard = inbox(told, 'notification');
  const event = {
    eventType: 'AppointmentBooked', userIds: [patient],
    eventData: { id: 'v1', when: '10:00', room: 5, doctor: { id: doctor, name: 'Dr. Who' } },
  };
  const key = { 'idempotency-key': someone('key') };
  const answer = await post(event, key);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(answer.body.data.notifications.map(({ userId }) => userId), [patient, doctor]);
  const first = await heard.take();
  assert.deepEqual([first.type, first.title, first.message, first.priority, first.collapseKey],
    ['APPOINTMENT_BOOKED', 'Visit at 10:00 with Dr. Who', 'Room 5', 'HIGH', 'visit:v1']);
  assert.deepEqual((await list(doctor)).map(({ title }) => title), ['A visit at 10:00']);
  assert.equal((await post(event, key)).body.data.duplicate, true);
  assert.equal((await list(doctor)).length, 1);
  assert.equal((await post({ ...event, eventData: { ...event.eventData, room: 6 } })).status, 200);
  assert.deepEqual((await list(patient)).map(({ message }) => message), ['Room 6'], 'the same visit is one notification');
});

test('an event that no rule knows is taken and tells nobody; only backends may post one', async () => {
  const user = someone('user');
  const answer = await post({ eventType: 'SomethingElse', eventData: {}, userIds: [user] });
  assert.deepEqual([answer.status, answer.body.data.notifications], [200, []]);
  assert.deepEqual(await list(user), []);
  const refused = await rest(server, user, 'POST', '/events', { body: { eventType: 'AppointmentBooked', userIds: [user] } });
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
  assert.equal((await post({ eventData: {} })).body.field, 'eventType');
  assert.equal((await post({ eventType: 'X', eventData: [] })).body.field, 'eventData');
  const aggregate = {
    eventType: 'X', aggregateType: 'appointment', aggregateId: 'v1', metadata: { correlationId: 'request-7' }, version: 2,
  };
  const key = { 'idempotency-key': someone('key') };
  assert.equal((await post(aggregate, key)).status, 200);
  assert.equal((await post(aggregate, key)).body.data.duplicate, true);
  assert.equal((await post({ ...aggregate, version: 3 }, key)).body.code, 'conflict');
  assert.equal((await post({ ...aggregate, version: 0 })).body.field, 'version');
  assert.equal((await post({ ...aggregate, metadata: { correlationId: 'request-8' } }, key)).body.code, 'conflict');
  assert.equal((await post({ ...aggregate, aggregateId: 'x'.repeat(128) })).status, 200);
  assert.equal((await post({ ...aggregate, aggregateId: 'x'.repeat(129) })).body.field, 'aggregateId');
  assert.equal((await post({ ...aggregate, metadata: { correlationId: 7 } })).body.field, 'metadata.correlationId');
});
