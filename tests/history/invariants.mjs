// I1 to I8. Each takes the facts of a history and yields a sentence for everything that contradicts it.
import { addTo, countWhile, keyOf, memberships } from './facts.mjs';

const nameOf = ({ conversation, seq, messageId }) => `message ${seq} of ${conversation} (${messageId})`;

// --- I1: what was acknowledged is there, and reaches everybody ---

export function* lost(facts) {
  const membershipsOf = memberships(facts);
  const devicesOf = new Map();
  for (const device of facts.devices.values()) addTo(devicesOf, device.user, device);
  const finals = new Map(facts.finals.map((final) => [keyOf(final.conversation, final.user), new Set(final.messages.map(({ messageId }) => messageId))]));
  const acknowledged = new Set([...facts.calls.values()].filter(({ verb, outcome }) => verb === 'send' && outcome === 'ok').map(({ answer }) => answer.messageId));
  const everMembers = new Map();
  for (const [id, { members }] of facts.conversations) everMembers.set(id, new Set(members));
  for (const { verb, conversation, target } of facts.calls.values()) if (verb === 'add') everMembers.get(conversation)?.add(target);

  for (const messageId of acknowledged) {
    const message = facts.messages.get(messageId);
    for (const user of everMembers.get(message.conversation) ?? []) {
      const wasMember = membershipsOf(message.conversation, user).find((period) => period.in < message.invoked && message.evident < period.leaving);
      if (!wasMember) continue;
      const final = finals.get(keyOf(message.conversation, user));
      if (wasMember.leaving === Infinity && facts.finals.length > 0 && !final?.has(messageId))
        yield `${nameOf(message)} was acknowledged and is not in the history of ${user}`;
      for (const device of devicesOf.get(user) ?? [])
        if (!device.received.has(messageId) && isOwed(facts, device, message)) yield `${nameOf(message)} never reached ${user} on ${device.device}`;
    }
  }
}

// A device is owed what lies above the place where it began.
function isOwed(facts, device, message) {
  const [first] = device.connections;
  return !facts.replays || message.position === undefined || message.position > first.place.position;
}

// --- I2: seq is 1, 2, 3 … for everybody, and so is the log ---

export function* gaps(facts) {
  const places = new Map(); // conversation + seq → messageId
  for (const { message, how, user } of facts.sightings) {
    const known = facts.messages.get(message.messageId);
    if (known.seq !== message.seq || known.conversation !== message.conversation)
      yield `${nameOf(known)} is number ${message.seq} of ${message.conversation} to ${user} (${how})`;
    const key = keyOf(message.conversation, message.seq);
    const other = places.get(key);
    if (other === undefined) places.set(key, message.messageId);
    else if (other !== message.messageId) yield `number ${message.seq} of ${message.conversation} is ${other} to one and ${message.messageId} to ${user}`;
  }
  const membershipsOf = memberships(facts);
  for (const { user, conversation, messages } of facts.finals) {
    const seqs = messages.map(({ seq }) => seq);
    const [first, ...more] = membershipsOf(conversation, user);
    if (first?.in === -1 && more.length === 0 && seqs.length > 0 && seqs[0] !== 1) yield `the history of ${conversation} begins with ${seqs[0]} to ${user}`;
    for (let i = 1; i < seqs.length; i++)
      if (seqs[i] !== seqs[i - 1] + 1) yield `in ${conversation}, ${seqs[i - 1]} is followed by ${seqs[i]} to ${user}`;
  }
  if (facts.log && (facts.log.first !== 1 || facts.log.last !== facts.log.count))
    yield `the log has ${facts.log.count} rows from ${facts.log.first} to ${facts.log.last}`;
}

// --- I3: in the log's order, nothing passed over, the same cursor each time ---

const identityOf = (event) =>
  event.event === 'message' ? `message ${event.messageId}` : `${event.event} ${event.conversation} ${event.user} ${event.seq ?? event.place.position}`;

export function* disorder(facts) {
  const cursors = new Map(); // what an event is → its cursor
  for (const event of facts.events) {
    const identity = identityOf(event);
    const first = cursors.get(identity) ?? event.cursor;
    cursors.set(identity, first);
    if (first !== event.cursor) yield `${identity} has the cursor ${event.cursor}, and ${first} elsewhere`;
  }
  for (const connection of facts.connections.values()) {
    const { user, device, events, place, complete } = connection;
    // Where nothing is replayed, `connected` names no place that one could fall behind.
    let last = connection.reset?.place ?? (facts.replays ? place : { ...place, position: 0 });
    for (const [index, event] of events.entries()) {
      if (index === complete?.after) last = complete.place;
      if (event.place.epoch !== last.epoch || event.place.position <= last.position)
        yield `${user} on ${device} was given ${event.cursor} after ${last.epoch}.${last.position}`;
      last = event.place;
    }
  }
  if (facts.replays) yield* passedOver(facts);
}

