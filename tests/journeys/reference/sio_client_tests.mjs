// examples/sio_client_tests on Node's Socket.IO: the same behaviour.
import { createServer } from 'node:http';

import { Server } from 'socket.io';

import { flags, stopOnSignal } from './flags.mjs';

const options = flags({ port: 3210 });
const http = createServer((_, response) => response.writeHead(404).end());
const io = new Server(http, {
  pingInterval: 2000,
  connectionStateRecovery: {},
  allowRequest: (_, decide) => setTimeout(() => decide(null, true), 10),
});

io.of('/foo').on('connection', (socket) => socket.on('getId', (answer) => answer(socket.id)));
for (const name of ['/timeout_socket', '/valid', '/asd']) io.of(name).on('connection', () => {});
io.of('/abc').on('connection', (socket) => socket.emit('handshake', socket.handshake));
io.of('/no').use((_, next) => next(new Error('Auth failed (custom namespace)')));

io.use((socket, next) => next(socket.request._query.fail ? new Error('Auth failed (main namespace)') : undefined));
io.on('connection', (socket) => {
  const binary = Buffer.from('asdfasdf');
  socket.on('hi', () => socket.emit('hi'));
  socket.on('echo', (value, answer) => answer(value));
  socket.on('ack', () => socket.emit('ack', (a, b) => a === 5 && b.test && socket.emit('got it')));
  socket.on('getAckDate', (_, answer) => answer(new Date()));
  socket.on('getDate', () => socket.emit('takeDate', new Date()));
  socket.on('getDateObj', () => socket.emit('takeDateObj', { date: new Date() }));
  socket.on('getUtf8', () => {
    for (const text of ['てすと', 'Я Б Г Д Ж Й', 'Ä ä Ü ü ß', 'utf8 — string', 'utf8 — string']) socket.emit('takeUtf8', text);
  });
  socket.on('false', () => socket.emit('false', false));
  socket.on('doge', () => socket.emit('doge', binary));
  socket.on('getbin', () => socket.emit('takebin', binary));
  socket.on('buffa', (value) => Buffer.isBuffer(value) && socket.emit('buffack'));
  socket.on('blob', (value) => Buffer.isBuffer(value) && socket.emit('back'));
  for (const event of ['jsonbuff', 'jsonblob'])
    socket.on(event, (value) => value.hello && value.goodbye && Buffer.isBuffer(value.message) && socket.emit(`${event}-ack`));
  socket.on('abuff1', (first) => socket.on('abuff2', () => Buffer.isBuffer(first) && socket.emit('abuff2-ack')));
  socket.on('blob1', (first) =>
    socket.on('blob2', (second) =>
      socket.on('blob3', (third) => Buffer.isBuffer(first) && second === 'second' && Buffer.isBuffer(third) && socket.emit('blob3-ack'))));
  socket.on('getHandshake', (answer) => answer(socket.handshake));
  socket.on('getId', (answer) => answer(socket.id));
});

http.listen(options.port, '127.0.0.1');
stopOnSignal(() => io.close());
