"use strict";
// Servers and loads as child processes: each on its core, none left behind.

const { spawn } = require("node:child_process");
const net = require("node:net");
const os = require("node:os");

const running = new Set();

function killAll() {
  for (const child of running) child.kill("SIGKILL");
}
process.on("exit", killAll);
for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) {
  process.on(signal, () => process.exit(128 + number));
}

// With two cores or more, the load generator has the first and the server the last. A server of several threads has all
// but two, of which a second generator has the other, if there are four; else all share what there is.
const cores = os.cpus().length;
module.exports.cores = cores;
module.exports.pinned = cores >= 2;

const places = { load: "0", companion: "1", server: String(cores - 1), threads: `2-${cores - 1}` };

function start(role, command, spread = false) {
  // The kernel ends the child when we die, even by SIGKILL. setpriv and taskset exec: child.pid is the program's own.
  const pin = cores >= (spread ? 4 : 2) ? ["taskset", "-c", places[role]] : [];
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...pin, ...command], { stdio: ["ignore", "pipe", "pipe"] });
  child.output = "";
  child.errors = "";
  child.stdout.on("data", (data) => (child.output += data));
  child.stderr.on("data", (data) => (child.errors += data));
  running.add(child);
  child.ended = new Promise((resolve) => {
    const end = (why) => {
      running.delete(child);
      resolve(why);
    };
    child.on("error", (error) => end({ code: -1, signal: null, error }));
    child.on("close", (code, signal) => end({ code, signal }));
  });
  return child;
}

const freePort = (module.exports.freePort = function () {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
});

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => (socket.destroy(), resolve(true)));
    socket.on("error", () => resolve(false));
  });
}

// command: a function from a port to the argument vector. spread: it has several threads.
module.exports.startServer = async function (name, command, spread) {
  const port = await freePort();
  const child = start(spread ? "threads" : "server", command(port), spread);
  let end = null;
  child.ended.then((why) => (end = why));
  const deadline = Date.now() + 10_000;
  while (!(await accepts(port))) {
    if (end) throw new Error(`${name} ended with code ${end.code} at its start\n${child.errors}${child.output}`);
    if (Date.now() > deadline) throw new Error(`${name} does not listen on port ${port} after 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    name,
    port,
    pid: child.pid,
    async stop() {
      child.kill("SIGKILL"); // nothing to save, and a clean stop is not what is measured
      await child.ended;
    },
  };
};

// How many cores other programs kept busy during a second.
module.exports.busyCores = async function () {
  const total = () => os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const before = total();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return (total() - before) / 1000;
};

// Runs the generator and returns what it measured. companion: the load of a second one beside it.
module.exports.runLoad = async function (program, server, options, companion) {
  const where = ["--port", String(server.port), "--server-pid", String(server.pid)];
  let beside;
  if (companion) {
    beside = start("companion", [program, ...companion, "--seconds", "3600", "--port", String(server.port)], true);
    while (!beside.errors.includes("connections open")) {
      if (!running.has(beside)) throw new Error(`the second generator ended\n${beside.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const child = start("load", [program, ...options, ...where, "--json", "--quiet"], Boolean(companion));
  const end = await child.ended;
  beside?.kill("SIGKILL");
  if (end.code !== 0) {
    const load = [program, ...options].join(" ");
    throw new Error(`${load} against ${server.name} ended with code ${end.code}\n${child.errors}`);
  }
  return JSON.parse(child.output);
};
