// The short form of the crash test; the long one is `node tests/crash --kills 100 --messages 100000`.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crash } from './crash.mjs';

const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

async function run(t, options) {
  const { found, counts, report } = await crash({ clients: 50, seed, ...options });
  t.diagnostic(report);
  assert.deepEqual(found, [], report);
  return counts;
}

test(`F1 5 kills in the middle of 50 clients' talk: all invariants hold (seed ${seed})`, async (t) => {
  await run(t, { kills: 5, messages: 3000, replay: 100_000 });
});

test(`F1 likewise when most miss more than is replayed, and are cut while they load it (seed ${seed})`, async (t) => {
  const { resets } = await run(t, { kills: 4, messages: 2000, replay: 50 });
  assert.ok(resets > 0, 'nobody was told to load anything');
});
