#!/usr/bin/env node
// What `message:send` of the application does, on Socket.IO, Node and SQLite: the token is looked at when a socket
// connects; each message is validated, its sender's membership checked, and the message, the log's row and the
// conversation's number committed before the ack; then the other member's sockets and the sender's others get it.
//
//   bench/peers/messaging/server.mjs --port P --data FOLDER [--commit turn]     MENTARA_JWT_SECRET: of the tokens (HS256)
//
// In the application's own durability mode (WAL, synchronous=FULL). A commit is for one message (`each`), as such servers
// are mostly written, or, as the application itself does, for all that arrive in one turn of the event loop (`turn`).
import Database from "better-sqlite3";
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import path from "node:path";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values } = parseArgs({
  options: { port: { type: "string" }, data: { type: "string" }, commit: { type: "string", default: "turn" } },
});
const secret = process.env.MENTARA_JWT_SECRET;
if (!(Number(values.port) > 0) || !values.data || !secret || !["each", "turn"].includes(values.commit)) {
  console.error("usage: MENTARA_JWT_SECRET=… server.mjs --port P --data FOLDER [--commit each|turn]");
  process.exit(2);
}

// --- storage ---

const db = new Database(path.join(values.data, "peer.db"));
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`
  CREATE TABLE conversations (id TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, activity INTEGER NOT NULL);
  CREATE TABLE directs (pair TEXT PRIMARY KEY, conversation_id TEXT NOT NULL);
  CREATE TABLE members (conversation_id TEXT, user_id TEXT, read_seq INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation_id, user_id)) WITHOUT ROWID;
  CREATE TABLE messages (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, conversation_id TEXT NOT NULL,
    seq INTEGER NOT NULL, sender_id TEXT NOT NULL, content TEXT NOT NULL, client_message_id TEXT,
    created_at INTEGER NOT NULL);
  CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_id, seq);
  CREATE UNIQUE INDEX messages_by_client_id ON messages (sender_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
  CREATE TABLE log (position INTEGER PRIMARY KEY, conversation_id TEXT NOT NULL, payload TEXT NOT NULL);
  CREATE INDEX log_by_conversation ON log (conversation_id, position);
`);
const statements = Object.fromEntries(Object.entries({
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  direct: "SELECT conversation_id AS id FROM directs WHERE pair = ?",
  newConversation: "INSERT INTO conversations VALUES (?, 0, 0)",
  newDirect: "INSERT INTO directs VALUES (?, ?)",
  newMember: "INSERT INTO members (conversation_id, user_id) VALUES (?, ?)",
  member: "SELECT 1 FROM members WHERE conversation_id = ? AND user_id = ?",
  members: "SELECT user_id AS id FROM members WHERE conversation_id = ?",
  sentBefore: "SELECT * FROM messages WHERE sender_id = ? AND client_message_id = ?",
  count: "UPDATE conversations SET last_seq = last_seq + 1, activity = ? WHERE id = ? RETURNING last_seq AS seq",
  read: "UPDATE members SET read_seq = ? WHERE conversation_id = ? AND user_id = ?",
  message: "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  log: "INSERT INTO log VALUES (?, ?, ?)",
}).map(([name, sql]) => [name, db.prepare(sql)]));
let position = 0;

function runInTransaction(units) {
  statements.begin.run();
  const after = units.map((unit) => unit());
  statements.commit.run();
  for (const tell of after) tell();
}

// Runs each unit in a transaction, its own or the turn's, and what it answers after the commit.
const waiting = [];
function inTransaction(unit) {
  if (values.commit === "each") return runInTransaction([unit]);
  if (waiting.push(unit) === 1) setImmediate(() => runInTransaction(waiting.splice(0)));
}

// --- rules ---

function createDirect(userId, other) {
  const pair = [userId, other].sort().join("\n");
  const found = statements.direct.get(pair);
  if (found) return found.id;
  const id = randomUUID();
  statements.newConversation.run(id);
  statements.newDirect.run(pair, id);
  for (const member of [userId, other]) statements.newMember.run(id, member);
  return id;
}

function isValid(request) {
  return typeof request === "object" && request !== null && typeof request.conversationId === "string" &&
    request.conversationId.length <= 128 && typeof request.content === "string" && request.content.length >= 1 &&
    request.content.length <= 16384 &&
    (request.clientMessageId === undefined || typeof request.clientMessageId === "string");
}

// {message} or {error}; `members` are told of a new one.
function send(user, { conversationId, content, clientMessageId }) {
  if (!statements.member.get(conversationId, user.id)) return { error: "not_found" };
  if (clientMessageId !== undefined) {
    const before = statements.sentBefore.get(user.id, clientMessageId);
    if (before) return before.content === content ? { message: before, members: [] } : { error: "conflict" };
  }
  const createdAt = Date.now();
  const { seq } = statements.count.get(++position, conversationId);
  const message = { id: randomUUID(), conversationId, seq, senderId: user.id, sender: user, content,
    messageType: "TEXT", clientMessageId, createdAt: new Date(createdAt).toISOString() };
  statements.message.run(position, message.id, conversationId, seq, user.id, content, clientMessageId ?? null, createdAt);
  statements.read.run(seq, conversationId, user.id);
  message.cursor = String(position);
  statements.log.run(position, conversationId, JSON.stringify(message));
  return { message, members: statements.members.all(conversationId) };
}

// --- the gateway ---

function userOf(token) {
  const [head, body, signature] = String(token).split(".");
  const expected = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature ?? "", "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { sub, name, exp } = JSON.parse(Buffer.from(body, "base64url"));
  return typeof sub === "string" && exp > Date.now() / 1000 ? { id: sub, name } : undefined;
}

const http = createServer();
const messaging = new Server(http, { perMessageDeflate: false }).of("/messaging");
messaging.use((socket, next) => {
  socket.data.user = userOf(socket.handshake.auth.token);
  next(socket.data.user ? undefined : new Error("token_invalid"));
});
messaging.on("connection", (socket) => {
  const { user } = socket.data;
  socket.join(`user_${user.id}`);
  socket.on("conversation:create", ({ participantIds }, ack) => inTransaction(() => {
    const id = createDirect(user.id, participantIds[0]);
    return () => ack({ success: true, conversation: { id } });
  }));
  socket.on("message:send", (request, ack) => {
    if (!isValid(request)) return ack({ success: false, error: "invalid_payload" });
    inTransaction(() => {
      const { error, message, members } = send(user, request);
      return () => {
        if (error) return ack({ success: false, error });
        ack({ success: true, message });
        if (members.length > 0) socket.to(members.map(({ id }) => `user_${id}`)).emit("message", message);
      };
    });
  });
});

for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
http.listen({ port: Number(values.port), host: "127.0.0.1", backlog: 4096 }, () => console.log(`listening on port ${values.port}`));
