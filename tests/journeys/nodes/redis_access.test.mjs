// A user of Redis with no more rights than docs/nodes.md gives him is enough.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { makeCertificate } from '../support/certificates.mjs';
import { Mentara, someone, temporaryDirectory } from '../support/mentara.mjs';
import { figure, readiness } from '../support/nodes.mjs';
import { redisForThisFile } from '../support/redis.mjs';
import { eventually } from '../support/wait.mjs';

const redis = await redisForThisFile();
const files = makeCertificate(temporaryDirectory());
const encrypted = await redisForThisFile(files);

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

test('O2: nodes meet over a Redis that speaks TLS, if they trust it, and else say why not', async (t) => {
  const start = async (env) => {
    const node = await Mentara.start({ env: { MENTARA_REDIS_URL: encrypted.url, ...env } });
    t.after(() => node.end());
    return node;
  };
  const [one, other, stranger] = await Promise.all([
    start({ MENTARA_REDIS_TLS_AUTHORITIES: files.certificate }), start({ MENTARA_REDIS_TLS_AUTHORITIES: files.certificate }), start({})]);
  for (const node of [one, other]) await eventually('it is joined', async () => (await readiness(node)).status === 'ready');
  await eventually('they hear each other', async () => (await figure(one, 'mentara_nodes')) === 2);
  assert.equal((await readiness(stranger)).status, 'degraded');
  await stranger.program.lineMatching(/Redis.*certificate verify failed: self-signed certificate/);
});
