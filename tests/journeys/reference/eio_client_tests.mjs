// examples/eio_client_tests on Node's Engine.IO.
import { createServer } from 'node:http';

import { Server } from 'engine.io';

import { flags, stopOnSignal } from './flags.mjs';

const options = flags({ port: 3001 });
const http = createServer((_, response) => response.writeHead(404).end());
const engine = new Server({
  pingInterval: 500,
  maxHttpBufferSize: 100,
  allowRequest: (request, done) => done(null, !new URL(`http://host${request.url}`).searchParams.has('deny')),
});
engine.attach(http);
engine.on('initial_headers', (headers) => {
  headers['set-cookie'] = [
    '1=1; Max-Age=86400', '2=2; Path=/; HttpOnly; Secure; SameSite=Strict', '3=3; Max-Age=0',
    `4=4; Expires=${new Date().toUTCString()}`,
  ];
});
const answers = {
  'give binary': () => Buffer.from([0, 1, 2, 3, 4]),
  'give utf8': () => 'пойду спать всем спокойной ночи',
  sendHeaders: (socket) => JSON.stringify(socket.transport.dataReq.headers),
};
engine.on('connection', (socket) => {
  socket.send('hi');
  socket.on('message', (data) => socket.send(answers[data] ? answers[data](socket) : data));
});
http.listen(options.port, '127.0.0.1');
stopOnSignal(() => engine.close());
