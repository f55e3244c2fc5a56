// Users with two devices each, who send, retry, read, drop, come back, and go on where their other device stopped. Everything that they
// do and see becomes a history.
import { bodyHash } from '../history/history.mjs';
import { ask, succeed } from '../journeys/support/mentara.mjs';
import { eventually, within } from '../journeys/support/wait.mjs';
import { Device } from './device.mjs';

const pageMax = 200;

export class Crowd {
  acks = 0;
  talking = false;
  conversations = []; // {id, members}
  #users = new Map(); // user → {devices, conversations, unanswered}
  #waiting = []; // [acks, wake]
  #sent = 0;
  #calls = 0;
  #connections = 0;

  constructor(server, writer, random, { clients, messages }) {
    Object.assign(this, { server, writer, random, messages });
    for (let i = 0; i < Math.ceil(clients / 2); i++) {
      const name = `user-${i}`;
      const user = { name, conversations: [], unanswered: [] };
      user.devices = ['phone', 'desk'].slice(0, Math.min(2, clients - 2 * i)).map((device) => new Device(this, user, device));
      this.#users.set(name, user);
    }
  }

  get devices() {
    return [...this.#users.values()].flatMap(({ devices }) => devices);
  }

  // Everybody connects; each has a DIRECT conversation with the next, and is in groups of four.
  async gather() {
    await Promise.all(this.devices.map((device) => device.connect()));
    const users = [...this.#users.values()];
    for (let i = 0; i + 1 < users.length; i += 2) await this.#make('DIRECT', [users[i], users[i + 1]]);
    for (let i = 0; i < users.length; i += 2) {
      const members = new Set([0, 1, 3, 7].map((step) => users[(i + step) % users.length]));
      if (members.size > 2) await this.#make('GROUP', [...members]);
    }
  }

  async #make(type, members) {
    const participantIds = members.slice(1).map(({ name }) => name);
    const { socket, connection } = members[0].devices[0];
    const { conversation } = await succeed(socket, 'conversation:create', { type, participantIds });
    const made = { id: conversation.id, members };
    this.conversations.push(made);
    members.forEach((user) => user.conversations.push(made));
    this.writer.write({ op: 'conversation', connection, conversation: made.id, type, visibility: 'SINCE_JOIN', members: members.map(({ name }) => name) });
  }

  talk() {
    this.talking = true;
    this.devices.forEach((device) => device.talk());
  }

  // What a user says next: what nobody has answered him yet, or something new. Undefined: enough was said.
  nextMessage(user) {
    if (user.unanswered.length > 0) return user.unanswered.shift();
    if (this.#sent >= this.messages) return undefined;
    const clientMessageId = `m${++this.#sent}`;
    const content = `${clientMessageId} of ${user.name} ${'…'.repeat(this.random.below(60))}`;
    return { conversation: this.random.pick(user.conversations).id, clientMessageId, content, body: bodyHash(content) };
  }

  nextCall() {
    return ++this.#calls;
  }

  nextConnection() {
    return ++this.#connections;
  }

  countAck() {
    this.acks++;
    this.#waiting = this.#waiting.filter(([acks, wake]) => (this.acks >= acks ? wake() : true));
  }

  // Waits until so many messages were acknowledged.
  acknowledged(count) {
    if (this.acks >= Math.floor(count)) return undefined;
    const reached = new Promise((wake) => this.#waiting.push([Math.floor(count), wake]));
    return within(300_000, reached, `${Math.floor(count)} acknowledged messages; there are ${this.acks}`);
  }

  // Nobody drops any more, everybody comes back, and waits for what he has missed.
  async comeToRest() {
    this.talking = false;
    await eventually('answers to everything', () => this.devices.every((device) => device.isIdle()));
    await Promise.all(this.devices.map((device) => device.return()));
    const lastSeqs = new Map();
    for (const { id, members } of this.conversations) {
      const messages = await this.#historyOf(members[0].devices[0], id);
      lastSeqs.set(id, messages.at(-1)?.seq ?? 0);
    }
    const hasAll = (device) => device.user.conversations.every(({ id }) => device.reached(id) >= lastSeqs.get(id));
    // What is still missing then is for the checker to say.
    await eventually('everything at every device', () => this.devices.every(hasAll), 10_000).catch(() => {});
    for (const { id, members } of this.conversations)
      for (const user of members) {
        const [device] = user.devices;
        this.writer.write({ op: 'final', connection: device.connection, conversation: id, messages: await this.#historyOf(device, id) });
      }
  }

  async disperse() {
    this.devices.forEach((device) => device.leave());
  }

  async #historyOf(device, conversationId) {
    const all = [];
    for (;;) {
      const page = await ask(device.socket, 'conversation:history', { conversationId, afterSeq: all.at(-1)?.seq ?? 0, limit: pageMax });
      if (!page.success) throw new Error(`history: ${JSON.stringify(page)}`);
      all.push(...page.messages.map(described));
      if (!page.hasMore) return all;
    }
  }
}

// A message as a line of the history tells it.
export function described({ seq, id, senderId, clientMessageId, content }) {
  return { seq, messageId: id, sender: senderId, clientMessageId, body: bodyHash(content) };
}
