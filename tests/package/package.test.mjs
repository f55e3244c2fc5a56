// Another project uses the library as docs/library.md says: what the page shows is built outside of this tree, against
// an installation of its own, and people chat with it. Talks by hand, over polling, so that it needs no npm package.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const { WIRE_BUILD: build, WIRE_CXX: compiler, WIRE_CXX_FLAGS: flags = '' } = process.env;
const repository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(repository('docs/library.md'), 'utf8');
const block = (language, about) => {
  const found = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].find(([, of, text]) => of === language && text.includes(about));
  assert.ok(found, `docs/library.md shows no ${language} with ${about}`);
  return found[2];
};
const run = (...command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

// One client of the main namespace. Packets are spelt as they travel.
async function connect(url, auth) {
  const ask = async (query, options) => (await fetch(`${url}/socket.io/?EIO=4&transport=polling${query}`, options)).text();
  const { sid } = JSON.parse((await ask('')).slice(1));
  const post = (packet) => ask(`&sid=${sid}`, { method: 'POST', body: packet });
  const poll = async () => (await ask(`&sid=${sid}`)).split('\x1e');
  await post(`40${JSON.stringify(auth)}`);
  return { post, poll };
}

test('a project with find_package(wire) builds the chat of docs/library.md, and it serves', { timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wire-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [prefix, project] = [join(folder, 'prefix'), join(folder, 'project')];
  run('cmake', '--install', build, '--component', 'wire', '--prefix', prefix);

  const server = block('cpp', 'int main');
  assert.ok(server.split('\n').length - 1 <= 30, 'the chat server has at most 30 lines');
  assert.equal(server, readFileSync(repository('examples/chat.cpp'), 'utf8'), 'the page shows examples/chat.cpp');
  mkdirSync(project);
  writeFileSync(join(project, 'chat.cpp'), server);
  writeFileSync(join(project, 'CMakeLists.txt'), block('cmake', 'find_package(wire'));
  run('cmake', '-G', 'Ninja', '-S', project, '-B', join(project, 'build'), `-DCMAKE_PREFIX_PATH=${prefix}`,
    `-DCMAKE_CXX_COMPILER=${compiler}`, `-DCMAKE_CXX_FLAGS=-Wall -Wextra ${flags}`);
  run('cmake', '--build', join(project, 'build'));

  const included = run('ninja', '-C', join(project, 'build'), '-t', 'deps').split('\n').map((line) => resolve(project, 'build', line.trim()));
  assert.ok(included.includes(join(prefix, 'include/wire/wire.h')));
  const refused = /\/(boost\/(asio|beast)|simdjson|openssl)/;
  assert.deepEqual(included.filter((path) => refused.test(path)), [], 'the public header brings no library');
  assert.deepEqual(included.filter((path) => path.startsWith(repository(''))), [], 'nothing of this tree is used');

  const child = spawn(join(project, 'build', 'chat'), ['0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const [, port] = await new Promise((resolve, reject) => {
    ended.then((how) => reject(new Error(`it ended with ${how}`)));
    createInterface({ input: child.stdout }).once('line', (line) => resolve(/port (\d+)/.exec(line)));
  });
  const url = `http://127.0.0.1:${port}`;

  const [ada, bob, nobody] = await Promise.all([{ name: 'Ada' }, { name: 'Bob' }, {}].map((auth) => connect(url, auth)));
  assert.deepEqual(await nobody.poll(), ['44{"message":"a name is needed"}']);
  for (const person of [ada, bob]) {
    assert.match((await person.poll())[0], /^40\{"sid"/);
    await person.post('421["join","hall"]');
    assert.deepEqual(await person.poll(), ['431[true]']);
  }
  await ada.post('422["say","hall","Hello!"]');
  assert.deepEqual(await ada.poll(), ['432[true]']);
  assert.deepEqual(await bob.poll(), ['42["said",{"room":"hall","by":"Ada","text":"Hello!"}]']);
  await ada.post('423["say","elsewhere","Hello?"]');
  assert.deepEqual(await ada.poll(), ['433[false]']);

  child.kill('SIGTERM');
  assert.equal(await ended, 0, 'it ends cleanly');
});
