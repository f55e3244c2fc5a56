// Chromium with a camera and a microphone that are not there, and people who sign in on the page.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

import { mentaraBinary } from './binaries.mjs';
import { patience } from './wait.mjs';

// Beside the binaries: what the page looked like in this run.
const pictures = join(dirname(mentaraBinary), '../screenshots');

export async function browserForThisFile() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      '--auto-select-desktop-capture-source=Entire screen',
    ],
  });
  after(() => browser.close());
  return browser;
}

// A person in a browser of his own, signed in by name. `init` runs in the page before its own code. `errors` are those
// of the page's code.
export async function person(browser, url, name, { width = 1280, height = 800, init, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, permissions: ['camera', 'microphone'], ...options });
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(error.message));
  await page.goto(url);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
  await isOnline(page);
  return page;
}

export const isOnline = (page) => page.getByRole('status').getByText('Connected', { exact: true }).waitFor();

export async function begin(page, ...people) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/With whom/).fill(people.join(', '));
  if (people.length > 1) await dialog.getByLabel(/Title/).fill('Group');
  await dialog.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
}

export async function say(page, text) {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

export const bubble = (page, text) => page.locator('.bubble').filter({ hasText: text });

export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// The rules of WCAG 2 A and AA that a program can check.
export async function assertAccessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa'] }));
  assert.deepEqual(violations.map((violation) => [violation.id, violation.nodes.map((node) => node.target.join(' '))]), [], what);
}
