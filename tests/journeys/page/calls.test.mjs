import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible, begin, browserForThisFile, isOnline, person, picture } from '../support/browser.mjs';
import { mentaraForThisFile, succeed } from '../support/mentara.mjs';
import { eventually } from '../support/wait.mjs';

const server = await mentaraForThisFile({ args: ['--dev'] });
const browser = await browserForThisFile();

// Keeps the page's peer connections where the test can ask them what arrives.
const watch = () => {
  globalThis.peers = [];
  const Original = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      globalThis.peers.push(this);
    }
  };
};
async function come(t, name, options) {
  const page = await person(browser, server.url, name, { init: watch, ...options });
  t.after(() => page.context().close()); // cameras cost much
  return page;
}

// Frames of video that each living connection of the page has decoded.
const frames = (page) =>
  page.evaluate(async () => {
    const counts = [];
    for (const peer of globalThis.peers.filter((each) => each.connectionState === 'connected')) {
      let decoded = 0;
      (await peer.getStats()).forEach((entry) => { if (entry.type === 'inbound-rtp' && entry.kind === 'video') decoded += entry.framesDecoded ?? 0; });
      counts.push(decoded);
    }
    return counts;
  });

async function seesMoving(page, people = 1) {
  let before;
  await eventually('frames to arrive', async () => {
    const now = await frames(page);
    const moves = now.length === people && before?.length === people && now.every((count, i) => count > before[i] && before[i] > 0);
    before = now;
    return moves;
  });
}

test('two people see each other; one reloads and it goes on; hanging up reaches both', async (t) => {
  const alice = await come(t, 'Alice Moreau');
  const bob = await come(t, 'Bob', { colorScheme: 'dark' });
  await begin(alice, 'bob');
  await bob.getByRole('button', { name: /Alice Moreau/ }).click();
  await alice.getByRole('button', { name: /Video call with/ }).click();
  const dialog = bob.getByRole('dialog');
  await dialog.getByText('is calling').waitFor();
  await picture(bob, 'call-incoming');
  await dialog.getByRole('button', { name: 'Answer', exact: true }).click();
  await Promise.all([seesMoving(alice), seesMoving(bob)]);
  await picture(alice, 'call');

  await bob.reload();
  await isOnline(bob);
  await Promise.all([seesMoving(bob), seesMoving(alice)]);
  await bob.getByRole('button', { name: 'Mute' }).click();
  await alice.getByText('muted').waitFor();
  await bob.getByRole('button', { name: 'Hang up' }).click();
  await alice.getByText('The call has ended.').waitFor();
  assert.deepEqual([...alice.errors, ...bob.errors], []);
});

test('three meet in a conference and each sees both others', async (t) => {
  const [carol, dan, eve] = [await come(t, 'Carol'), await come(t, 'Dan'), await come(t, 'Eve')];
  await begin(carol, 'dan', 'eve');
  for (const page of [dan, eve]) await page.getByRole('button', { name: /Group/ }).click();
  for (const page of [carol, dan, eve]) {
    await page.getByRole('button', { name: /onference/ }).first().click();
    await page.locator('.conference').waitFor();
  }
  await Promise.all([carol, dan, eve].map((page) => seesMoving(page, 2)));
  await picture(carol, 'conference');
  await eve.getByRole('button', { name: 'Leave the conference' }).click();
  await eventually('Eve to be gone', async () => (await carol.locator('.conference figure').count()) === 2);
});

test('who shares his screen is seen so, and who switches the camera off is not seen', async (t) => {
  const [hal, ida] = [await come(t, 'Hal'), await come(t, 'Ida')];
  await begin(hal, 'ida');
  await hal.getByRole('button', { name: /Video call with/ }).click();
  await ida.getByRole('dialog').getByRole('button', { name: 'Answer', exact: true }).click();
  await Promise.all([seesMoving(hal), seesMoving(ida)]);
  const sendsScreen = () => hal.evaluate(() => globalThis.peers.at(-1).getSenders()
    .some(({ track }) => track?.kind === 'video' && track.getSettings().displaySurface !== undefined));
  await hal.getByRole('button', { name: 'Share the screen' }).click();
  await ida.getByText('shares the screen').waitFor();
  assert.equal(await sendsScreen(), true);
  await seesMoving(ida);
  await picture(ida, 'call-screen');
  await hal.getByRole('button', { name: 'Stop sharing the screen' }).click();
  await ida.getByText('shares the screen').waitFor({ state: 'detached' });
  assert.equal(await sendsScreen(), false);
  await seesMoving(ida);
  await hal.getByRole('button', { name: 'Camera off' }).click();
  await ida.locator('.call .no-picture').waitFor();
  await hal.getByRole('button', { name: 'Camera on' }).click();
  await ida.locator('.call .no-picture').waitFor({ state: 'detached' });
  await hal.getByRole('button', { name: 'Hang up' }).click();
  assert.deepEqual([...hal.errors, ...ida.errors], []);
});

test('Z5: who is removed from the conversation is out of its conference, and is told so', async (t) => {
  const [joe, kim, liv] = [await come(t, 'Joe'), await come(t, 'Kim'), await come(t, 'Liv')];
  await begin(joe, 'kim', 'liv');
  for (const page of [kim, liv]) await page.getByRole('button', { name: /Group/ }).click();
  for (const page of [joe, kim, liv]) {
    await page.getByRole('button', { name: /onference/ }).first().click();
    await page.locator('.conference').waitFor();
  }
  await Promise.all([joe, kim, liv].map((page) => seesMoving(page, 2)));
  const owner = await server.connect('joe');
  const { conversations: [{ id: conversationId }] } = await succeed(owner, 'conversation:list', {});
  await succeed(owner, 'participant:remove', { conversationId, userId: 'liv' });
  await liv.getByText('You are no longer part of this conference.').waitFor();
  assert.equal(await liv.locator('.conference').count(), 0);
  for (const page of [joe, kim]) {
    await eventually('Liv to be gone', async () => (await page.locator('.conference figure').count()) === 2);
    await seesMoving(page);
  }
  assert.deepEqual([...joe.errors, ...kim.errors, ...liv.errors], []);
});

test('a call that is missed shows as a notification, until it is read', async (t) => {
  const fred = await come(t, 'Fred Ono');
  const gina = await come(t, 'Gina', { colorScheme: 'dark' });
  await begin(fred, 'gina');
  await fred.getByRole('button', { name: /Video call with/ }).click();
  const dialog = gina.getByRole('dialog');
  await dialog.getByText('is calling').waitFor();
  await assertAccessible(gina, 'somebody is calling');
  await fred.getByRole('button', { name: 'Hang up' }).click();
  await dialog.waitFor({ state: 'detached' });
  await gina.getByRole('button', { name: 'Notifications, 1 unread' }).click();
  const notifications = gina.getByRole('complementary', { name: 'Notifications' });
  await notifications.getByText('Missed video call').waitFor();
  await notifications.getByText('Fred Ono').waitFor();
  await notifications.getByRole('button', { name: 'Preferences' }).click();
  await assertAccessible(gina, 'notifications');
  await picture(gina, 'notifications');
  await notifications.getByRole('button', { name: 'Read all' }).click();
  await gina.getByRole('button', { name: 'Notifications, 0 unread' }).waitFor();
  assert.deepEqual([...fred.errors, ...gina.errors], []);
});
