// Web Push: whoever is not here is told on the browsers that he named, by a push service that can read nothing of it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { hostname } from 'node:os';
import { after, test } from 'node:test';

import { mentaraBinary } from '../support/binaries.mjs';
import { Mentara, ask, conversationOf, fail, someone, succeed, temporaryDirectory } from '../support/mentara.mjs';
import { Program } from '../support/program.mjs';
import { PushService, selfSigned } from '../support/push_service.mjs';
import { rest } from '../support/rest.mjs';
import { eventually } from '../support/wait.mjs';

const nsp = '/notifications';
const backend = { claims: { role: 'service' } };

const { out } = await Program.run(mentaraBinary, ['push-key']);
const [, privateKey] = out.match(/^MENTARA_PUSH_PRIVATE_KEY=([\w-]{43})$/m);
const [, publicKey] = out.match(/([\w-]{87})$/m);

const env = {
  MENTARA_PUSH_PRIVATE_KEY: privateKey,
  MENTARA_PUSH_SUBJECT: 'mailto:operations@example.com',
  MENTARA_PUSH_DELAY: '10ms',
  MENTARA_PUSH_RETRY_DELAY: '20ms',
};
const insecure = { ...env, MENTARA_PUSH_ALLOW_INSECURE_ENDPOINTS: 'true' };

const service = await PushService.start();
const server = await Mentara.start({ env: insecure });
after(() => server.end());

async function notify(on, userId, more = {}) {
  const answer = await rest(on, 'backend', 'POST', '/notifications', { ...backend, body: { userIds: [userId], type: 'REMINDER', title: 'Tomorrow', ...more } });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.data.notifications[0].id;
}

const goneFrom = (on, userId) => eventually(`${userId} is gone`, async () => {
  const { body } = await rest(on, 'backend', 'POST', `/users/${userId}/disconnect`, { ...backend, body: {} });
  return body.data.sockets === 0;
});

// Subscribes this browser as a page would, and leaves.
async function subscribed(on, userId, browser) {
  const socket = await on.connect(userId, { nsp });
  assert.equal((await succeed(socket, 'push:key', {})).publicKey, publicKey);
  await succeed(socket, 'push:subscribe', browser.subscription);
  socket.disconnect();
  await goneFrom(on, userId);
}

const counters = async (on) => {
  const text = await (await fetch(`http://127.0.0.1:${on.env.MENTARA_OPERATIONS_PORT}/metrics`)).text();
  return Object.fromEntries([...text.matchAll(/mentara_pushes_total\{result="(\w+)"\} (\d+)/g)].map(([, result, count]) => [result, Number(count)]));
};

test('who is away is pushed his notification, encrypted for his browser alone and signed by this server', async () => {
  const ada = someone('ada');
  const browser = service.browser('ada');
  await subscribed(server, ada, browser);
  const id = await notify(server, ada, { message: 'at ten ☕', priority: 'HIGH', data: { visit: 7 }, actionUrl: '/visits/7' });
  const { headers, text, problem } = await browser.pushes.take();
  assert.equal(problem, undefined);
  const { tag, createdAt, ...rest } = text;
  assert.deepEqual(rest, { id, type: 'REMINDER', title: 'Tomorrow', message: 'at ten ☕', priority: 'HIGH', data: { visit: 7 }, actionUrl: '/visits/7' });
  assert.ok(createdAt);
  assert.equal(headers.topic, tag);
  assert.match(tag, /^[\w-]{1,32}$/);
  assert.ok(headers.ttl > 24 * 3600 - 60 && headers.ttl <= 24 * 3600, headers.ttl);
  assert.equal(headers.urgency, 'high');
  assert.equal(headers['content-encoding'], 'aes128gcm');
  assert.equal(service.sender(headers), publicKey);
});

test('a message to somebody who is away is pushed', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const browser = service.browser('bob');
  await subscribed(server, bob, browser);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  await succeed(a, 'message:send', { conversationId, content: 'planted-secret' });
  const { text } = await browser.pushes.take();
  assert.equal(text.type, 'MESSAGE_RECEIVED');
  assert.doesNotMatch(JSON.stringify(text), /planted-secret/);
});

test('while any device of his is here nothing is pushed; what he reads is taken back from the others', async () => {
  const ada = someone('ada');
  const browser = service.browser('ada');
  await subscribed(server, ada, browser);
  const away = await notify(server, ada, { title: 'while away' });
  const { text, headers } = await browser.pushes.take();
  const phone = await server.connect(ada, { nsp });
  await notify(server, ada, { title: 'while here' });
  await succeed(phone, 'notification:read', { id: away });
  const cancelled = await browser.pushes.take();
  assert.deepEqual(cancelled.text, { cancelled: true, id: away, tag: text.tag });
  assert.equal(cancelled.headers.topic, headers.topic);
  assert.equal(cancelled.headers.ttl, '0', 'for a browser that is there, or nobody');
  phone.disconnect();
  await goneFrom(server, ada);
  await notify(server, ada, { title: 'away again' });
  assert.equal((await browser.pushes.take()).text.title, 'away again');
});