// What one device of a user was given, every other was given too; and a replay gives all of it before it says so.
function* passedOver(facts) {
  const known = new Map(); // user → position → event
  for (const event of facts.events) {
    if (!known.has(event.receiver)) known.set(event.receiver, new Map());
    known.get(event.receiver).set(event.place.position, event);
  }
  for (const { user, device, connections, answered } of facts.devices.values()) {
    // What it created, sent or read itself is answered, and need not be told.
    const isOwn = ({ event, messageId, conversation, user: who, seq }) =>
      (event === 'message' && answered.has(messageId)) ||
      (event === 'conversation:created' && answered.has(keyOf(event, conversation))) ||
      (event === 'message:read' && who === user && answered.has(keyOf(conversation, seq)));
    const events = [...(known.get(user) ?? [])].sort(([one], [other]) => one - other);
    const received = new Set(connections.flatMap((connection) => connection.events.map(({ place }) => place.position)));
    const start = connections[0].place.position;
    const reset = Math.max(-1, ...connections.map((connection) => connection.reset?.place.position ?? -1));
    for (const [position, event] of events)
      if (position > start && position > reset && !received.has(position) && !isOwn(event)) yield `${identityOf(event)} never reached ${user} on ${device}`;

    for (const { connection, complete, events: seen, place } of connections) {
      if (!complete) continue;
      if (complete.replayed !== complete.after) yield `connection ${connection} was told of ${complete.replayed} replayed events and given ${complete.after}`;
      const replayed = new Set(seen.slice(0, complete.after).map((event) => event.place.position));
      const from = countWhile(events, ([position]) => position <= place.position);
      const to = countWhile(events, ([position]) => position <= complete.place.position);
      for (const [position, event] of events.slice(from, to))
        if (!replayed.has(position) && !isOwn(event))
          yield `${identityOf(event)} was passed over in the replay of ${user} on ${device} (connection ${connection})`;
    }
  }
}

// --- I4: one message for a clientMessageId, whatever was retried ---

export function* doubled(facts) {
  const byClientId = new Map();
  for (const { message, how } of facts.sightings) {
    const key = keyOf(message.sender, message.clientMessageId);
    const first = byClientId.get(key) ?? message;
    byClientId.set(key, first);
    if (first.messageId !== message.messageId || first.seq !== message.seq)
      yield `${message.clientMessageId} of ${message.sender} is ${nameOf(first)} and ${nameOf(message)} (${how})`;
  }
}

// --- I5: nothing but what its sender sent ---

export function* forged(facts) {
  for (const { message, how, user } of facts.sightings) {
    const sent = facts.sends.get(keyOf(message.sender, message.clientMessageId)) ?? [];
    if (!sent.some((call) => call.conversation === message.conversation && call.body === message.body))
      yield `${nameOf(message)} as ${user} saw it (${how}) was not sent by ${message.sender}`;
  }
}

// --- I6: what was refused never happened ---

export function* refusedYetThere(facts) {
  for (const { message, how, user } of facts.sightings) {
    const calls = facts.sends.get(keyOf(message.sender, message.clientMessageId)) ?? [];
    if (calls.length > 0 && calls.every(({ outcome }) => outcome === 'fail')) yield `${nameOf(message)} was refused, and ${user} saw it (${how})`;
  }
}

// --- I7: only members, and nothing of whom one has blocked ---

