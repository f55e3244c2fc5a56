import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible, begin, browserForThisFile, bubble, isOnline, person, picture, say } from '../support/browser.mjs';
import { mentaraForThisFile } from '../support/mentara.mjs';
import { eventually, patience } from '../support/wait.mjs';

const server = await mentaraForThisFile({ args: ['--dev'] });
const browser = await browserForThisFile();

test('two people chat: receipts rise from sent to read, typing shows, an edit and a reaction arrive', async () => {
  const alice = await person(browser, server.url, 'Alice Moreau');
  const bob = await person(browser, server.url, 'Bob', { colorScheme: 'dark' });
  await begin(alice, 'bob');
  await say(alice, 'Good morning, Bob.');
  await bubble(alice, 'Good morning').getByLabel('Delivered').waitFor();
  await bob.getByRole('button', { name: /Alice Moreau/ }).click();
  await bubble(alice, 'Good morning').getByLabel('Read').waitFor();
  await say(bob, 'Good morning! I slept well on most days.');
  await bubble(alice, 'I slept well').waitFor();

  const note = alice.locator('.typing-note').getByText('Bob is typing…');
  await eventually('the note that Bob is typing', async () => {
    await bob.getByRole('textbox', { name: 'Message', exact: true }).pressSequentially('la ');
    return note.isVisible();
  });
  await picture(alice, 'chat');
  await say(bob, 'And the walks help.');

  await bubble(bob, 'And the walks help').hover();
  await bubble(bob, 'And the walks help').getByRole('button', { name: 'Edit' }).click();
  await say(bob, 'And the long walks help.');
  await bubble(alice, 'And the long walks help.').getByText('edited').waitFor();
  await bubble(alice, 'I slept well').hover();
  await bubble(alice, 'I slept well').getByRole('button', { name: 'React' }).click();
  await alice.getByRole('button', { name: 'React with 🎉' }).click();
  await bubble(bob, 'I slept well').getByRole('button', { name: '🎉 1' }).waitFor();
  await picture(bob, 'chat-dark');
  await assertAccessible(alice, 'the chat');
  await assertAccessible(bob, 'the chat in the dark');
  assert.deepEqual([...alice.errors, ...bob.errors], []);
});

test('who was offline gets what he missed, and what he wrote meanwhile', async () => {
  const carol = await person(browser, server.url, 'Carol');
  const dan = await person(browser, server.url, 'Dan');
  await begin(carol, 'dan');
  await say(carol, 'one');
  await dan.getByRole('button', { name: /Carol/ }).click();
  await bubble(dan, 'one').waitFor();

  await server.kill(); // neither has a connection now
  await carol.getByRole('status').getByText(/No connection/).waitFor();
  await say(carol, 'written while offline');
  await bubble(carol, 'written while offline').getByText('Sending…').waitFor();
  await picture(carol, 'offline');
  await server.run();
  await isOnline(carol);
  await bubble(dan, 'written while offline').waitFor();
  await bubble(carol, 'written while offline').getByLabel(/Delivered|Read/).waitFor();
  assert.equal(await bubble(dan, 'written while offline').count(), 1);
  assert.deepEqual([...carol.errors, ...dan.errors], []);
});

test('the search finds a message, and opens its conversation', async () => {
  const erin = await person(browser, server.url, 'Erin');
  await begin(erin, 'frank');
  await say(erin, 'The appointment is on Thursday.');
  await bubble(erin, 'Thursday').getByLabel(/Sent|Delivered/).waitFor();
  await erin.getByRole('searchbox', { name: 'Search messages' }).fill('appointment');
  await erin.getByRole('list', { name: 'Search results' }).getByRole('button', { name: /Thursday/ }).click();
  await bubble(erin, 'Thursday').waitFor();
});

test('the inspector shows every packet, and sends any event of the contract from a form', async () => {
  const grace = await person(browser, server.url, 'Grace');
  await grace.getByRole('button', { name: 'Event inspector' }).click();
  await grace.getByText('connected', { exact: true }).first().waitFor();
  await grace.getByRole('tab', { name: 'Send an event' }).click();
  await grace.getByLabel('Event', { exact: true }).selectOption('/messaging conversation:create');
  await grace.getByLabel(/^type/).selectOption('GROUP');
  await grace.getByLabel(/^participantIds/).fill('["heidi"]');
  await grace.getByLabel(/^title/).fill('Made by a form');
  await grace.locator('.send-form').getByRole('button', { name: 'Send', exact: true }).click();
  await grace.getByText(/"success": true/).waitFor();
  await grace.getByRole('button', { name: /Made by a form/ }).waitFor();
  await picture(grace, 'inspector');
  await assertAccessible(grace, 'the inspector');
  await grace.getByRole('tab', { name: 'Packets' }).click();
  await grace.getByRole('searchbox', { name: 'Filter the packets' }).fill('conversation:create');
  assert.equal(await grace.locator('.packet').count() >= 2, true, 'the event and its ack');
});

test('on a phone the page shows one thing at a time', async () => {
  const ivan = await person(browser, server.url, 'Ivan', { width: 390, height: 800 });
  await begin(ivan, 'judy');
  await say(ivan, 'From the phone.');
  await bubble(ivan, 'From the phone').getByLabel(/Sent|Delivered/).waitFor();
  await picture(ivan, 'phone');
  await ivan.getByRole('button', { name: 'Back to the conversations' }).click();
  await ivan.getByRole('button', { name: /judy/ }).waitFor();
  assert.equal(await ivan.getByRole('textbox', { name: 'Message', exact: true }).isVisible(), false);
});

test('whoever is not signed in is told how to come in, and a bad token is explained', async () => {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(patience);
  await page.goto(server.url);
  await page.getByText('Sign in with a token').click();
  await assertAccessible(page, 'the sign-in page');
  await page.getByLabel('Token (JWT)').fill('not.a.token');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').waitFor();
});

test('the contract can be read at /docs', async () => {
  const page = await (await browser.newContext({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' })).newPage();
  await page.goto(server.url);
  await page.getByRole('link', { name: /event and request/ }).click();
  for (const name of ['/messaging', 'REST', 'SendMessage']) await page.getByRole('heading', { name, exact: true }).waitFor();
  await picture(page, 'contract-phone');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'the page is as wide as the phone');
  await assertAccessible(page, 'the contract in the dark');
  await page.setViewportSize({ width: 1280, height: 850 });
  await page.emulateMedia({ colorScheme: 'light' });
  await assertAccessible(page, 'the contract');
  await picture(page, 'contract');
  for (const file of ['asyncapi.json', 'openapi.json', 'schema.json', 'contract.ts', 'contract.md']) {
    assert.equal((await page.request.get(`${server.url}/docs/${file}`)).status(), 200, file);
  }
});
