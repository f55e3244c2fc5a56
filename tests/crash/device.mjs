// One device of a user: a stock client that reconnects by itself, and remembers no more than one would.
import { next } from '../journeys/support/wait.mjs';
import { described } from './crowd.mjs';

const inFlightMax = 8;

export class Device {
  socket = undefined;
  connection = undefined; // undefined: not connected
  #last = undefined; // the connection that is or was: the client keeps what was read in its last moment until it is back
  #calls = new Map(); // call → message, of this connection
  #reached = new Map(); // conversation → the seq up to which it has all
  #above = new Map(); // conversation → seqs beyond a gap
  #toLoad = new Set(); // conversations that it has to load since a reset; kept until that is done, however often it is cut
  #loading = false;

  constructor(crowd, user, name) {
    Object.assign(this, { crowd, user, name });
  }

  async connect() {
    this.socket = this.crowd.server.socket(this.user.name, { auth: { deviceId: this.name }, reconnectionDelay: 5, reconnectionDelayMax: 50 });
    this.socket.on('connected', (welcome) => this.#onConnected(welcome));
    this.socket.on('disconnect', () => this.#onDisconnect());
    this.socket.on('message', (message) => this.#onMessage(message));
    for (const event of ['message:read', 'message:delivered'])
      this.socket.on(event, ({ conversationId, userId, seq, cursor }) =>
        this.#write({ op: 'recv', connection: this.#last, event, cursor, conversation: conversationId, user: userId, seq }));
    this.socket.on('conversation:created', ({ conversation: { id }, cursor }) =>
      this.#write({ op: 'recv', connection: this.#last, event: 'conversation:created', cursor, conversation: id }));
    this.socket.on('sync:complete', ({ cursor, replayed }) => this.#write({ op: 'complete', connection: this.connection, cursor, replayed }));
    this.socket.on('sync:reset', ({ cursor, reason }) => {
      this.#write({ op: 'reset', connection: this.connection, cursor, reason });
      for (const { id } of this.user.conversations) this.#toLoad.add(id);
      this.#load();
    });
    await next(this.socket, 'connected');
  }

  // Keeps some messages in flight for as long as there is something to say.
  talk() {
    while (this.connection && this.#calls.size < inFlightMax) {
      const message = this.crowd.nextMessage(this.user);
      if (!message) return;
      this.#send(message);
    }
  }

  isIdle() {
    this.talk(); // what a connection that broke has left behind
    return this.#calls.size === 0 && this.user.unanswered.length === 0 && this.#toLoad.size === 0;
  }

  // Up to which message it has all.
  reached(conversation) {
    return this.#reached.get(conversation) ?? 0;
  }

  async return() {
    if (!this.socket.connected) this.socket.connect();
    if (!this.connection) await next(this.socket, 'connected');
  }

  leave() {
    this.socket.disconnect();
  }

  #write(entry) {
    this.crowd.writer.write(entry);
  }

  #send(message) {
    const { conversation, clientMessageId, content, body } = message;
    const call = this.crowd.nextCall();
    const { connection } = this;
    this.#calls.set(call, message);
    this.#invoke(call, 'send', { conversation, clientMessageId, body });
    this.socket.emit('message:send', { conversationId: conversation, clientMessageId, content }, (ack) => {
      if (this.connection !== connection || !this.#calls.delete(call)) return; // too late to count: it was written off
      if (ack.success) {
        this.#write({ op: 'ok', call, messageId: ack.message.id, seq: ack.message.seq });
        if (!message.isRetryOfAnswered) this.crowd.countAck();
        this.#has(conversation, ack.message.seq);
        // Now and then an answer is doubted.
        if (this.crowd.random.chance(0.02)) this.user.unanswered.push({ ...message, isRetryOfAnswered: true });
      } else {
        this.#write({ op: 'fail', call, code: ack.code });
        setTimeout(() => this.user.unanswered.push(message), ack.retryAfterMs ?? 0);
      }
      this.#maybeDrop();
      this.talk();
    });
  }

  #invoke(call, verb, more) {
    this.#write({ op: 'invoke', call, verb, connection: this.connection, user: this.user.name, device: this.name, ...more });
  }

  #onConnected({ cursor }) {
    this.connection = this.#last = this.crowd.nextConnection();
    this.#write({ op: 'connect', connection: this.connection, user: this.user.name, device: this.name, cursor });
    if (this.crowd.talking) this.talk();
    this.#load();
  }

  #onDisconnect() {
    for (const [call, message] of this.#calls) {
      this.#write({ op: 'info', call });
      this.user.unanswered.push(message); // for whichever device is the first to be back
    }
    this.#calls.clear();
    if (this.connection) this.#write({ op: 'drop', connection: this.connection });
    this.connection = undefined;
  }

  #onMessage(message) {
    const { conversationId, cursor } = message;
    this.#write({ op: 'recv', connection: this.#last, event: 'message', cursor, conversation: conversationId, ...described(message) });
    this.#has(conversationId, message.seq);
    if (this.connection && this.crowd.random.chance(0.03)) this.#read(conversationId, message.seq);
  }

  #read(conversationId, seq) {
    const call = this.crowd.nextCall();
    const { connection } = this;
    this.#invoke(call, 'read', { conversation: conversationId, seq });
    this.socket.emit('message:read', { conversationId, seq }, (ack) => {
      if (this.connection !== connection) return;
      this.#write(ack.success ? { op: 'ok', call } : { op: 'fail', call, code: ack.code });
    });
  }

  // Leaves in the middle of what it does, and comes back after a while.
  #maybeDrop() {
    const { random } = this.crowd;
    if (!this.crowd.talking || !random.chance(0.002)) return;
    if (random.chance(0.5)) {
      this.socket.io.engine.close(); // the client reconnects by itself
    } else {
      this.socket.disconnect();
      setTimeout(() => this.socket.connect(), random.below(300));
    }
  }

  #has(conversation, seq) {
    const above = this.#above.get(conversation) ?? new Set();
    this.#above.set(conversation, above);
    above.add(seq);
    let reached = this.reached(conversation);
    while (above.delete(reached + 1)) reached++;
    this.#reached.set(conversation, reached);
  }

  // What it missed was more than is replayed. The reset has arrived, so it is not told again: what is still to be loaded when the
  // connection ends is loaded over the next.
  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    for (const id of this.#toLoad) {
      const { connection } = this;
      if (!connection) break;
      const page = await this.#page(id);
      if (this.connection !== connection || !page?.success) continue;
      this.#write({ op: 'fetch', connection, conversation: id, messages: page.messages.map(described) });
      for (const { seq } of page.messages) this.#has(id, seq);
      this.#toLoad.delete(id);
      if (page.hasMore) this.#toLoad.add(id);
    }
    this.#loading = false;
    if (this.connection && this.#toLoad.size > 0) setTimeout(() => this.#load(), 50);
  }

  // Undefined: the connection is gone, or slow.
  #page(conversationId) {
    const request = { conversationId, afterSeq: this.reached(conversationId), limit: 200 };
    return this.socket.timeout(10_000).emitWithAck('conversation:history', request).catch(() => undefined);
  }
}
