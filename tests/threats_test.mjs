// docs/threats.md says where each attack is tested: the ids must stand in the names of tests there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');

function fileOf(name) {
  const [folder, file] = name.split('/');
  const candidates = folder === 'hostile' ? [`tests/journeys/hostile/${file}.test.mjs`, `tests/journeys/hostile/${file}.mjs`] : [`wire/${folder}/${file}.cpp`];
  return candidates.find((path) => existsSync(join(repository, path)));
}

// The names of a file's tests, and of the cases of its table.
function namesIn(path) {
  const text = readFileSync(join(repository, path), 'utf8');
  const pattern = path.endsWith('.cpp') ? /\bTEST(?:_F|_P)?\(\w+,\s*(\w+)\)(.*)/g : /['`]([^'`\n]*\b[HE]\d+ [^'`\n]*)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] + (match[2] ?? ''));
}

const rows = readFileSync(join(repository, 'docs/threats.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && /^[HE]\d+/.test(cells[1]));

test('the page has rows', () => assert.ok(rows.length > 30, `${rows.length} rows`));

for (const [, ids, , , files] of rows)
  for (const id of ids.split(/, */))
    test(`${id} is tested where the page says`, () => {
      const named = new RegExp(`(?:^|[^A-Za-z0-9])${id}(?![0-9])|_${id}(?![0-9])`);
      const paths = [...files.matchAll(/`([^`]+)`/g)].map(([, name]) => fileOf(name) ?? assert.fail(`there is no ${name}`));
      const here = paths.filter((path) => namesIn(path).some((name) => named.test(name)));
      assert.ok(here.length > 0, `no test of ${paths.join(', ')} names ${id}`);
      if (!ids.includes(',')) assert.deepEqual(here, paths, `${id} is not named in every file that is listed`);
    });
