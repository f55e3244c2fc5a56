// The checker accepts what a perfect server does, and rejects it with any one promise broken.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { brokenPromises } from './broken_promises.mjs';
import { check } from './checker.mjs';
import { HistoryWriter, readHistory } from './history.mjs';
import { invariants } from './invariants.mjs';
import { PerfectServer, seededRandom } from './perfect_server.mjs';

const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
const histories = new Map(seeds.map((seed) => [seed, new PerfectServer(seed).history(200)]));

test('histories of a perfect server are true', () => {
  for (const [seed, entries] of histories) assert.deepEqual(check(entries), [], `seed ${seed}`);
});

for (const [invariant, what, change] of brokenPromises)
  test(`${invariant}: ${what}`, () => {
    let broken = 0;
    for (const [seed, entries] of histories) {
      const changed = change(entries, seededRandom(seed));
      if (!changed) continue;
      broken++;
      const found = check(changed);
      assert.ok(found.some((one) => one.invariant === invariant), `not found with seed ${seed}; but ${JSON.stringify(found)}`);
    }
    assert.ok(broken >= 2, `only ${broken} histories could be broken like this`);
  });

test('every invariant has histories that it must reject', () => {
  const covered = new Set(brokenPromises.map(([invariant]) => invariant));
  assert.deepEqual(invariants.map(([name]) => name).filter((name) => !covered.has(name)), []);
});

test('a history that contradicts itself is malformed', () => {
  const [connect] = histories.get(1).filter(({ op }) => op === 'connect');
  for (const wrong of [{ op: 'ok', call: 1 }, { op: 'nonsense' }, { op: 'drop', connection: 99_999 }, { ...connect, cursor: 'none' }])
    assert.deepEqual(check([wrong]).map(({ invariant }) => invariant), ['form'], JSON.stringify(wrong));
});

test('an unavailable answer leaves it open whether the message is there', () => {
  const entries = histories.get(1);
  const ok = entries.find(({ op, messageId }) => op === 'ok' && messageId);
  const changed = entries.map((entry) => (entry === ok ? { op: 'fail', call: ok.call, code: 'unavailable' } : entry));
  assert.deepEqual(check(changed).filter(({ invariant }) => invariant === 'I6'), []);
});

test('files are written, read back and checked from the command line', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'mentara-history-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const store = (name, entries) => {
    const writer = new HistoryWriter(join(directory, name));
    entries.forEach((entry) => writer.write(entry));
    writer.close();
    return join(directory, name);
  };
  const entries = histories.get(1);
  const good = store('good.jsonl', entries);
  assert.deepEqual(readHistory(good), entries);
  const bad = store('bad.jsonl', [...entries, { op: 'log', first: 1, last: 10, count: 9 }]);
  const run = (...paths) => spawnSync(process.execPath, [join(dirname(fileURLToPath(import.meta.url)), 'check.mjs'), ...paths], { encoding: 'utf8' });
  assert.equal(run(good).status, 0);
  const { status, stderr } = run(good, bad);
  assert.equal(status, 1);
  assert.match(stderr, /bad\.jsonl: I2: the log has 9 rows/);
  assert.equal(run().status, 2);
});
