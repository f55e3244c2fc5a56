// The sample in README.md does what the page says: two people chat.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Mentara, temporaryDirectory } from './support/mentara.mjs';
import { token } from './support/tokens.mjs';
import { Inbox } from './support/wait.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test('two people chat with the sample', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const [, sample] = /```js\n(\/\/ chat\.mjs[\s\S]*?)```/.exec(readFileSync(here('../../README.md'), 'utf8'));
  const folder = temporaryDirectory();
  symlinkSync(here('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'chat.mjs'), sample.replace('http://localhost:3001', server.url));

  const person = (name, other) => {
    const child = spawn(process.execPath, ['chat.mjs', token(name), other], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => child.kill());
    const lines = new Inbox(`line from the chat of ${name}`);
    createInterface({ input: child.stdout }).on('line', (line) => lines.put(line));
    return { say: (text) => child.stdin.write(`${text}\n`), heard: () => lines.take() };
  };
  const alice = person('alice', 'bob');
  assert.equal(await alice.heard(), 'alice, say something to bob:');
  alice.say('Hello!');
  assert.equal(await alice.heard(), '(stored as number 1)');
  const bob = person('bob', 'alice');
  assert.equal(await bob.heard(), 'alice: Hello!');
  assert.equal(await bob.heard(), 'bob, say something to alice:');
  bob.say('Hello yourself');
  assert.equal(await bob.heard(), '(stored as number 2)');
  assert.equal(await alice.heard(), 'bob: Hello yourself');
});
