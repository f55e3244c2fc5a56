"use strict";
// What bench/compare measures. `limit` must hold today, `aim` is the next goal; both are for ours / Node, except where
// the row says `absolute` (then in the unit of the row, ours alone).

const cpu = { value: (result) => result.serverCpuUsPerOperation, unit: "µs" };
const memory = { value: (result) => result.rssBytesPerConnection / 1024, unit: "KB" };

const fanout = (inFlight, more = []) =>
  ["fanout", "--connections", "1000", "--in-flight", String(inFlight), "--senders", "1", ...more];

module.exports.rows = [
  { id: "echo-1", title: "echo with ack, 100 connections, 1 in flight", ...cpu, limit: 0.4, aim: 0.36,
    load: ["echo", "--connections", "100", "--in-flight", "1"] },
  { id: "echo-8", title: "echo with ack, 100 connections, 8 in flight", ...cpu, limit: 0.12, aim: 0.075,
    load: ["echo", "--connections", "100", "--in-flight", "8"] },
  { id: "fanout-1", title: "fan-out to 1,000, 1 in flight, per delivery", ...cpu, limit: 0.5, aim: 0.5,
    load: fanout(1) },
  { id: "fanout-4", title: "fan-out to 1,000, 4 in flight, per delivery", ...cpu, limit: 0.25, aim: 0.18,
    load: fanout(4) },
  { id: "fanout-4-1000", title: "the same, 1,000-byte payload", ...cpu, limit: 0.2, aim: 0.2,
    load: fanout(4, ["--payload", "1000"]) },
  { id: "connect", title: "connect (WebSocket, one namespace) and leave", ...cpu, limit: 0.25, aim: 0.25,
    load: ["connect", "--in-flight", "16"] },
  { id: "idle", title: "memory of an idle connection, 10,000 open", ...memory, absolute: true, limit: 4, aim: 2.5,
    load: ["idle", "--connections", "10000"] },
];
