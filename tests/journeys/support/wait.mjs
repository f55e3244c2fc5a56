// Waiting for something with a deadline, never for an amount of time: a test is as fast as the server, and fails with a
// sentence that names what did not come.

// Sanitizers and a busy machine are slow; a deadline is for what never comes.
export const patience = Number(process.env.JOURNEYS_PATIENCE_MS ?? 20_000);

// Settles like `promise`, or fails when it has not settled within `ms`.
export async function within(ms, promise, what) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

// The arguments of the next `event`; failures to connect do not go unnoticed.
export function next(emitter, event, ms = patience) {
  const arrived = new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
  return within(ms, arrived, `event "${event}"`);
}

// Asks again and again until `probe` returns something true (or a promise of it), and returns that.
export async function eventually(what, probe, ms = patience) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// Keeps everything that arrives, in order; take() waits for the next one, nothing is lost between two takes.
export class Inbox {
  constructor(what) {
    this.what = what;
    this.all = [];
    this.taken = 0;
    this.waiting = [];
  }

  put(item) {
    this.all.push(item);
    this.waiting.splice(0).forEach((wake) => wake());
  }

  // Waits until `count` items have arrived in all, and returns them.
  async first(count, ms = patience) {
    const arrived = async () => {
      while (this.all.length < count) await new Promise((wake) => this.waiting.push(wake));
    };
    await within(ms, arrived(), `${count} × ${this.what}, but ${this.all.length} came`).catch((error) => {
      throw new Error(`${error.message} (${this.all.length} at the end)`);
    });
    return this.all.slice(0, count);
  }

  async take(ms = patience) {
    await this.first(this.taken + 1, ms);
    return this.all[this.taken++];
  }
}

// An inbox of one event's first argument.
export function inbox(emitter, event) {
  const box = new Inbox(`event "${event}"`);
  emitter.on(event, (value) => box.put(value));
  return box;
}
