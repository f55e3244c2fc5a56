"use strict";
// What bench/compare measures, and what must hold: `limit` is for ours / Node, unless the row says `absolute` (then for
// ours alone, in the unit of the row) or `atLeast` (then for ours / other, from below). `server` are flags for both
// servers; `other` replaces Node by another run of ours.

const cpu = { value: (result) => result.serverCpuUsPerOperation, unit: "µs" };
const memory = { value: (result) => result.rssBytesPerConnection / 1024, unit: "KB" };
const throughput = { value: (result) => result.operationsPerSecond / 1000, unit: "k/s" };

const echo = (inFlight, ...more) => ["echo", "--connections", "100", "--in-flight", String(inFlight), ...more];
const fanout = (inFlight, ...more) =>
  ["fanout", "--connections", "1000", "--in-flight", String(inFlight), "--senders", "1", ...more];
const deflate = { server: ["--deflate", "1"] };

module.exports.rows = [
  { id: "echo-1", title: "echo with ack, 100 connections, 1 in flight", ...cpu, limit: 0.36, load: echo(1) },
  { id: "echo-8", title: "echo with ack, 100 connections, 8 in flight", ...cpu, limit: 0.075, load: echo(8) },
  { id: "fanout-1", title: "fan-out to 1,000, 1 in flight, per delivery", ...cpu, limit: 0.5, load: fanout(1) },
  { id: "fanout-4", title: "fan-out to 1,000, 4 in flight, per delivery", ...cpu, limit: 0.18, load: fanout(4) },
  { id: "fanout-4-1000", title: "the same, 1,000-byte payload", ...cpu, limit: 0.2,
    load: fanout(4, "--payload", "1000") },
  { id: "connect", title: "connect (WebSocket, one namespace) and leave", ...cpu, limit: 0.25,
    load: ["connect", "--in-flight", "16"] },
  { id: "idle", title: "memory of an idle connection, 10,000 open", ...memory, absolute: true, limit: 2.5,
    load: ["idle", "--connections", "10000"] },
  { id: "binary", title: "echo of 1,000 bytes as an attachment, 8 in flight", ...cpu, limit: 1,
    load: echo(8, "--binary", "--payload", "1000") },
  { id: "polling", title: "echo with ack over polling, 1 in flight", ...cpu, limit: 1,
    load: echo(1, "--transport", "polling") },
  { id: "deflate", title: "echo of 2,000 characters, compressed both ways", ...cpu, limit: 1, ...deflate,
    load: echo(1, "--transport", "deflate", "--payload", "2000") },
  { id: "deflate-fanout", title: "fan-out to 1,000 of 2,000 characters, compressed", ...cpu, limit: 1, ...deflate,
    load: fanout(1, "--transport", "deflate", "--payload", "2000") },
  // The generator is one thread, so a second one listens for half of the members; an operation is a delivery to the
  // others. That takes four cores.
  { id: "loops", title: "fan-out to 2,000 by two loops, and by one", ...throughput, atLeast: true, limit: 1.6,
    cores: 4, threads: 2, other: { name: "one loop", threads: 1 }, load: fanout(4),
    companion: ["idle", "--connections", "1000"] },
];
