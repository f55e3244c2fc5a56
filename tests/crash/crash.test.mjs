// The short form of the crash test; the long one is `node tests/crash --kills 100 --messages 100000`.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crash } from './crash.mjs';

const kills = 5;
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

test(`${kills} kills in the middle of 50 clients' talk: all invariants hold (seed ${seed})`, async (t) => {
  const { found, report } = await crash({ kills, messages: 3000, clients: 50, seed });
  t.diagnostic(report);
  assert.deepEqual(found, [], report);
});