test('preferences and mutes hold for pushes too; a push alone is possible', async () => {
  const ada = someone('ada');
  const browser = service.browser('ada');
  await subscribed(server, ada, browser);
  const preferences = (body) => rest(server, ada, 'PUT', '/notifications/preferences', { body });
  await preferences({ types: { QUIET: { push: false }, ONLY_PUSHED: { inApp: false } }, mutedUntil: null });
  await notify(server, ada, { type: 'QUIET' });
  await notify(server, ada, { type: 'ONLY_PUSHED' });
  assert.equal((await browser.pushes.take()).text.type, 'ONLY_PUSHED');
  await preferences({ mutedUntil: '2100-01-01T00:00:00Z' });
  await notify(server, ada, { title: 'muted' });
  await notify(server, ada, { title: 'urgent', priority: 'URGENT' });
  assert.equal((await browser.pushes.take()).text.title, 'urgent');
  await preferences({ mutedUntil: null });
  assert.equal((await browser.pushes.take()).text.title, 'muted', 'told when the mute ends');
});

test('a push that a service could not take is tried again, and a browser that is gone is forgotten', async () => {
  const ada = someone('ada');
  const [busy, gone] = [service.browser('busy'), service.browser('gone')];
  await subscribed(server, ada, busy);
  await subscribed(server, ada, gone);
  busy.answers = [503, { status: 429, headers: { 'retry-after': '1' } }];
  gone.answers = [410];
  const before = await counters(server);
  await notify(server, ada);
  const [first, second, third] = await busy.pushes.first(3);
  assert.deepEqual([first.status, second.status, third.status], [503, 429, 201]);
  assert.deepEqual(first.text, third.text);
  assert.equal((await gone.pushes.take()).status, 410);
  const after = await eventually('all has come to an end', async () => {
    const now = await counters(server);
    return now.sent > before.sent && now.gone > before.gone && now;
  });
  assert.ok(after.retried >= before.retried + 2);
  await notify(server, ada, { title: 'another' });
  await busy.pushes.first(4);
  const { body } = await rest(server, 'backend', 'GET', `/users/${ada}/export?cursor=`, backend);
  assert.ok(body.success);
  assert.equal(gone.pushes.all.length, 1);
});

test('a subscription survives a kill of the server, and ends when the browser ends it', async () => {
  const ada = someone('ada');
  const [kept, ended] = [service.browser('kept'), service.browser('ended')];
  await subscribed(server, ada, kept);
  await subscribed(server, ada, ended);
  await server.kill();
  await server.run();
  assert.equal((await rest(server, someone('eve'), 'DELETE', `/push/subscriptions?endpoint=${encodeURIComponent(kept.subscription.endpoint)}`)).status, 200);
  assert.equal((await rest(server, ada, 'DELETE', `/push/subscriptions?endpoint=${encodeURIComponent(ended.subscription.endpoint)}`)).status, 200);
  await notify(server, ada);
  await kept.pushes.take();
  assert.equal(ended.pushes.all.length, 0);
});

test('over REST, and for another user of the same browser from then on', async () => {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const browser = service.browser('shared');
  assert.equal((await rest(server, ada, 'GET', '/push/key')).body.data.publicKey, publicKey);
  for (const user of [ada, bob]) assert.equal((await rest(server, user, 'POST', '/push/subscriptions', { body: browser.subscription })).status, 200);
  await notify(server, ada, { title: 'of the one who has left it' });
  await notify(server, bob, { title: 'of the one who is there' });
  assert.equal((await browser.pushes.take()).text.title, 'of the one who is there');
});

