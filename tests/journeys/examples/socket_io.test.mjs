// The examples to start from, each with the real client, on one thread and on two.
import assert from 'node:assert/strict';
import test from 'node:test';

import { io } from 'socket.io-client';

import { example } from '../support/binaries.mjs';
import { startExample } from '../support/example.mjs';
import { Program } from '../support/program.mjs';
import { eventually, inbox, next } from '../support/wait.mjs';

// Several connections land on the loops in turn.
async function connect(t, url, { nsp = '', ...options } = {}) {
  const socket = io(url + nsp, { forceNew: true, transports: ['websocket'], reconnection: false, ...options });
  t.after(() => socket.disconnect());
  await Promise.race([next(socket, 'connect'), next(socket, 'connect_error').then(([error]) => Promise.reject(error))]);
  return socket;
}
// Every argument of an event as one entry of an inbox.
function all(socket, event) {
  const box = inbox({ on: (_, put) => socket.on(event, (...args) => put(args)) }, event);
  return box;
}

test('chat: who joined a room hears what the others there say', async (t) => {
  const program = new Program(example('chat')[0], ['0']);
  t.after(() => program.ended || program.kill());
  const port = await eventually('chat to listen', () => /port (\d+)/.exec(program.out.join('\n'))?.[1]);
  const url = `http://127.0.0.1:${port}`;
  await assert.rejects(connect(t, url), /a name is needed/);
  const [ada, bob, eve] = await Promise.all(['Ada', 'Bob', 'Eve'].map((name) => connect(t, url, { auth: { name } })));
  for (const socket of [ada, bob]) assert.equal(await socket.emitWithAck('join', 'hall'), true);
  const heard = [ada, bob, eve].map((socket) => inbox(socket, 'said'));
  assert.equal(await ada.emitWithAck('say', 'hall', 'Hello!'), true);
  assert.deepEqual(await heard[1].take(), { room: 'hall', by: 'Ada', text: 'Hello!' });
  assert.equal(await eve.emitWithAck('say', 'hall', 'Me too'), false);
  await program.stop();
  assert.deepEqual(heard.map(({ all: said }) => said.length), [0, 1, 0]);
});

