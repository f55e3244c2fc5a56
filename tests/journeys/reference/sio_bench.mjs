// examples/sio_bench on Node's Socket.IO: the same behaviour.
import { Server } from 'socket.io';

import { flags, stopOnSignal } from './flags.mjs';

const { port } = flags({ port: 3001, threads: 1 });
const io = new Server(port);
for (const nsp of [io.of('/'), io.of('/messaging')])
  nsp.on('connection', (socket) => {
    socket.join('room');
    socket.on('echo', (arg, ack) => ack(arg));
    socket.on('broadcast', (arg) => nsp.to('room').emit('msg', arg));
  });
stopOnSignal(() => io.close());
