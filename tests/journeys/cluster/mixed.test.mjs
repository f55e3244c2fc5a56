// One cluster of our nodes, of Socket.IO on Node with @socket.io/redis-adapter, and of @socket.io/redis-emitter, over a real Redis.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test, { after } from 'node:test';

import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';

import { exampleForThisFile } from '../support/example.mjs';
import { redisForThisFile } from '../support/redis.mjs';
import { eventually, inbox, next, patience, within } from '../support/wait.mjs';

const redis = await redisForThisFile();
const nodes = [];
for (const threads of [1, 2]) nodes.push(await exampleForThisFile('cluster', { threads, 'redis-port': redis.port }));

const clients = [];
const connections = [];
after(() => {
  clients.forEach((client) => client.disconnect());
  connections.forEach((connection) => connection.disconnect());
});
const toRedis = () => {
  const connection = new Redis(redis.url, { lazyConnect: false });
  connection.on('error', () => {}); // it is killed in one of the tests
  connections.push(connection);
  return connection;
};

// A node that is the original.
const http = createServer();
const original = new Server(http, { adapter: createAdapter(toRedis(), toRedis()) });
for (const nsp of [original.of('/'), original.of('/chat')]) {
  nsp.on('connection', (socket) => {
    socket.on('join', (room, ack) => (socket.join(room), ack(true)));
    socket.on('tell', (room, event, ...args) => socket.to(room).emit(event, ...args));
    socket.on('who', async (room, ack) => ack(true, (await nsp.in(room).fetchSockets()).map(({ id }) => id)));
    socket.on('ask', (room, ack) => nsp.to(room).timeout(2000).emit('question', (error, answers) => ack(!error, answers)));
    socket.on('move', (from, to) => (nsp.in(from).socketsJoin(to), nsp.in(from).socketsLeave(from)));
    socket.on('disconnect all', (room) => nsp.in(room).disconnectSockets());
  });
}
await new Promise((listening) => http.listen(0, '127.0.0.1', listening));
after(() => original.close());
const urls = [...nodes.map(({ url }) => url), `http://127.0.0.1:${http.address().port}`];
const names = ['a node of one loop', 'a node of two loops', 'a node of the original'];

async function connect(url, { nsp = '/', room } = {}) {
  const client = io(url + nsp, { forceNew: true, transports: ['websocket'], reconnection: false });
  clients.push(client);
  await next(client, 'connect');
  if (room) await client.emitWithAck('join', room);
  return client;
}
const everywhere = (options) => Promise.all(urls.map((url) => connect(url, options)));

// The subscriptions of all nodes stand once each has heard the others.
async function heardByAll() {
  const room = `ready ${Math.random()}`;
  const members = await everywhere({ room });
  const boxes = members.map((member) => inbox(member, 'ready'));
  await eventually('every node to hear every other', () => {
    members.forEach((member, from) => member.emit('tell', room, 'ready', from));
    return boxes.every((box, to) => members.every((_, from) => from === to || box.all.includes(from)));
  });
  members.forEach((member) => member.disconnect());
}
await heardByAll();

const bytes = Buffer.from([0, 255, 1, 254]);

