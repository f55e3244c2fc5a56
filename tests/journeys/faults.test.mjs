// Faults of the world around the server, by the ids of docs/threats.md: disks, slow and silent peers, herds and churn.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { mentaraBinary } from './support/binaries.mjs';
import { Mentara, ask, conversationOf, someone, succeed, temporaryDirectory, unlimited } from './support/mentara.mjs';
import { Program, freePort } from './support/program.mjs';
import { secret } from './support/tokens.mjs';
import { eventually, inbox, next, patience, within } from './support/wait.mjs';

async function start(t, options) {
  const server = await Mentara.start(options);
  t.after(() => server.end());
  return server;
}

// A small disk of its own for a process needs a mount namespace, which not every machine gives.
const smallDisk = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"'];
const givesSmallDisks = spawnSync(smallDisk[0], [...smallDisk.slice(1), temporaryDirectory(), 'true']).status === 0;

test('F3 on a full disk sends are refused, reading goes on, and it recovers by itself', { skip: !givesSmallDisks && 'no mount namespaces here' }, async (t) => {
  const server = new Mentara();
  server.sockets = [];
  server.port = await freePort();
  server.url = `http://127.0.0.1:${server.port}`;
  server.data = temporaryDirectory();
  const env = { ...unlimited, MENTARA_JWT_SECRET: secret, MENTARA_OPERATIONS_PORT: String(await freePort()) };
  const serve = [mentaraBinary, 'serve', '--host', '127.0.0.1', '--port', String(server.port), '--data', server.data];
  server.program = new Program(smallDisk[0], [...smallDisk.slice(1), server.data, ...serve], { env });
  await server.program.lineMatching(/\blistening\b/);
  t.after(() => server.end());

  const ada = await server.connect(someone('ada'));
  const conversationId = await conversationOf(ada, [someone('bob')]);
  const say = (content) => ask(ada, 'message:send', { conversationId, content });
  assert.equal((await say('before')).success, true);

  const filler = join(`/proc/${server.program.child.pid}/root`, server.data, 'filler');
  try {
    writeFileSync(filler, Buffer.alloc(16_000_000));
  } catch (error) {
    assert.equal(error.code, 'ENOSPC');
  }
  const refused = await eventually('a refused send', async () => {
    const ack = await say('x'.repeat(16_000));
    return !ack.success && ack;
  });
  assert.equal(refused.code, 'unavailable');
  assert.ok(refused.retryAfterMs > 0);
  await server.program.lineMatching(/\berror\b.*\bconnection=\w/); // what failed on the database's thread names the socket
  const { messages } = await succeed(ada, 'conversation:history', { conversationId });
  assert.equal(messages[0].content, 'before');

  rmSync(filler);
  const { message } = await eventually('a send that is stored again', async () => {
    const ack = await say('after');
    return ack.success && ack;
  });
  const all = (await succeed(ada, 'conversation:history', { conversationId, limit: 200 })).messages;
  assert.deepEqual(all.map(({ seq }) => seq), all.map((_, i) => i + 1));
  assert.equal(all.at(-1).id, message.id);
});

// The connection as a peer that does not read, and so answers no ping.
const wire = (socket) => socket.io.engine.transport.ws._socket;

test('F9 who does not read for a while gets everything in order afterwards, and others do not wait for him', async (t) => {
  const server = await start(t);
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const b = await server.connect(bob);
  const got = inbox(b, 'message');
  wire(b).pause();
  const count = 800;
  const content = 'x'.repeat(10_000); // more in all than the kernel keeps for a connection
  for (let sent = 0; sent < count; sent += 50)
    await Promise.all(Array.from({ length: 50 }, () => succeed(a, 'message:send', { conversationId, content })));
  wire(b).resume();
  await eventually('all of it', () => got.all.at(-1)?.seq === count, 2 * patience);
  const seqs = got.all.map(({ seq }) => seq);
  assert.deepEqual([...new Set(seqs)], Array.from({ length: count }, (_, i) => i + 1));
});

