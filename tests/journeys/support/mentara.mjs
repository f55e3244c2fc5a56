// The server under test with a database of its own, and the users who talk to it through the real client.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { io } from 'socket.io-client';

import { mentaraBinary } from './binaries.mjs';
import { postgresForThisFile } from './postgres.mjs';
import { Program, freePort } from './program.mjs';
import { secret, token } from './tokens.mjs';
import { next, patience } from './wait.mjs';

const directories = [];
process.on('exit', () => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

// Removed when the test file is done.
export function temporaryDirectory() {
  directories.push(mkdtempSync(join(tmpdir(), 'mentara-journey-')));
  return directories.at(-1);
}

// Tests are faster than people; those of the limits say which they want.
export const unlimited = Object.fromEntries(
  [
    'EVENTS_PER_SECOND', 'EVENTS_BURST', 'SENDS_PER_SECOND', 'SENDS_BURST', 'REQUESTS_PER_SECOND', 'REQUESTS_BURST',
    'CONNECT_FAILURES_PER_MINUTE', 'CONNECTIONS_PER_ADDRESS', 'HANDSHAKES_PER_SECOND', 'HANDSHAKES_BURST',
  ].map((name) => [`MENTARA_LIMITS_${name}`, '1000000']),
);

export class Mentara {
  // env: more variables for the server, such as MENTARA_ENGINE_MAX_PAYLOAD. With JOURNEYS_DATABASE=postgres its data are in a
  // PostgreSQL server of the test file, else in its folder. `prefix`: a command that runs it elsewhere, reached as `host`.
  static async start({ port, env = {}, args = [], host = '127.0.0.1', prefix = [] } = {}) {
    const server = new Mentara();
    server.port = port ?? (await freePort());
    Object.assign(server, { host, prefix, url: `http://${host}:${server.port}` });
    server.data = temporaryDirectory();
    server.env = { MENTARA_JWT_SECRET: secret, MENTARA_OPERATIONS_PORT: String(await freePort()), ...unlimited, ...env };
    if (process.env.JOURNEYS_DATABASE === 'postgres') server.env.MENTARA_DATABASE_URL ??= (await postgresForThisFile()).freshUrl();
    server.args = ['serve', '--host', prefix.length ? '0.0.0.0' : host, '--port', String(server.port), '--data', server.data, ...args];
    server.sockets = [];
    await server.run();
    return server;
  }

  // Starts the process; again after stop() or kill(), on the same port and data.
  async run() {
    const [command, ...args] = [...this.prefix, mentaraBinary, ...this.args];
    this.program = new Program(command, args, { env: this.env });
    const [, port] = await this.program.lineMatching(/\blistening\b.*\bport(?:=|":)(\d+)/);
    assert.equal(Number(port), this.port);
  }

  stop(signal) {
    return this.program.stop(signal);
  }

  kill() {
    return this.program.kill();
  }

  async end() {
    this.sockets.forEach((socket) => socket.disconnect());
    if (this.program.ended) this.program.checkItsEnd();
    else await this.program.stop();
  }

  // A socket that may not be connected yet; it is closed when the server ends.
  socket(userId, { nsp = '/messaging', claims = {}, auth = {}, ...options } = {}) {
    const socket = io(this.url + nsp, {
      forceNew: true,
      transports: ['websocket'],
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
      auth: { token: token(userId, claims), ...auth },
      ...options,
    });
    this.sockets.push(socket);
    return socket;
  }

  // A socket that was accepted: `welcome` is the payload of its `connected` event.
  async connect(userId, options) {
    const socket = this.socket(userId, options);
    [socket.welcome] = await next(socket, 'connected');
    return socket;
  }
}

export async function mentaraForThisFile(options) {
  const server = await Mentara.start(options);
  after(() => server.end());
  return server;
}

// The ack of an event, whatever it says.
export function ask(socket, event, ...payload) {
  return socket.timeout(patience).emitWithAck(event, ...payload);
}

// The ack of an event that must succeed.
export async function succeed(socket, event, ...payload) {
  const ack = await ask(socket, event, ...payload);
  assert.equal(ack.success, true, `${event} failed: ${JSON.stringify(ack)}`);
  return ack;
}

// The ack of an event that must fail with `code`.
export async function fail(code, socket, event, ...payload) {
  const ack = await ask(socket, event, ...payload);
  assert.equal(ack.success, false, `${event} succeeded: ${JSON.stringify(ack)}`);
  assert.equal(ack.code, code, JSON.stringify(ack));
  assert.equal(typeof ack.error, 'string');
  assert.notEqual(ack.error, '');
  return ack;
}

// Whatever the server sent to this socket before it heard the question has arrived when this is over.
export async function settle(socket) {
  await succeed(socket, 'conversation:list', {});
}

// The id of a new conversation of these users, made through the first one's socket.
export async function conversationOf(socket, participantIds, more = {}) {
  const ack = await succeed(socket, 'conversation:create', { type: 'GROUP', participantIds, ...more });
  return ack.conversation.id;
}

let names = 0;
// A user id that no other test uses.
export const someone = (name) => `${name}-${process.pid}-${++names}`;
