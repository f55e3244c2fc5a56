// A server that keeps every promise, in memory, and a crowd that talks to it, all from one seed: what true histories look like.
export function seededRandom(seed) { // mulberry32
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { next, below, chance: (share) => next() < share, pick: (list) => list[below(list.length)] };
}

const users = ['ann', 'bob', 'cid', 'dan'];

export class PerfectServer {
  entries = [];
  #random;
  #log = []; // {position, to: users, event}
  #conversations = new Map();
  #devices = [];
  #blocked = new Set();
  #calls = 0;
  #connections = 0;
  #messages = 0;

  constructor(seed) {
    this.#random = seededRandom(seed);
  }

  history(steps = 300) {
    this.#make('talk', 'DIRECT', ['ann', 'bob']);
    this.#make('team', 'GROUP', ['ann', 'bob', 'cid']);
    for (const user of users) for (const device of ['phone', 'desk']) this.#devices.push({ user, device, place: 0, unproven: 0 });
    this.#devices.forEach((device) => this.#connect(device));
    for (let step = 0; step < steps; step++) this.#step();
    this.#comeToRest();
    return this.entries;
  }

  #write(entry) {
    this.entries.push(entry);
  }

  #make(conversation, type, members) {
    this.#conversations.set(conversation, { conversation, type, members: new Map(members.map((user) => [user, 0])), messages: [], marks: new Map() });
    this.#write({ op: 'conversation', conversation, type, visibility: 'SINCE_JOIN', members });
    this.#commit(members, undefined);
  }

  #step() {
    const device = this.#random.pick(this.#devices);
    const turn = this.#random.below(20);
    if (!device.connection) return this.#connect(device);
    if (turn === 0) return this.#drop(device);
    if (turn === 1) return this.#changeMembers();
    if (turn === 2) return this.#changeBlock();
    if (turn < 7) return this.#read(device);
    return this.#send(device);
  }

  // --- what is asked ---

  #invoke(device, verb, more) {
    const call = ++this.#calls;
    this.#write({ op: 'invoke', call, verb, connection: device.connection, user: device.user, device: device.device, ...more });
    return call;
  }

  #answer(device, call, answer) {
    if (this.#random.chance(0.1)) { // the answer is lost with the connection
      this.#write({ op: 'info', call });
      this.#drop(device);
      return false;
    }
    this.#write({ call, ...answer });
    return true;
  }

  #send(device) {
    const conversation = this.#random.pick([...this.#conversations.values()]);
    const clientMessageId = `m${++this.#messages}`;
    const body = `hash of ${clientMessageId}`;
    let again = 1 + (this.#random.chance(0.1) ? 1 : 0);
    while (again-- > 0 && device.connection) {
      const call = this.#invoke(device, 'send', { conversation: conversation.conversation, clientMessageId, body });
      const { user } = device;
      if (!conversation.members.has(user)) {
        this.#answer(device, call, { op: 'fail', code: 'not_found' });
        continue;
      }
      const isBlocked = conversation.type === 'DIRECT' && [...conversation.members.keys()].some((other) => this.#isBlocked(user, other));
      if (isBlocked) {
        this.#answer(device, call, { op: 'fail', code: 'blocked' });
        continue;
      }
      if (this.#random.chance(0.05)) { // it never arrived
        this.#write({ op: 'info', call });
        this.#drop(device);
        continue;
      }
      let isNew = false;
      let message = conversation.messages.find((known) => known.clientMessageId === clientMessageId);
      if (!message) {
        isNew = true;
        message = { seq: conversation.messages.length + 1, messageId: `id-${clientMessageId}`, sender: user, clientMessageId, body };
        conversation.messages.push(message);
        message.position = this.#commit([...conversation.members.keys()], { event: 'message', conversation: conversation.conversation, ...message });
      }
      // The answer comes before the event, so who has heard of a later event has his answer.
      this.#answer(device, call, { op: 'ok', messageId: message.messageId, seq: message.seq });
      if (isNew) this.#tell(device);
    }
  }

  #read(device) {
    const conversation = this.#random.pick([...this.#conversations.values()].filter(({ members }) => members.has(device.user)));
    if (!conversation || conversation.messages.length === 0) return;
    const seq = 1 + this.#random.below(conversation.messages.length);
    const call = this.#invoke(device, 'read', { conversation: conversation.conversation, seq });
    this.#mark('message:read', conversation, device.user, seq);
    this.#answer(device, call, { op: 'ok' });
  }

  #mark(event, conversation, user, seq) {
    const key = `${event} ${user}`;
    if (seq <= (conversation.marks.get(key) ?? 0)) return;
    conversation.marks.set(key, seq);
    this.#commit([...conversation.members.keys()], { event, conversation: conversation.conversation, user, seq });
    this.#tell();
  }

  // Ann decides who is in the team.
  #changeMembers() {
    const device = this.#connectedDeviceOf('ann');
    if (!device) return;
    const team = this.#conversations.get('team');
    const target = this.#random.pick(users.slice(1));
    const isMember = team.members.has(target);
    const call = this.#invoke(device, isMember ? 'remove' : 'add', { conversation: 'team', target });
    if (isMember) {
      const told = [...team.members.keys()];
      team.members.delete(target);
      this.#commit(told, { event: 'participant:left', conversation: 'team', user: target });
    } else {
      team.members.set(target, team.messages.length);
      this.#commit([...team.members.keys()], { event: 'participant:joined', conversation: 'team', user: target });
    }
    this.#tell();
    this.#answer(device, call, { op: 'ok' });
  }

  #changeBlock() {
    const device = this.#connectedDeviceOf('ann');
    if (!device) return;
    const key = 'ann bob';
    const call = this.#invoke(device, this.#blocked.has(key) ? 'unblock' : 'block', { target: 'bob' });
    if (!this.#blocked.delete(key)) this.#blocked.add(key);
    this.#answer(device, call, { op: 'ok' });
  }

  #connectedDeviceOf(user) {
    return this.#devices.find((device) => device.user === user && device.connection);
  }

  #isBlocked(one, other) {
    return this.#blocked.has(`${one} ${other}`) || this.#blocked.has(`${other} ${one}`);
  }

  // --- what is told ---

  #commit(to, event) {
    const position = this.#log.length + 1;
    this.#log.push({ position, to, event });
    return position;
  }

  // Every connected device is given the newest event, but for the one that has it as its answer.
  #tell(answered) {
    const newest = this.#log.at(-1);
    for (const device of this.#devices) {
      if (!device.connection || !newest.to.includes(device.user)) continue;
      if (device === answered) device.unproven = newest.position;
      else this.#give(device, newest);
    }
    this.#prove();
  }

  #give(device, { position, event }) {
    const { position: _, ...rest } = event;
    this.#write({ op: 'recv', connection: device.connection, cursor: `e.${position}`, ...rest });
    device.unproven = position;
  }

  // Some devices answer the ping; what they have is then told to others.
  #prove() {
    for (const device of this.#devices) {
      if (!device.connection || this.#random.chance(0.7) || device.place >= device.unproven) continue;
      const from = device.place;
      device.place = device.unproven;
      for (const { event, to } of this.#log.slice(from, device.place)) {
        if (event?.event !== 'message' || event.sender === device.user || !to.includes(device.user)) continue;
        const conversation = this.#conversations.get(event.conversation);
        if (conversation.members.has(device.user)) this.#mark('message:delivered', conversation, device.user, event.seq);
      }
    }
  }

  #connect(device) {
    device.connection = ++this.#connections;
    const { connection, user } = device;
    this.#write({ op: 'connect', connection, user, device: device.device, cursor: `e.${device.place}` });
    const missed = this.#log.slice(device.place).filter(({ to, event }) => event && to.includes(user));
    missed.forEach((row) => this.#give(device, row));
    this.#write({ op: 'complete', connection, cursor: `e.${this.#log.length}`, replayed: missed.length });
    device.unproven = this.#log.length;
  }

  #drop(device) {
    if (device.connection) this.#write({ op: 'drop', connection: device.connection });
    device.connection = undefined;
  }

  #comeToRest() {
    for (const device of this.#devices) if (!device.connection) this.#connect(device);
    for (const device of this.#devices.filter(({ device: name }) => name === 'phone')) {
      for (const { conversation, members, messages } of this.#conversations.values()) {
        if (!members.has(device.user)) continue;
        const seen = messages.filter(({ seq }) => seq > members.get(device.user)).map(({ position, ...message }) => message);
        this.#write({ op: 'fetch', connection: device.connection, conversation, messages: seen.slice(-50) });
        this.#write({ op: 'final', connection: device.connection, conversation, messages: seen });
      }
    }
    this.#write({ op: 'log', first: 1, last: this.#log.length, count: this.#log.length });
  }
}
