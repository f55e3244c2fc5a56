// Ways to break a true history, one promise at a time. Each is [invariant, what goes wrong, change]; `change(entries, random)` returns
// the broken history, or undefined when this one has no place for it.

const replaced = (entries, from, to) => entries.map((entry) => (entry === from ? to : entry));
const without = (entries, gone) => entries.filter((entry) => entry !== gone && !(gone instanceof Set && gone.has(entry)));
const inserted = (entries, after, ...more) => {
  const at = entries.indexOf(after) + 1;
  return [...entries.slice(0, at), ...more, ...entries.slice(at)];
};
const position = ({ cursor }) => Number(cursor.split('.')[1]);
const isMessage = (entry) => entry.op === 'recv' && entry.event === 'message';
const some = (entries, random, test) => {
  const found = entries.filter(test);
  return found.length > 0 ? random.pick(found) : undefined;
};
const connectionOf = (entries, number) => entries.find(({ op, connection }) => op === 'connect' && connection === number);
const finals = (entries, conversation) => entries.filter((entry) => entry.op === 'final' && entry.conversation === conversation);
const invocation = (entries, number) => entries.find(({ op, call }) => op === 'invoke' && call === number);
const sendOf = (entries, message) => entries.find((entry) => entry.op === 'invoke' && entry.clientMessageId === message.clientMessageId);
// A final with one more or one less message, or with all of them changed.
const withMessages = (entries, final, change) => replaced(entries, final, { ...final, messages: change(final.messages) });
// Changes what everybody says of the messages of a conversation.
const renumbered = (entries, conversation, change) => {
  const calls = new Set(entries.filter((entry) => entry.op === 'invoke' && entry.conversation === conversation).map(({ call }) => call));
  return entries.map((entry) => {
    if (entry.op === 'ok' && calls.has(entry.call) && entry.seq) return { ...entry, seq: change(entry.seq) };
    if (entry.op === 'recv' && entry.conversation === conversation && entry.seq) return { ...entry, seq: change(entry.seq) };
    if (entry.messages && entry.conversation === conversation)
      return { ...entry, messages: entry.messages.map((message) => ({ ...message, seq: change(message.seq) })) };
    return entry;
  });
};
// Everything that somebody saw of a message is gone, but for its ack.
const unseen = (entries, messageId, sawIt = () => true) =>
  entries
    .filter((entry) => !(isMessage(entry) && entry.messageId === messageId && sawIt(entry)))
    .map((entry) => (entry.messages && sawIt(entry) ? { ...entry, messages: entry.messages.filter((message) => message.messageId !== messageId) } : entry));
const acknowledged = (entries, random) => {
  const ok = some(entries, random, ({ op, messageId }) => op === 'ok' && messageId);
  return ok && { ...ok, send: invocation(entries, ok.call) };
};

