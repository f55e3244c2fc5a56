// What a history says, put in order: who asked for what and how it ended, which connection saw what, and where in the log it lies.
import { placeOf } from './history.mjs';

// A failure that leaves it open whether the request took effect.
const isIndefinite = (code) => code === 'unavailable' || code === 'internal';

// Of a message: the line where it was first asked for and the one where it was first seen to exist; it came to be between the two.
class MessageFacts {
  constructor(message) {
    Object.assign(this, message);
    this.invoked = Infinity;
    this.evident = Infinity;
    this.position = undefined; // in the log, when somebody was given its event
  }
}

export class Facts {
  conversations = new Map(); // id → {type, visibility, members}
  calls = new Map(); // call → {verb, …, at, outcome: 'ok' | 'fail' | 'info', answer, answeredAt}
  sends = new Map(); // sender + clientMessageId → its calls
  connections = new Map(); // connection → {user, device, at, cursor, complete, reset, events}
  // user + device → {user, device, connections, received: messageIds, answered: messageIds, conversation + seq of what it read, and
  // what it created}
  devices = new Map();
  messages = new Map(); // messageId → MessageFacts, as it was first seen
  sightings = []; // {at, how: 'ok' | 'recv' | 'fetch' | 'final', user, connection?, message}
  events = []; // every recv, with at, user, place
  finals = []; // {at, user, conversation, messages}
  log = undefined;
  replays = false; // the server has told somebody where his replay ended
  malformed = [];

  constructor(entries) {
    entries.forEach((entry, at) => {
      try {
        const take = this[`take_${entry.op}`];
        if (!take) throw new Error(`no such op: ${entry.op}`);
        take.call(this, entry, at);
      } catch (error) {
        this.malformed.push(`line ${at + 1}: ${error.message}`);
      }
    });
    for (const call of this.calls.values()) call.outcome ??= 'info';
    for (const message of this.messages.values()) {
      const invocations = this.sends.get(keyOf(message.sender, message.clientMessageId)) ?? [];
      message.invoked = Math.min(...invocations.map(({ at }) => at), message.evident);
    }
  }

  take_conversation({ connection, conversation, type, visibility, members }) {
    this.conversations.set(conversation, { type, visibility, members });
    if (connection === undefined) return;
    const { user, device } = this.#connection(connection);
    this.devices.get(keyOf(user, device)).answered.add(keyOf('conversation:created', conversation));
  }

  take_invoke({ op, ...call }, at) {
    this.calls.set(call.call, { ...call, at });
    if (call.verb !== 'send') return;
    addTo(this.sends, keyOf(call.user, call.clientMessageId), this.calls.get(call.call));
  }

  take_ok({ op, call: number, ...answer }, at) {
    const call = this.#answered(number, 'ok', answer, at);
    if (call.verb === 'read') this.devices.get(keyOf(call.user, call.device)).answered.add(keyOf(call.conversation, call.seq));
    if (call.verb !== 'send') return;
    const { messageId, seq } = answer;
    const message = { messageId, seq, conversation: call.conversation, sender: call.user, clientMessageId: call.clientMessageId, body: call.body };
    this.#see('ok', at, this.#connection(call.connection), message);
  }

  take_fail({ call, code }, at) {
    this.#answered(call, isIndefinite(code) ? 'info' : 'fail', { code }, at);
  }

  take_info({ call }, at) {
    this.#answered(call, 'info', {}, at);
  }

  take_connect({ connection, user, device, cursor }, at) {
    const key = keyOf(user, device);
    if (!this.devices.has(key)) this.devices.set(key, { user, device, connections: [], received: new Set(), answered: new Set() });
    const made = { connection, user, device, at, place: placeOf(cursor), events: [] };
    this.connections.set(connection, made);
    this.devices.get(key).connections.push(made);
  }

  take_complete({ connection, cursor, replayed }) {
    this.#connection(connection).complete = { place: placeOf(cursor), replayed, after: this.#connection(connection).events.length };
    this.replays = true;
  }

  take_reset({ connection, cursor }) {
    this.#connection(connection).reset = { place: placeOf(cursor) };
    this.replays = true;
  }

  take_drop({ connection }, at) {
    this.#connection(connection).droppedAt = at;
  }

  take_recv({ connection: number, event, cursor, conversation, user, seq, messageId, sender, clientMessageId, body }, at) {
    const connection = this.#connection(number);
    const place = placeOf(cursor);
    const seen = { at, event, cursor, place, receiver: connection.user, conversation, user, seq, messageId, sender, clientMessageId, body };
    connection.events.push(seen);
    this.events.push(seen);
    if (event === 'message') this.#see('recv', at, connection, seen, place.position);
  }

  take_fetch({ connection, conversation, messages }, at) {
    for (const message of messages) this.#see('fetch', at, this.#connection(connection), { conversation, ...message });
  }

  take_final({ connection, conversation, messages }, at) {
    const { user } = this.#connection(connection);
    this.finals.push({ at, user, conversation, messages });
    for (const message of messages) this.#see('final', at, this.#connection(connection), { conversation, ...message });
  }

  take_log({ first, last, count }) {
    this.log = { first, last, count };
  }

  #connection(number) {
    const connection = this.connections.get(number);
    if (!connection) throw new Error(`connection ${number} was never opened`);
    return connection;
  }

  #answered(number, outcome, answer, at) {
    const call = this.calls.get(number);
    if (!call) throw new Error(`call ${number} was never made`);
    if (call.outcome) throw new Error(`call ${number} was answered twice`);
    Object.assign(call, { outcome, answer, answeredAt: at });
    return call;
  }

  #see(how, at, connection, { messageId, conversation, seq, sender, clientMessageId, body }, position) {
    const message = { messageId, conversation, seq, sender, clientMessageId, body };
    if (!this.messages.has(messageId)) this.messages.set(messageId, new MessageFacts(message));
    const known = this.messages.get(messageId);
    known.evident = Math.min(known.evident, at);
    known.position ??= position;
    this.sightings.push({ at, how, user: connection.user, connection, message });
    const device = this.devices.get(keyOf(connection.user, connection.device));
    device.received.add(messageId);
    if (how === 'ok') device.answered.add(messageId);
  }
}

export function addTo(lists, key, value) {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

// How many of a sorted list come before the first that fails `test`.
export function countWhile(sorted, test) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const keyOf = (user, name) => `${user}\n${name}`;

// The times of a user's membership of a conversation, as lines of the history: he became a member between `asked` and `in`, and ceased
// to be one between `leaving` and `out`. The creation is before everything.
export function memberships(facts) {
  const found = new Map();
  for (const [id, { members }] of facts.conversations)
    for (const user of members) addTo(found, keyOf(id, user), { asked: -1, in: -1, leaving: Infinity, out: Infinity });
  for (const { verb, conversation, target, at, outcome, answeredAt } of facts.calls.values()) {
    if (verb === 'add' && outcome !== 'fail')
      addTo(found, keyOf(conversation, target), { asked: at, in: outcome === 'ok' ? answeredAt : Infinity, leaving: Infinity, out: Infinity });
    if (verb === 'remove' && outcome !== 'fail')
      for (const period of found.get(keyOf(conversation, target)) ?? []) {
        if (period.leaving === Infinity) period.leaving = at;
        if (period.out === Infinity && outcome === 'ok') period.out = answeredAt;
      }
  }
  return (conversation, user) => found.get(keyOf(conversation, user)) ?? [];
}