test('hostile subscriptions are refused with the field, and the log keeps no endpoint', async (t) => {
  const strict = await Mentara.start({ env });
  t.after(() => strict.end());
  const eve = someone('eve');
  const socket = await strict.connect(eve, { nsp });
  const good = { endpoint: `https://${hostname().toLowerCase()}:9/planted-endpoint`, keys: service.browser('x').subscription.keys };
  for (const endpoint of ['http://push.example.com/a', 'https://127.0.0.1:1/a', 'https://localhost/a', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/a',
    'https://[::ffff:10.0.0.1]/a', 'https://2130706433/', 'https://user@push.example.com/', 'file:///etc/passwd', 'https://a\r\nX: y/', 'x']) {
    assert.equal((await fail('invalid_payload', socket, 'push:subscribe', { ...good, endpoint })).field, 'endpoint', endpoint);
  }
  assert.equal((await fail('invalid_payload', socket, 'push:subscribe', { ...good, endpoint: `https://push.example.com/${'x'.repeat(2048)}` })).field, 'endpoint');
  for (const p256dh of ['', 'A', Buffer.alloc(65, 4).toString('base64url'), crypto.randomBytes(33).toString('base64url'), `${good.keys.p256dh}=`]) {
    assert.equal((await fail('invalid_payload', socket, 'push:subscribe', { ...good, keys: { ...good.keys, p256dh } })).field, 'keys.p256dh', p256dh);
  }
  for (const auth of ['', crypto.randomBytes(15).toString('base64url'), crypto.randomBytes(17).toString('base64url'), 7]) {
    assert.equal((await fail('invalid_payload', socket, 'push:subscribe', { ...good, keys: { ...good.keys, auth } })).field, 'keys.auth');
  }
  assert.equal((await ask(socket, 'push:subscribe', good)).success, true);
  socket.disconnect();
  await goneFrom(strict, eve);
  await notify(strict, eve);
  await eventually('it was tried', async () => (await counters(strict)).retried > 0);
  await eventually('it was given up', async () => (await counters(strict)).failed > 0);
  assert.match(strict.program.err.join('\n'), /a push could not be sent.*service=https:\/\//);
  assert.doesNotMatch(strict.program.err.join('\n'), /planted-endpoint/);
});

test('a name that leads into a private network is not followed there', async (t) => {
  const strict = await Mentara.start({ env });
  t.after(() => strict.end());
  const eve = someone('eve');
  const trap = await PushService.start({ host: '::' });
  let connections = 0;
  trap.server.on('connection', () => ++connections);
  // This machine's own name leads to one of its own addresses; so does any name of somebody who wants it to.
  const endpoint = `https://${hostname().toLowerCase()}:${new URL(trap.url).port}/x`;
  for (const on of [strict, server]) {
    assert.equal((await rest(on, eve, 'POST', '/push/subscriptions', { body: { ...trap.browser('x').subscription, endpoint } })).status, 200);
  }
  const before = await counters(server);
  await notify(strict, eve);
  await eventually('it was tried', async () => (await counters(strict)).retried > 0);
  assert.equal(connections, 0);
  await notify(server, eve);
  await eventually('it was tried where that is allowed', async () => (await counters(server)).retried > before.retried);
  assert.notEqual(connections, 0);
});

test('a service is reached over https only with a certificate that is trusted', async (t) => {
  const { cert, options } = selfSigned();
  const secure = await PushService.start({ tls: options });
  const [trusting, doubting] = await Promise.all([
    Mentara.start({ env: { ...insecure, MENTARA_PUSH_CA_FILE: cert } }),
    Mentara.start({ env: insecure }),
  ]);
  t.after(() => Promise.all([trusting.end(), doubting.end()]));
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [hers, his] = [secure.browser('hers'), secure.browser('his')];
  await subscribed(trusting, ada, hers);
  await subscribed(doubting, bob, his);
  await notify(trusting, ada);
  await notify(doubting, bob);
  const { headers } = await hers.pushes.take();
  assert.equal(secure.sender(headers), publicKey);
  await eventually('it was tried', async () => (await counters(doubting)).retried > 0);
  assert.equal(his.pushes.all.length, 0);
});

test('without a key there is no Web Push, and with a wrong one no server', async (t) => {
  const plain = await Mentara.start();
  t.after(() => plain.end());
  const socket = await plain.connect(someone('ada'), { nsp });
  for (const [event, payload] of [['push:key', {}], ['push:subscribe', service.browser('x').subscription], ['push:unsubscribe', { endpoint: 'https://a/' }]]) {
    await fail('not_found', socket, event, payload);
  }
  socket.disconnect();
  const serve = (more) => Program.run(mentaraBinary, ['serve', '--data', temporaryDirectory()], { env: { MENTARA_JWT_SECRET: 'x'.repeat(32), ...more } });
  assert.match((await serve({ ...env, MENTARA_PUSH_PRIVATE_KEY: 'short' })).err, /mentara push-key/);
  assert.match((await serve({ MENTARA_PUSH_PRIVATE_KEY: privateKey })).err, /push\.subject/);
  const zero = await serve({ ...env, MENTARA_PUSH_PRIVATE_KEY: Buffer.alloc(32).toString('base64url') });
  assert.equal(zero.code, 1);
  assert.match(zero.err, /mentara push-key/);
});
