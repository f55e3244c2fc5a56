// The files of docs/contract are what the server would write now. MENTARA is its binary.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'docs/contract');
const files = { asyncapi: 'asyncapi.json', openapi: 'openapi.json', jsonschema: 'schema.json', typescript: 'contract.ts', markdown: 'contract.md' };

test('docs/contract holds these files and no others', () => assert.deepEqual(readdirSync(folder).sort(), Object.values(files).sort()));

for (const [format, file] of Object.entries(files))
  test(`docs/contract/${file} is up to date`, () => {
    const now = execFileSync(process.env.MENTARA, ['contract', '--format', format], { encoding: 'utf8', maxBuffer: 1 << 26 });
    assert.ok(readFileSync(join(folder, file), 'utf8') === now, `docs/contract/${file} is stale: run scripts/contract, and commit what it wrote`);
  });
