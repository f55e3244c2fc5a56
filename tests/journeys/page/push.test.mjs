// The page's service worker in Chromium. A push service of the browser's maker is out of reach here, so what our server sends is
// read by a browser of the tests' own and handed to the worker as the browser would.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mentaraBinary } from '../support/binaries.mjs';
import { assertAccessible, browserForThisFile, person, picture } from '../support/browser.mjs';
import { mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { Program } from '../support/program.mjs';
import { PushService } from '../support/push_service.mjs';
import { rest } from '../support/rest.mjs';
import { eventually } from '../support/wait.mjs';

const [, key] = (await Program.run(mentaraBinary, ['push-key'])).out.match(/PRIVATE_KEY=([\w-]+)/);
const server = await mentaraForThisFile({
  args: ['--dev'],
  env: { MENTARA_PUSH_PRIVATE_KEY: key, MENTARA_PUSH_SUBJECT: 'mailto:operations@example.com', MENTARA_PUSH_DELAY: '10ms', MENTARA_PUSH_ALLOW_INSECURE_ENDPOINTS: 'true' },
});
const browser = await browserForThisFile();
const nsp = '/notifications';
const backend = { claims: { role: 'service' } };

test('what is pushed is shown while nobody is here, and taken back when it was read elsewhere', async () => {
  const ada = someone('ada');
  const device = (await PushService.start()).browser('device');
  const socket = await server.connect(ada, { nsp });
  await succeed(socket, 'push:subscribe', device.subscription);
  socket.disconnect();
  await eventually('she is gone', async () =>
    (await rest(server, 'backend', 'POST', `/users/${ada}/disconnect`, { ...backend, body: {} })).body.data.sockets === 0);
  const body = { userIds: [ada], type: 'REMINDER', title: 'Your visit', message: 'Tomorrow at ten' };
  const { notifications } = (await rest(server, 'backend', 'POST', '/notifications', { ...backend, body })).body.data;
  const pushed = await device.pushes.take();

  const context = await browser.newContext({ permissions: ['notifications'] });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/push.js');
    await navigator.serviceWorker.ready;
  });
  const inspector = await context.newCDPSession(page);
  const registered = new Promise((resolve) => inspector.on('ServiceWorker.workerRegistrationUpdated',
    ({ registrations: [one] }) => one && resolve(one.registrationId)));
  await inspector.send('ServiceWorker.enable');
  const registrationId = await registered;
  const deliver = (push) => inspector.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId, data: JSON.stringify(push) });
  const shown = () => page.evaluate(async () =>
    (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body: text, tag }) => [title, text, tag]));

  await deliver(pushed.text);
  await eventually('it is shown', async () => (await shown()).length > 0);
  assert.deepEqual(await shown(), [['Your visit', 'Tomorrow at ten', pushed.text.tag]]);
  const elsewhere = await server.connect(ada, { nsp });
  await succeed(elsewhere, 'notification:read', { id: notifications[0].id });
  await deliver((await device.pushes.take()).text);
  await eventually('it is shown no more', async () => (await shown()).length === 0);
});

test('the page offers it where the server has a key, and says when the browser cannot', async () => {
  const alice = await person(browser, server.url, 'Alice', { permissions: ['camera', 'microphone', 'notifications'] });
  await alice.getByRole('button', { name: /Notifications/ }).click();
  await alice.getByRole('button', { name: 'Preferences' }).click();
  const offer = alice.getByLabel('Notify this browser while the page is closed');
  await offer.waitFor();
  assert.equal(await offer.isChecked(), false);
  await picture(alice, 'push');
  await assertAccessible(alice, 'the offer of pushes');
  await offer.click();
  await alice.getByRole('complementary', { name: 'Notifications' }).getByRole('alert').waitFor();
  assert.equal(await offer.isChecked(), false);
  assert.deepEqual(alice.errors, []);
});