for (const threads of [1, 2]) {
  const on = `on ${threads} thread(s)`;

  test(`rooms ${on}: members hear who joins and leaves, and each announcement once`, async (t) => {
    const { url, program } = await startExample('rooms', { threads });
    const [a, b, c] = [await connect(t, url), await connect(t, url), await connect(t, url)];
    const ids = [a.id, b.id, c.id];
    const [joined, left, announced] = [all(a, 'joined'), all(a, 'left'), inbox(b, 'announced')];
    assert.deepEqual(await a.emitWithAck('join', 'red'), [ids[0]]);
    assert.deepEqual((await b.emitWithAck('join', 'red')).sort(), ids.slice(0, 2).sort());
    assert.deepEqual(await joined.take(), ['red', ids[1]]);
    for (const room of ['red', 'blue']) await c.emitWithAck('join', room);
    await b.emitWithAck('join', 'blue');
    assert.deepEqual(await joined.take(), ['red', ids[2]]);
    c.emit('announce', ['red', 'blue'], 'first');
    c.emit('announce', ['red', 'green'], 'not a member of both');
    c.emit('announce', ['blue'], 'second');
    assert.deepEqual(await announced.first(2), ['first', 'second']);
    c.emit('leave', 'red');
    assert.deepEqual(await left.take(), ['red', ids[2]]);
    b.disconnect();
    assert.deepEqual(await left.take(), ['red', ids[1]]);
    await program.stop();
  });

  test(`private_messages ${on}: all tabs of both people get a message, and nobody else`, async (t) => {
    const { url, program } = await startExample('private_messages', { threads });
    await assert.rejects(connect(t, url), /who are you\?/);
    const signIn = (user) => connect(t, url, { auth: { user } });
    const [ada, adasTab, bob, bobsTab, eve] = [await signIn('ada'), await signIn('ada'), await signIn('bob'), await signIn('bob'), await signIn('eve')];
    const boxes = [ada, adasTab, bob, bobsTab, eve].map((socket) => inbox(socket, 'private message'));
    const message = { from: 'ada', to: 'bob', text: 'psst' };
    assert.deepEqual(await ada.emitWithAck('private message', 'bob', 'psst'), message);
    for (const box of boxes.slice(1, 4)) assert.deepEqual(await box.take(), message);
    assert.deepEqual(await eve.emitWithAck('users'), ['ada', 'bob', 'eve']);
    assert.deepEqual(boxes.map((box) => box.all.length), [0, 1, 1, 1, 0]);
    await program.stop();
  });

  test(`namespaces ${on}: the admins' needs the token, a team's is made when it is asked for`, async (t) => {
    const { url, program } = await startExample('namespaces', { threads, token: 'secret' });
    await assert.rejects(connect(t, url, { nsp: '/admin', auth: { token: 'wrong' } }), (error) => {
      assert.equal(error.message, 'not authorized');
      assert.deepEqual(error.data, { retry: false });
      return true;
    });
    await assert.rejects(connect(t, url, { nsp: '/team-x' }), /Invalid namespace/);
    const admin = await connect(t, url, { nsp: '/admin', auth: { token: 'secret' } });
    const [voter, another] = [await connect(t, url), await connect(t, url)];
    const votes = all(admin, 'votes');
    voter.emit('vote', true);
    assert.deepEqual(await votes.take(), [1, 0]);
    another.emit('vote', 'perhaps'); // is no bool
    another.emit('vote', false);
    assert.deepEqual(await votes.take(), [1, 1]);

    const [red, alsoRed, blue] = [await connect(t, url, { nsp: '/team-1' }), await connect(t, url, { nsp: '/team-1' }), await connect(t, url, { nsp: '/team-2' })];
    const said = [red, alsoRed, blue].map((socket) => inbox(socket, 'said'));
    red.emit('say', 'go');
    assert.equal(await said[0].take(), 'go');
    assert.equal(await said[1].take(), 'go');

    const ended = Promise.all([voter, another].map((socket) => next(socket, 'disconnect')));
    admin.emit('end');
    assert.deepEqual(await ended, [['io server disconnect'], ['io server disconnect']].map(([reason]) => [reason, undefined]));
    assert.equal(said[2].all.length, 0);
    await program.stop();
  });

  test(`recovery ${on}: who was away gets what it missed, with its id, room and data`, async (t) => {
    const { url, program } = await startExample('recovery', { threads });
    const reader = await connect(t, url, { reconnection: true, reconnectionDelay: 10 });
    const writer = await connect(t, url);
    const [news, welcomes] = [inbox(reader, 'news'), inbox(reader, 'welcome')];
    await writer.emitWithAck('publish', 'first');
    assert.equal(await news.take(), 'first');
    const before = reader.id;
    const gone = next(reader, 'disconnect');
    const back = next(reader, 'connect');
    reader.io.engine.transport.ws.terminate(); // as when the network goes
    await gone;
    await writer.emitWithAck('publish', 'second');
    await back;
    assert.equal(reader.recovered, true);
    assert.equal(reader.id, before);
    await writer.emitWithAck('publish', 'third');
    assert.deepEqual(await news.first(3), ['first', 'second', 'third']);
    assert.deepEqual(await reader.emitWithAck('data'), { welcomed: true });
    assert.ok(welcomes.all.length <= 1, 'welcomed once');
    await program.stop();
  });

  test(`binary ${on}: files go up, to everybody else, and down`, async (t) => {
    const { url, program } = await startExample('binary', { threads });
    const [a, b] = [await connect(t, url), await connect(t, url, { transports: ['polling'] })];
    const files = all(b, 'file');
    const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
    const sum = content.reduce((total, byte) => total + byte, 0);
    assert.deepEqual(await a.emitWithAck('upload', 'numbers', content), { size: 1000, sum });
    assert.deepEqual(await files.take(), ['numbers', content]);
    assert.deepEqual(await b.emitWithAck('download', 'numbers'), { name: 'numbers', content });
    assert.equal(await b.emitWithAck('download', 'letters'), null);
    await program.stop();
  });
}
