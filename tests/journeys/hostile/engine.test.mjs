// Attacks on Engine.IO, by the ids of docs/threats.md, from outside.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Socket } from 'engine.io-client';

import { PollingSession, RawSocket, refusedUpgrade, request, separator } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { close, describe, text } from '../support/frames.mjs';
import { openFiles } from '../support/process.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { RawWebSocket, upgradeRequest } from '../support/raw_websocket.mjs';
import { eventually, inbox, next, within } from '../support/wait.mjs';

const { port, url, program } = await exampleForThisFile('eio_echo');
const base = `${url}/engine.io/`;
const polling = '?EIO=4&transport=polling';

const refused = async (query, options) => {
  const { status, body } = await request(base + query, options);
  return [status, body ? JSON.parse(body).code : undefined];
};

test('E1 a thousand packets in one payload are taken, one more ends the session; a megabyte of them costs no time', async () => {
  const session = await PollingSession.open(url);
  assert.equal((await session.post(Array.from({ length: 1000 }, (_, i) => `4${i}`).join(separator))).body, 'ok');
  assert.deepEqual(await session.packets(1000), Array.from({ length: 1000 }, (_, i) => `4${i}`));
  await session.post(Array(1001).fill('4').join(separator));
  assert.deepEqual(await refused(`${polling}&sid=${session.sid}`), [400, 1]);

  const start = Date.now();
  for (let i = 0; i < 5; i++) {
    const flooded = await PollingSession.open(url);
    await flooded.post(Array(499_999).fill('4').join(separator));
    assert.deepEqual(await refused(`${polling}&sid=${flooded.sid}`), [400, 1]);
  }
  assert.ok(Date.now() - start < 2000, `${Date.now() - start} ms for five floods`);
});

test('E8 names that mean something in JavaScript, and keys that come twice, are refused', async () => {
  for (const transport of ['__proto__', 'constructor', 'toString', 'websocket%00', '']) assert.deepEqual(await refused(`?EIO=4&transport=${transport}`), [400, 0], transport);
  for (const query of [`${polling}&EIO=4`, `${polling}&transport=polling`, `${polling}&sid=a&sid=b`]) assert.deepEqual(await refused(query), [400, 3], query);
  for (const query of ['?EIO=4&transport=__proto__', `?EIO=4&transport=websocket&sid=__proto__`]) assert.equal((await refusedUpgrade(`ws://127.0.0.1:${port}/engine.io/${query}`)).status, 400, query);
});

test('E8 no bytes in place of the probe do harm, and polling goes on', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from([0xff]), Buffer.alloc(1000, 0xff), text('2probe', { rsv: 4 }), text(''), text('x'), text('6'), close(1000), text('2probe').subarray(0, 5)]) {
    const session = await PollingSession.open(url);
    const connection = await RawConnection.open(port);
    connection.write(Buffer.concat([Buffer.from(upgradeRequest({ query: `?EIO=4&transport=websocket&sid=${session.sid}` })), bytes]));
    await connection.until('the upgrade', (received) => received.includes('101'));
    connection.reset();
    await session.post('4still here');
    assert.equal(await session.packet(), '4still here');
  }
});

test('E9 a sid is one of ours or nothing', async () => {
  for (const sid of ['__proto__', 'constructor', 'hasOwnProperty', 'x'.repeat(20), 'x'.repeat(3000), '%00', 'null', '..%2f..%2f'])
    assert.deepEqual(await refused(`${polling}&sid=${sid}`), [400, 1], sid);
});

test('E10 every refused POST is answered, and leaves no descriptor behind', async () => {
  const files = openFiles(program);
  const binary = { method: 'POST', body: Buffer.from([4, 1, 2]), headers: { 'content-type': 'application/octet-stream', connection: 'close' } };
  for (let i = 0; i < 50; i++) {
    const session = await PollingSession.open(url);
    const { status } = await request(session.url, binary);
    assert.equal(status, 400);
    assert.equal((await request(session.url, binary)).status, 400);
  }
  for (const query of ['', '?EIO=4', polling, '?EIO=3&transport=polling', `${polling}&sid=x`]) assert.equal((await request(base + query, binary)).status, 400, query);
  await eventually('the descriptors to be given back', () => openFiles(program) <= files + 2);
});

test('E11 a session keeps to its protocol', async () => {
  const session = await PollingSession.open(url);
  for (const query of ['?EIO=3&transport=polling', '?transport=polling', '?EIO=5&transport=polling']) {
    assert.deepEqual(await refused(`${query}&sid=${session.sid}`), [400, 3], query);
    const { status } = await refusedUpgrade(`ws://127.0.0.1:${port}/engine.io/${query.replace('polling', 'websocket')}&sid=${session.sid}`);
    assert.equal(status, 400, query);
  }
  await session.post('4still here');
  assert.equal(await session.packet(), '4still here');
});