export const brokenPromises = [
  ['I1', 'an acknowledged message is missing from a history', (entries, random) => {
    const final = some(entries, random, ({ op, conversation, messages }) => op === 'final' && conversation === 'talk' && messages.length > 0);
    const acked = new Set(entries.filter(({ op, messageId }) => op === 'ok' && messageId).map(({ messageId }) => messageId));
    const gone = final?.messages.find(({ messageId }) => acked.has(messageId));
    return gone && withMessages(entries, final, (messages) => without(messages, gone));
  }],
  ['I1', 'the last acknowledged message is gone after a crash', (entries) => {
    const last = entries.findLast(({ op, messageId }) => op === 'ok' && messageId);
    return unseen(entries, last.messageId);
  }],
  ['I1', 'an acknowledged message never reached one device', (entries, random) => {
    const isAcknowledged = (event) => entries.some(({ op, messageId }) => op === 'ok' && messageId === event.messageId);
    // The phones have their histories too, and a sender his answer.
    const isDesk = (event) => ((one) => one.device === 'desk' && one.user !== event.sender)(connectionOf(entries, event.connection));
    const receipt = some(entries, random, (entry) => isMessage(entry) && entry.conversation === 'talk' && isDesk(entry) && isAcknowledged(entry));
    if (!receipt) return undefined;
    const { user, device } = connectionOf(entries, receipt.connection);
    const isThere = (entry) => ((one) => one.user === user && one.device === device)(connectionOf(entries, entry.connection));
    return unseen(entries, receipt.messageId, isThere);
  }],

  ['I2', 'a number is left out', (entries, random) => {
    const acked = acknowledged(entries, random);
    if (finals(entries, acked.send.conversation).some(({ messages }) => messages.at(-1)?.seq === acked.seq)) return undefined;
    return renumbered(entries, acked.send.conversation, (seq) => (seq > acked.seq ? seq + 1 : seq));
  }],
  ['I2', 'two messages have changed places for one reader', (entries, random) => {
    const final = some(entries, random, ({ op, messages }) => op === 'final' && messages.length > 1);
    return final && withMessages(entries, final, ([first, second, ...rest]) => [{ ...second, seq: first.seq }, { ...first, seq: second.seq }, ...rest]);
  }],
  ['I2', 'the ack names another number than the history', (entries, random) => {
    const { send, ...ok } = acknowledged(entries, random);
    const entry = entries.find(({ op, call }) => op === 'ok' && call === ok.call);
    return replaced(entries, entry, { ...entry, seq: entry.seq + 1 });
  }],
  ['I2', 'the log has a hole', (entries) => {
    const log = entries.at(-1);
    return replaced(entries, log, { ...log, count: log.count - 1 });
  }],

  ['I3', 'two events have changed places', (entries, random) => {
    const first = some(entries, random, ({ op }) => op === 'recv');
    const second = entries.slice(entries.indexOf(first) + 1).find(({ op, connection }) => op === 'recv' && connection === first.connection);
    return second && replaced(replaced(entries, first, second), second, first).map((entry, at, all) => (at > all.indexOf(second) && entry === second ? first : entry));
  }],
  ['I3', 'an event is given twice on one connection', (entries, random) => {
    const event = some(entries, random, ({ op }) => op === 'recv');
    return inserted(entries, event, { ...event });
  }],
  ['I3', 'an event never reached one of the devices', (entries, random) => {
    const event = some(entries, random, (entry) => entry.op === 'recv' && entry.event === 'message:read' && connectionOf(entries, entry.connection).user !== entry.user);
    if (!event) return undefined;
    const { user, device } = connectionOf(entries, event.connection);
    const gone = entries.filter((entry) => entry.op === 'recv' && entry.cursor === event.cursor &&
      connectionOf(entries, entry.connection).user === user && connectionOf(entries, entry.connection).device === device);
    return without(entries, new Set(gone));
  }],
  ['I3', 'a replay says that it is over before it is', (entries, random) => {
    const complete = some(entries, random, ({ op, replayed }) => op === 'complete' && replayed > 0);
    if (!complete) return undefined;
    const at = entries.indexOf(complete);
    return [...entries.slice(0, at - 1), { ...complete, replayed: complete.replayed - 1 }, entries[at - 1], ...entries.slice(at + 1)];
  }],
  ['I3', 'a replay counts wrongly', (entries, random) => {
    const complete = some(entries, random, ({ op }) => op === 'complete');
    return replaced(entries, complete, { ...complete, replayed: complete.replayed + 1 });
  }],
  ['I3', 'an event has another cursor for one device', (entries) => {
    const last = entries.findLast((entry) => isMessage(entry) && entries.some((other) => other !== entry && other.op === 'recv' && other.cursor === entry.cursor));
    return replaced(entries, last, { ...last, cursor: `e.${position(last) + 1000}` });
  }],
  ['I3', 'a cursor is of another history', (entries, random) => {
    const event = some(entries, random, ({ op }) => op === 'recv');
    return replaced(entries, event, { ...event, cursor: event.cursor.replace('e.', 'f.') });
  }],

  ['I4', 'a retry became a second message', (entries, random) => {
    const { send, messageId } = acknowledged(entries, random);
    let changed = entries;
    for (const final of finals(entries, send.conversation)) {
      const message = final.messages.find((one) => one.messageId === messageId);
      if (message) changed = withMessages(changed, final, (messages) => [...messages, { ...message, messageId: `${messageId}-again`, seq: messages.at(-1).seq + 1 }]);
    }
    return changed === entries ? undefined : changed;
  }],
  ['I4', 'a retry is answered with another id', (entries, random) => {
    const { send, ...ok } = acknowledged(entries, random);
    const entry = entries.find(({ op, call }) => op === 'ok' && call === ok.call);
    const again = { ...send, call: 1_000_000 };
    return inserted(entries, entry, again, { op: 'ok', call: again.call, messageId: `${ok.messageId}-again`, seq: ok.seq });
  }],

  ['I5', 'a text was changed on its way', (entries, random) => {
    const event = some(entries, random, isMessage);
    return replaced(entries, event, { ...event, body: 'hash of something else' });
  }],
  ['I5', 'a message is shown as another sender\'s', (entries, random) => {
    const event = some(entries, random, isMessage);
    return replaced(entries, event, { ...event, sender: 'eve' });
  }],
  ['I5', 'a history holds what nobody sent', (entries, random) => {
    const final = some(entries, random, ({ op, messages }) => op === 'final' && messages.length > 0);
    return final && withMessages(entries, final, (messages) => [...messages, { ...messages.at(-1), seq: messages.at(-1).seq + 1, messageId: 'from nowhere', clientMessageId: 'none', body: 'b' }]);
  }],
  ['I5', 'a message landed in another conversation', (entries, random) => {
    const event = some(entries, random, (entry) => isMessage(entry) && entry.conversation === 'team');
    return event && replaced(entries, event, { ...event, conversation: 'talk' });
  }],

  ['I6', 'a message that was refused is there', (entries, random) => {
    const { send } = acknowledged(entries, random);
    const calls = new Set(entries.filter((entry) => entry.op === 'invoke' && entry.clientMessageId === send.clientMessageId).map(({ call }) => call));
    return entries.map((entry) => (calls.has(entry.call) && entry.op !== 'invoke' ? { op: 'fail', call: entry.call, code: 'forbidden' } : entry));
  }],

  ['I7', 'who was removed is given what came later', (entries, random) => {
    const removal = some(entries, random, (entry) => entry.op === 'invoke' && entry.verb === 'remove' && entries.some(({ op, call }) => op === 'ok' && call === entry.call));
    if (!removal) return undefined;
    const after = entries.slice(entries.indexOf(entries.find(({ op, call }) => op === 'ok' && call === removal.call)));
    const rejoins = after.findIndex((entry) => entry.op === 'invoke' && entry.verb === 'add' && entry.target === removal.target);
    const meanwhile = rejoins < 0 ? after : after.slice(0, rejoins);
    const message = meanwhile.find((entry) => isMessage(entry) && entry.conversation === 'team' && meanwhile.includes(sendOf(entries, entry)));
    const connection = message && entries.slice(0, entries.indexOf(message)).findLast(({ op, user }) => op === 'connect' && user === removal.target);
    return connection && inserted(entries, message, { ...message, connection: connection.connection });
  }],
  ['I7', 'a stranger reads along', (entries, random) => {
    const message = some(entries, random, (entry) => isMessage(entry) && entry.conversation === 'talk');
    const { connection } = entries.find(({ op, user }) => op === 'connect' && user === 'dan');
    return message && inserted(entries, message, { ...message, connection });
  }],
  ['I7', 'a new member sees what came before him', (entries) => {
    for (const final of finals(entries, 'team')) {
      const { user } = connectionOf(entries, final.connection);
      const join = entries.findIndex((entry) => entry.op === 'invoke' && entry.verb === 'add' && entry.target === user);
      const earlier = user === 'dan' && entries.slice(0, Math.max(join, 0)).find((entry) => isMessage(entry) && entry.conversation === 'team');
      if (!earlier) continue;
      const { seq, messageId, sender, clientMessageId, body } = earlier;
      return withMessages(entries, final, (messages) => [{ seq, messageId, sender, clientMessageId, body }, ...messages]);
    }
    return undefined;
  }],
  ['I7', 'a blocked user writes to who blocked him', (entries, random) => {
    const message = some(entries, random, (entry) => isMessage(entry) && entry.conversation === 'talk');
    const send = message && sendOf(entries, message);
    if (!send) return undefined;
    const before = entries[entries.indexOf(send) - 1];
    const block = { op: 'invoke', call: 1_000_000, verb: 'block', connection: send.connection, user: 'bob', device: 'desk', target: 'ann' };
    return inserted(entries, before, block, { op: 'ok', call: block.call });
  }],

  ['I8', 'a watermark goes back', (entries, random) => {
    const mark = some(entries, random, (entry) => entry.op === 'recv' && entry.event === 'message:read' && entry.seq > 1);
    return mark && inserted(entries, mark, { ...mark, seq: mark.seq - 1, cursor: `e.${position(mark) + 0}` });
  }],
  ['I8', 'more is delivered than there is', (entries, random) => {
    const mark = some(entries, random, (entry) => entry.op === 'recv' && entry.event === 'message:delivered');
    return mark && replaced(entries, mark, { ...mark, seq: mark.seq + 1000 });
  }],
  ['I8', 'a message is delivered before anybody has it', (entries, random) => {
    const mark = some(entries, random, (entry) => entry.op === 'recv' && entry.event === 'message:delivered');
    const told = mark && entries.find((entry) => entry.op === 'ok' && entry.seq === mark.seq && invocation(entries, entry.call).conversation === mark.conversation);
    const { connection } = (told && invocation(entries, told.call)) ?? {};
    return connection && inserted(entries, told, { ...mark, connection });
  }],
  ['I8', 'something was read that nobody said he had read', (entries, random) => {
    const mark = some(entries, random, (entry) => entry.op === 'recv' && entry.event === 'message:read');
    const calls = mark && new Set(entries.filter((entry) => entry.op === 'invoke' && entry.verb === 'read' && entry.user === mark.user).map(({ call }) => call));
    return calls && entries.filter((entry) => !calls.has(entry.call));
  }],
];
