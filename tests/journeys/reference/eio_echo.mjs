// examples/eio_echo on Node's Engine.IO: the same flags, the same behaviour.
import { createServer } from 'node:http';

import { Server } from 'engine.io';

import { flags, stopOnSignal } from './flags.mjs';

const options = flags({
  port: 3001, path: '/engine.io/', 'ping-interval': 25000, 'ping-timeout': 20000, 'max-payload': 1e6, 'allow-upgrades': 1,
  'per-message-deflate': -1, 'http-compression': 1024, cookie: '', 'initial-packet': '',
});
const threshold = (value) => (value < 0 ? false : { threshold: value });
const http = createServer((_, response) => response.writeHead(404).end());
const engine = new Server({
  pingInterval: options['ping-interval'],
  pingTimeout: options['ping-timeout'],
  maxHttpBufferSize: options['max-payload'],
  cors: { origin: '*' },
  allowUpgrades: options['allow-upgrades'] !== 0,
  perMessageDeflate: threshold(options['per-message-deflate']),
  httpCompression: threshold(options['http-compression']),
  cookie: options.cookie && { name: options.cookie },
  initialPacket: options['initial-packet'] || undefined,
});
engine.attach(http, { path: options.path });
engine.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
http.listen(options.port, '127.0.0.1');
stopOnSignal(() => engine.close());
