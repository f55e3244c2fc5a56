// examples/sio_echo on Node's Socket.IO: the same flags, the same behaviour.
import { Server } from 'socket.io';
import { createServer } from 'node:http';
import msgpackParser from 'socket.io-msgpack-parser';

import { flags, stopOnSignal } from './flags.mjs';

const options = flags({ port: 3001, 'ping-interval': 25000, 'ping-timeout': 20000, 'connect-timeout': 45000, parser: 'standard' });
const http = createServer((_, response) => response.writeHead(404).end());
const io = new Server(http, {
  pingInterval: options['ping-interval'],
  pingTimeout: options['ping-timeout'],
  connectTimeout: options['connect-timeout'],
  cors: { origin: '*' },
  ...(options.parser === 'msgpack' && { parser: msgpackParser }),
});

io.on('connection', (socket) => {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message', (...args) => socket.emit('message-back', ...args));
  socket.on('message-with-ack', (...args) => args.pop()(...args));
});
io.of('/custom').on('connection', (socket) => socket.emit('auth', socket.handshake.auth));

http.listen(options.port, '127.0.0.1');
stopOnSignal(() => io.close());
