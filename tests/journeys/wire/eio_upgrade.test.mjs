// Engine.IO: a polling session that moves to a websocket, step by step and interrupted at each of them.
import assert from 'node:assert/strict';
import test from 'node:test';

import { PollingSession, RawSocket, separator } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';

const { url } = await exampleForThisFile('eio_echo');

const badRequest = '{"code":3,"message":"Bad request"}';

async function probing() {
  const session = await PollingSession.open(url);
  const socket = await RawSocket.open(session.websocketUrl);
  socket.send('2probe');
  assert.equal(await socket.frame(), '3probe');
  return { session, socket };
}
async function upgraded() {
  const both = await probing();
  both.socket.send('5');
  await echoes(both.socket);
  return both;
}
async function echoes(socket, text = 'over websocket') {
  socket.send(`4${text}`);
  assert.equal(await socket.frame(), `4${text}`);
}
async function stillPolls(session, text = 'over polling') {
  assert.equal((await session.post(`4${text}`)).body, 'ok');
  for (;;) {
    const packet = await session.packet();
    if (packet !== '6') return assert.equal(packet, `4${text}`);
  }
}

test('probe, answer, upgrade: then the websocket carries the session, and polls are refused', async () => {
  const { session, socket } = await upgraded();
  for (const answer of [await session.get(), await session.post('4x')])
    assert.deepEqual([answer.status, answer.body], [400, badRequest]);
  await echoes(socket, 'still here');
  socket.close();
});

test('what waited for a poll leaves over the websocket, in order', async () => {
  const { session, socket } = await probing();
  await session.post(['4a', '4b', 'bAQI='].join(separator));
  socket.send('5');
  assert.deepEqual([await socket.frame(), await socket.frame()], ['4a', '4b']);
  assert.deepEqual(await socket.frame(), Buffer.from([1, 2]));
  socket.close();
});

test('a poll that is pending while probing is completed with a noop', async () => {
  const session = await PollingSession.open(url);
  const pending = session.get();
  const socket = await RawSocket.open(session.websocketUrl);
  socket.send('2probe');
  assert.equal(await socket.frame(), '3probe');
  assert.equal((await pending).body, '6');
  assert.equal((await session.get()).body, '6');
  socket.close();
});

test('a poll that is still pending at the upgrade is completed', async () => {
  const { session, socket } = await probing();
  const pending = session.get();
  socket.send('5');
  await echoes(socket);
  const { status, body } = await pending;
  // "1" when it was pending at the switch, "6" when the tick of the probe came first, 400 when it arrived after both.
  assert.ok(['1', '6', badRequest].includes(body), `answered ${status} ${body}`);
  socket.close();
});

test('posts are taken while probing', async () => {
  const { session, socket } = await probing();
  await stillPolls(session);
  socket.send('5');
  await echoes(socket);
  socket.close();
});

for (const first of ['2', '2wrong', '3probe', '4too early', 'abc'])
  test(`a websocket that opens with "${first}" is closed, and another may try`, async () => {
    const session = await PollingSession.open(url);
    const socket = await RawSocket.open(session.websocketUrl);
    socket.send(first);
    assert.equal(await socket.closeCode(), 1005);
    await stillPolls(session);
    const again = await RawSocket.open(session.websocketUrl);
    again.send('2probe');
    assert.equal(await again.frame(), '3probe');
    again.send('5');
    await echoes(again);
    again.close();
  });

test('an upgrade without a probe is accepted', async () => {
  const session = await PollingSession.open(url);
  const socket = await RawSocket.open(session.websocketUrl);
  socket.send('5');
  await echoes(socket);
  assert.equal((await session.get()).status, 400);
  socket.close();
});

test('polling goes on when the websocket dies while probing', async () => {
  for (const end of ['close', 'cut']) {
    const { session, socket } = await probing();
    socket[end]();
    await socket.closeCode();
    await stillPolls(session);
  }
});

test('a second websocket is closed, while probing and after the upgrade; the first lives on', async () => {
  const { session, socket } = await probing();
  const during = await RawSocket.open(session.websocketUrl);
  assert.equal(await during.closeCode(), 1005);
  socket.send('5');
  await echoes(socket);
  const after = await RawSocket.open(session.websocketUrl);
  assert.equal(await after.closeCode(), 1005);
  await echoes(socket, 'the first');
  assert.deepEqual([during.frames.all, after.frames.all], [[], []]);
  socket.close();
});

test('a probe without an upgrade is given up after the upgrade timeout, and polling goes on', async () => {
  const { session, socket } = await probing();
  assert.equal(await socket.closeCode(), 1005);
  await stillPolls(session);
});

test('a session that ends while probing takes the websocket with it', async () => {
  const { session, socket } = await probing();
  await session.post('1');
  await socket.closeCode();
  assert.equal((await session.get()).status, 400);
});
