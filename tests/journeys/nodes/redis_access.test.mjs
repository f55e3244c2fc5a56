// A user of Redis with no more rights than docs/nodes.md gives him is enough.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Mentara, someone } from '../support/mentara.mjs';
import { readiness } from '../support/nodes.mjs';
import { redisForThisFile } from '../support/redis.mjs';
import { eventually } from '../support/wait.mjs';

const redis = await redisForThisFile();

test('the rights that the page lists let a node join, and a wrong password does not', async (t) => {
  const page = readFileSync(new URL('../../../docs/nodes.md', import.meta.url), 'utf8');
  const [command] = /^ACL SETUSER .*$/m.exec(page) ?? assert.fail('the page has the command');
  const said = execFileSync('redis-cli', ['-p', String(redis.port), ...command.split(' ')], { encoding: 'utf8' });
  assert.equal(said.trim(), 'OK');
  const start = async (password) => {
    const node = await Mentara.start({ env: { MENTARA_REDIS_URL: `redis://mentara:${password}@127.0.0.1:${redis.port}` } });
    t.after(() => node.end());
    return node;
  };
  const [node, refused] = await Promise.all([start('PASSWORD'), start('wrong')]);
  await eventually('it is joined', async () => (await readiness(node)).status === 'ready');
  await node.connect(someone('ada'));
  assert.equal((await readiness(refused)).status, 'degraded');
  await refused.program.lineMatching(/Redis.*(WRONGPASS|refused the login)/);
});
