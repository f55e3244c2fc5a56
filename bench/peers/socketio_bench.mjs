#!/usr/bin/env node
// Socket.IO on Node with exactly the behaviour of examples/sio_bench: on `/` and `/messaging` every socket joins
// `room`; `echo` answers its ack with its first argument; `broadcast` emits `msg` with the same argument to `room`.
//
//   bench/peers/socketio_bench.mjs --port P [--threads 1] [--deflate 1]
//
// The command line is that of examples/sio_bench too, so that `bench/compare --ours bench/peers/socketio_bench.mjs`
// measures Node against itself: what then differs from 1 is the noise of the machine.
// A stock install: default transports, no compression unless it is asked for, and without bufferutil, the optional native
// addon of `ws`; with it these loads cost Node no less (docs/performance.md).
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values } = parseArgs({ options: { port: { type: "string" }, threads: { type: "string", default: "1" },
  deflate: { type: "string", default: "0" } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65535 || values.threads !== "1") {
  console.error("usage: socketio_bench.mjs --port P [--threads 1] [--deflate 1]");
  process.exit(2);
}

const http = createServer();
const io = new Server(http, { perMessageDeflate: values.deflate !== "0" });

for (const name of ["/", "/messaging"]) {
  const namespace = io.of(name);
  namespace.on("connection", (socket) => {
    socket.join("room");
    socket.on("echo", (argument, ack) => ack(argument));
    socket.on("broadcast", (argument) => namespace.to("room").emit("msg", argument));
  });
}

for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
http.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => console.log(`listening on port ${port}`));
