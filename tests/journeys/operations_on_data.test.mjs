// Backups, restoring them, and asking whether a database is sound: what an operator does with the data.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { mentaraBinary } from './support/binaries.mjs';
import { Mentara, conversationOf, someone, succeed, temporaryDirectory } from './support/mentara.mjs';
import { Program } from './support/program.mjs';
import { next } from './support/wait.mjs';

const mentara = (...args) => Program.run(mentaraBinary, args);

async function messagesOf(socket, conversationId) {
  return (await succeed(socket, 'conversation:history', { conversationId })).messages.map(({ content }) => content);
}

test('a backup of the running server, put back, has what was there when it was made', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const ada = await server.connect(someone('ada'), { reconnection: false });
  const conversationId = await conversationOf(ada, [someone('bob')]);
  const say = (content) => succeed(ada, 'message:send', { conversationId, content });
  await say('before');

  const backup = join(temporaryDirectory(), 'backup.db');
  const made = await mentara('backup', backup, '--data', server.data);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /complete and sound/);
  assert.equal(statSync(backup).mode & 0o777, 0o600);
  await say('after');
  assert.equal((await mentara('db', 'check', '--data', server.data)).code, 0);

  const underWay = await mentara('restore', backup, '--data', server.data, '--force');
  assert.equal(underWay.code, 1);
  assert.match(underWay.err, /in use/);
  const again = await mentara('backup', backup, '--data', server.data);
  assert.equal(again.code, 1);
  assert.match(again.err, /already/);

  const { userId, cursor } = ada.welcome;
  await server.stop();
  const unforced = await mentara('restore', backup, '--data', server.data);
  assert.equal(unforced.code, 1);
  assert.match(unforced.err, /--force/);
  const restored = await mentara('restore', backup, '--data', server.data, '--force');
  assert.equal(restored.code, 0, restored.err);
  assert.ok(existsSync(/kept as (.*)\./.exec(restored.out)[1]));

  await server.run();
  // F19: whoever has seen what the backup does not hold begins anew, with the place that the server keeps or one of his own.
  for (const auth of [{}, { cursor }]) {
    const device = server.socket(userId, { auth });
    const [{ reason }] = await next(device, 'sync:reset');
    assert.equal(reason, 'epoch_changed');
  }
  const back = await server.connect(userId);
  assert.deepEqual(await messagesOf(back, conversationId), ['before']);
  assert.notEqual(back.welcome.cursor.split('.')[0], cursor.split('.')[0], 'the log has another epoch');
});

test('db check finds damage, and says so with exit code 1', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const ada = await server.connect(someone('ada'), { reconnection: false });
  await conversationOf(ada, [someone('bob')]);
  const gone = next(ada, 'disconnect');
  await server.stop();
  await gone;
  const sound = await mentara('db', 'check', '--data', server.data);
  assert.equal(sound.code, 0, sound.err);
  assert.match(sound.out, /is sound/);
  // Another program writes no checksums, so its change is damage.
  execFileSync('sqlite3', [join(server.data, 'mentara.db'), "UPDATE users SET name = 'somebody else'"]);
  const damaged = await mentara('db', 'check', '--data', server.data);
  assert.equal(damaged.code, 1);
  assert.notEqual(damaged.err, '');
  assert.equal((await mentara('db', 'check', '--data', temporaryDirectory())).code, 1);
});