test('E12 pongs that nobody asked for change nothing', async () => {
  const socket = await RawSocket.open(`ws://127.0.0.1:${port}/engine.io/?EIO=4&transport=websocket`);
  await socket.frame();
  for (let i = 0; i < 5000; i++) socket.send('3');
  socket.send('4still here');
  assert.equal(await socket.frame(), '4still here');
  socket.close();
});

test('E13 E22 sids are random, never stored by anybody, and never logged', async () => {
  const sessions = await Promise.all(Array.from({ length: 50 }, () => PollingSession.open(url)));
  assert.equal(new Set(sessions.map(({ sid }) => sid)).size, 50);
  for (const { sid, response } of sessions) {
    assert.match(sid, /^[\w-]{20}$/);
    assert.equal(response.headers['cache-control'], 'no-store');
  }
  const [session] = sessions;
  assert.equal((await session.post('4a')).headers['cache-control'], 'no-store');
  assert.equal((await session.get()).headers['cache-control'], 'no-store');
  await session.post('not a packet');
  await refused(`${polling}&sid=${session.sid}`);
  const said = [...program.out, ...program.err].join('\n');
  for (const { sid } of sessions) assert.ok(!said.includes(sid));
});

test('E23 two polls at once end the session, and so do two posts', async () => {
  const session = await PollingSession.open(url);
  const hanging = session.get();
  assert.equal((await session.get()).status, 400);
  await hanging;
  assert.deepEqual(await refused(`${polling}&sid=${session.sid}`), [400, 1]);

  const other = await PollingSession.open(url);
  const head = `POST /engine.io/${polling}&sid=${other.sid} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n4`;
  const [first, second] = [await RawConnection.open(port), await RawConnection.open(port)];
  await first.writePieces([head]);
  await second.writePieces([head]);
  const answers = (await Promise.race([first.rest(), second.rest()])).toString();
  assert.match(answers, /^(HTTP\/1\.1 400 |$)/);
  assert.deepEqual(await refused(`${polling}&sid=${other.sid}`), [400, 1]);
  first.destroy();
  second.destroy();
});

test('E24 ten thousand messages each way across an upgrade: none lost, doubled or reordered', async () => {
  const socket = new Socket(url, { path: '/engine.io/', transports: ['polling', 'websocket'] });
  const received = inbox(socket, 'message');
  let upgradedAt;
  socket.on('upgrade', () => (upgradedAt = received.all.length));
  await next(socket, 'open');
  const sent = Array.from({ length: 10_000 }, (_, i) => String(i));
  for (const [i, text] of sent.entries()) {
    socket.send(text);
    if (i >= 800) await received.first(i - 800); // what waits for a poll must fit into one payload
  }
  assert.deepEqual(await received.first(10_000), sent);
  assert.ok(upgradedAt < 10_000, 'it was upgraded on the way');
  socket.close();
});

test('E24 upgrades out of order: two probes, data before the upgrade, an upgrade without a probe', async () => {
  const session = await PollingSession.open(url);
  const first = await RawSocket.open(session.websocketUrl);
  first.send('2probe');
  assert.equal(await first.frame(), '3probe');
  const second = await RawSocket.open(session.websocketUrl);
  assert.equal(await second.closeCode(), 1005);
  first.send('4too early');
  assert.equal(await first.closeCode(), 1005);
  await session.post('4polling goes on');
  assert.equal(await session.packet(), '4polling goes on');

  const third = await RawSocket.open(session.websocketUrl);
  third.send('2probe');
  assert.equal(await third.frame(), '3probe');
  third.send('5');
  third.send('4upgraded');
  assert.equal(await third.frame(), '4upgraded');
  const late = await RawSocket.open(session.websocketUrl);
  assert.equal(await late.closeCode(), 1005);
  third.send('4still here');
  assert.equal(await third.frame(), '4still here');
  third.close();
});

test('E30 old protocols get error 5', async () => {
  for (const query of ['?EIO=3&transport=polling', '?EIO=2&transport=polling', '?transport=polling', '?EIO=4a&transport=polling']) assert.deepEqual(await refused(query), [400, 5], query);
  const jsonp = await request(`${base}${polling}&j=0`);
  assert.match(jsonp.body, /^0\{"sid"/, 'no JSONP: a plain answer');
});

test('E31 who never pongs is closed, and so is who only polls', async (t) => {
  const server = await exampleForThisFile('eio_echo', { 'ping-interval': 150, 'ping-timeout': 100 });
  const silent = await RawWebSocket.open(server.port);
  const half = await RawConnection.open(server.port);
  t.after(() => half.destroy());
  half.write(upgradeRequest());
  const start = Date.now();
  assert.deepEqual((await silent.rest(2000)).map(describe), ['text 2', 'close']);
  assert.ok(Date.now() - start >= 200, 'not before interval and timeout');
  const session = await PollingSession.open(server.url);
  assert.equal(await session.packet({ pings: true }), '2');
  await within(2000, (async () => {
    while ((await session.get()).status === 200);
  })(), 'the end of a session that only polls');
});