test('F10 a peer that has fallen silent is found out, and its device misses nothing when it is back', async (t) => {
  const server = await start(t, { env: { MENTARA_ENGINE_PING_INTERVAL: '300ms', MENTARA_ENGINE_PING_TIMEOUT: '300ms' } });
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const a = await server.connect(ada);
  const conversationId = await conversationOf(a, [bob]);
  const phone = { auth: { deviceId: 'phone' }, reconnection: false };
  const b = await server.connect(bob, phone);
  const silent = wire(b);
  silent.pause();
  const sent = [];
  for (let i = 0; i < 3; i++) sent.push((await succeed(a, 'message:send', { conversationId, content: `missed ${i}` })).message.id);
  const descriptors = () => readdirSync(`/proc/${server.program.child.pid}/fd`).length;
  const before = descriptors();
  await eventually('the end of the silent connection', () => descriptors() < before);
  const back = server.socket(bob, phone);
  const got = inbox(back, 'message');
  await next(back, 'sync:complete');
  assert.deepEqual(got.all.map(({ id }) => id), sent);
});

test('F13 a herd that returns at once after a kill is served again', async (t) => {
  const server = await start(t);
  const herd = await Promise.all(Array.from({ length: 100 }, () => server.connect(someone('one'))));
  const back = Promise.all(herd.map((socket) => next(socket, 'connected', 30_000)));
  await server.kill();
  await server.run();
  await back;
  await Promise.all(herd.map((socket) => succeed(socket, 'conversation:list', {})));
});

test('F14 connections that come and go in every way leave nothing behind', async (t) => {
  const server = await start(t);
  const ada = await server.connect(someone('ada'));
  const conversationId = await conversationOf(ada, [someone('bob')]);
  const process = `/proc/${server.program.child.pid}`;
  const descriptors = () => readdirSync(`${process}/fd`).length;
  const residentKb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${process}/status`, 'utf8'))[1]);
  const baseline = descriptors();
  const user = someone('churn');
  const churn = async (rounds) => {
    for (let round = 0; round < rounds; round++) {
      const socket = await server.connect(user, { reconnection: false, transports: [round % 2 ? 'polling' : 'websocket'] });
      const refused = server.socket(user, { reconnection: false, auth: { token: 'no token' } });
      await next(refused, 'connect_error');
      socket.emit('message:send', { conversationId, content: 'to a stranger\'s conversation' });
      if (round % 4 === 0) wire(socket)?.destroy();
      else if (round % 4 === 1) socket.disconnect();
      else socket.io.engine.close();
      refused.io.engine.close();
    }
    await eventually('descriptors as before', () => descriptors() < baseline + 10); // the database opens some of its own
  };
  await churn(20); // until everything that is made once is made
  const before = residentKb();
  await churn(40);
  const kept = /build\/[at]san\//.test(mentaraBinary) ? 64_000 : 4_000; // a sanitizer keeps what was freed for a while
  assert.ok(residentKb() - before < kept, `${residentKb() - before} KB more after 40 more rounds`);
});

test('F21 the write-ahead log stays small, however much is written', async (t) => {
  const server = await start(t);
  const ada = await server.connect(someone('ada'));
  const conversationId = await conversationOf(ada, [someone('bob')]);
  const database = join(server.data, 'mentara.db');
  const content = '語'.repeat(16_384); // 48 KB
  let largest = 0;
  for (let sent = 0; sent < 300; sent += 20) {
    const acks = Array.from({ length: 20 }, () => succeed(ada, 'message:send', { conversationId, content }));
    await within(2 * patience, Promise.all(acks), 'acks');
    largest = Math.max(largest, statSync(`${database}-wal`).size);
  }
  assert.ok(statSync(database).size > 15_000_000, 'what was written has left the log');
  assert.ok(largest < 40_000_000, `the log had ${largest} bytes`);
});