for (const [from, name] of names.entries()) {
  test(`what ${name} tells a room reaches its members on every node once, binary included, and nobody else`, async () => {
    const room = `room ${from}`;
    const members = await everywhere({ room });
    const outsiders = await everywhere({ room: 'another' });
    const heard = members.map((member) => []);
    members.forEach((member, i) => member.on('told', (...args) => heard[i].push(args)));
    outsiders.forEach((outsider) => outsider.on('told', () => assert.fail('an outsider heard it')));
    const speaker = await connect(urls[from], { room });
    const date = new Date(1_709_208_768_123);
    speaker.emit('tell', room, 'told', 1, { deep: [bytes, 'ä', null, true, -1.5] }, date);
    speaker.emit('tell', room, 'told', 'last');
    await eventually('all to hear both', () => heard.every((all) => all.length >= 2));
    for (const all of heard) {
      assert.deepEqual(all, [[1, { deep: [bytes, 'ä', null, true, -1.5] }, date.toISOString()], ['last']]);
    }
    [...members, ...outsiders, speaker].forEach((client) => client.disconnect());
  });

  test(`${name} finds the sockets of a room on every node`, async () => {
    const members = await everywhere({ room: `found ${from}` });
    const speaker = await connect(urls[from]);
    const [complete, ids] = await answered(speaker, 'who', `found ${from}`);
    assert.equal(complete, true);
    assert.deepEqual(ids.sort(), members.map(({ id }) => id).sort());
    [...members, speaker].forEach((client) => client.disconnect());
  });

  test(`clients of every node answer a question of ${name}`, async () => {
    const members = await everywhere({ room: `asked ${from}` });
    members.forEach((member, i) => member.on('question', (ack) => ack({ i, bytes })));
    const speaker = await connect(urls[from]);
    const [complete, answers] = await answered(speaker, 'ask', `asked ${from}`);
    assert.equal(complete, true, JSON.stringify(answers));
    assert.deepEqual(answers.map(({ i }) => i).sort(), [0, 1, 2]);
    [...members, speaker].forEach((client) => client.disconnect());
  });

  test(`${name} moves and disconnects the sockets of every node`, async () => {
    const members = await everywhere({ nsp: '/chat', room: `old ${from}` });
    const speaker = await connect(urls[from], { nsp: '/chat' });
    const boxes = members.map((member) => inbox(member, 'told'));
    speaker.emit('move', `old ${from}`, `new ${from}`);
    await eventually('the move to be heard of', async () => {
      const [, ids] = await answered(speaker, 'who', `new ${from}`);
      return ids.length === 3;
    });
    speaker.emit('tell', `new ${from}`, 'told', 'moved');
    for (const box of boxes) assert.equal(await box.take(), 'moved');
    const gone = members.map((member) => next(member, 'disconnect'));
    speaker.emit('disconnect all', `new ${from}`);
    for (const [reason] of await Promise.all(gone)) assert.equal(reason, 'io server disconnect');
    speaker.disconnect();
  });
}

function answered(client, event, ...args) {
  return within(patience, new Promise((resolve) => client.emit(event, ...args, (...answer) => resolve(answer))), `answer to "${event}"`);
}

test('an emitter without a server reaches rooms, moves and disconnects', async () => {
  const emitter = new Emitter(toRedis());
  const members = await everywhere({ room: 'emitted' });
  const boxes = members.map((member) => inbox(member, 'told'));
  emitter.to('emitted').emit('told', bytes);
  for (const box of boxes) assert.deepEqual(await box.take(), bytes);
  emitter.in('emitted').socketsJoin('elsewhere');
  emitter.to('elsewhere').emit('told', 'elsewhere');
  for (const box of boxes) assert.equal(await box.take(), 'elsewhere');
  const gone = members.map((member) => next(member, 'disconnect'));
  emitter.in('elsewhere').disconnectSockets();
  await Promise.all(gone);
});

test('F6: while Redis is gone each node serves its own, and all hear each other again when it is back', async () => {
  const [one, other] = await Promise.all(urls.slice(0, 2).map((url) => connect(url, { room: 'outage' })));
  const mate = await connect(urls[0], { room: 'outage' });
  const [heardByOther, heardByMate] = [inbox(other, 'told'), inbox(mate, 'told')];
  await redis.kill();
  one.emit('tell', 'outage', 'told', 'during');
  assert.equal(await heardByMate.take(), 'during');
  const [complete] = await answered(one, 'who', 'outage');
  assert.equal(complete, false, 'nobody knows who else is there');
  await redis.start();
  await eventually('the other node to hear again', () => {
    one.emit('tell', 'outage', 'told', 'after');
    return heardByOther.all.includes('after');
  });
  assert.ok(!heardByOther.all.includes('during'));
  [one, other, mate].forEach((client) => client.disconnect());
});