export function* leaked(facts) {
  const membershipsOf = memberships(facts);
  const inAndOut = new Map(); // conversation + user → [position, is a member]
  for (const { event, conversation, user, place } of facts.events) {
    if (event !== 'participant:joined' && event !== 'participant:left') continue;
    addTo(inAndOut, keyOf(conversation, user), [place.position, event === 'participant:joined']);
  }
  for (const changes of inAndOut.values()) changes.sort(([one], [other]) => one - other);
  const isBlocked = blocks(facts);

  for (const { message: { messageId }, how, user } of facts.sightings) {
    const message = facts.messages.get(messageId);
    const { conversation, invoked, evident, position, sender } = message;
    const seesEarlier = how !== 'recv' && facts.conversations.get(conversation)?.visibility === 'ALL';
    const mayHaveBeen = membershipsOf(conversation, user).some((period) => (seesEarlier || period.asked <= evident) && invoked <= period.out);
    if (!mayHaveBeen) yield `${user} was no member of ${conversation} and saw ${nameOf(message)} (${how})`;
    else if (how === 'recv') {
      const before = (inAndOut.get(keyOf(conversation, user)) ?? []).filter(([place]) => place < position).at(-1);
      if (before && !before[1]) yield `${user} had left ${conversation} at ${before[0]} and was given ${nameOf(message)} at ${position}`;
    }
    if (facts.conversations.get(conversation)?.type === 'DIRECT' && isBlocked(user, sender, invoked, evident))
      yield `${user} and ${sender} are blocked from each other, and ${user} saw ${nameOf(message)} (${how})`;
  }
}

// Whether two users were blocked from each other all the time between two lines.
function blocks(facts) {
  const periods = new Map();
  for (const { verb, user, target, at, outcome, answeredAt } of facts.calls.values()) {
    const key = keyOf(user, target);
    if (verb === 'block' && outcome === 'ok') addTo(periods, key, { from: answeredAt, to: Infinity });
    if (verb === 'unblock' && outcome !== 'fail')
      for (const period of periods.get(key) ?? []) if (period.to === Infinity) period.to = at;
  }
  const within = (key, from, to) => (periods.get(key) ?? []).some((period) => period.from < from && to < period.to);
  return (one, other, from, to) => within(keyOf(one, other), from, to) || within(keyOf(other, one), from, to);
}

// --- I8: watermarks are true, and never go back ---

export function* untrueMarks(facts) {
  const bySeq = new Map();
  for (const message of facts.messages.values()) bySeq.set(keyOf(message.conversation, message.seq), message);
  // How far a user has said that he read, or has: the highest `seq` so far, line by line.
  const asked = { read: new Map(), delivered: new Map() };
  for (const { verb, conversation, user, seq, at } of facts.calls.values()) {
    if (verb !== 'read' && verb !== 'delivered') continue;
    const key = keyOf(conversation, user);
    addTo(asked[verb], key, { at, seq: Math.max(seq, asked[verb].get(key)?.at(-1).seq ?? 0) });
  }
  const hasAsked = (verb, { conversation, user, seq, at }) => {
    const calls = asked[verb].get(keyOf(conversation, user)) ?? [];
    const before = countWhile(calls, (call) => call.at < at);
    return before > 0 && calls[before - 1].seq >= seq;
  };
  const firstSeen = new Map(); // user + messageId → line
  for (const { at, user, message } of facts.sightings) {
    const key = keyOf(user, message.messageId);
    if (!firstSeen.has(key)) firstSeen.set(key, at);
  }
  // The newest message at or below `seq` that another wrote: one's own prove nothing.
  const newestOfOthers = (conversation, user, seq) => {
    for (let below = seq; below > 0; below--) {
      const message = bySeq.get(keyOf(conversation, below));
      if (!message || message.sender !== user) return message;
    }
    return undefined;
  };

  for (const { events } of facts.connections.values()) {
    const marks = new Map();
    for (const event of events) {
      if (event.event !== 'message:read' && event.event !== 'message:delivered') continue;
      const { conversation, user, seq, place, at } = event;
      const what = `${event.event} ${seq} of ${user} in ${conversation}`;
      const key = `${event.event} ${conversation} ${user}`;
      if (seq <= (marks.get(key) ?? 0)) yield `${what} came after ${marks.get(key)}`;
      marks.set(key, seq);
      const marked = bySeq.get(keyOf(conversation, seq));
      if (!marked || marked.position > place.position) yield `${what} lies beyond the last message`;
      if (event.event === 'message:read' && !hasAsked('read', event)) yield `${what} was told, but not asked for`;
      const proof = event.event === 'message:delivered' && newestOfOthers(conversation, user, seq);
      if (proof && !hasAsked('read', event) && !hasAsked('delivered', event) && !(firstSeen.get(keyOf(user, proof.messageId)) < at)) yield `${what} was told before anybody had received it`;
    }
  }
}

export const invariants = [
  ['I1', lost], ['I2', gaps], ['I3', disorder], ['I4', doubled], ['I5', forged], ['I6', refusedYetThere], ['I7', leaked], ['I8', untrueMarks],
];
