// A program under test as a process of its own: its output line by line, a clean stop that is checked, a kill that is not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

import { eventually, patience, within } from './wait.mjs';

// The server refuses variables that it does not know, and a test should not depend on those that happen to be set.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MENTARA_')));

const sanitizerReport = /runtime error:|ERROR: \w*Sanitizer|WARNING: ThreadSanitizer/;

export class Program {
  constructor(command, args, { env = {}, cwd } = {}) {
    this.name = [command.split('/').pop(), ...args].join(' ');
    this.child = spawn(command, args, { cwd, env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.out = []; // lines of stdout
    this.err = []; // lines of stderr
    createInterface({ input: this.child.stdout }).on('line', (line) => this.out.push(line));
    createInterface({ input: this.child.stderr }).on('line', (line) => this.err.push(line));
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', (error) => reject(new Error(`${this.name} cannot be run: ${error.message}`)));
      this.child.once('close', (code, signal) => resolve({ code, signal, out: this.out.join('\n'), err: this.err.join('\n') }));
    });
    this.exited.then((how) => (this.ended = how), (error) => (this.failure = error));
  }

  // For those who wait for something that only a running program does.
  checkThatItRuns() {
    if (this.failure) throw this.failure;
    if (this.ended) throw new Error(`${this.name} ended with ${this.ended.code ?? this.ended.signal}:\n${this.ended.err}`);
  }

  // Runs to its end: {code, signal, out, err}.
  static run(command, args, options) {
    const program = new Program(command, args, options);
    return within(patience, program.exited, `end of ${program.name}`);
  }

  // The match of the first line of stderr that matches.
  lineMatching(pattern, ms = patience) {
    return eventually(`"${pattern}" from ${this.name}`, () => {
      for (const line of this.err) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      this.checkThatItRuns();
      return undefined;
    }, ms);
  }

  // A program that has ended was killed by the test, or ended as it should: one that crashed is a failure of the test that
  // ran meanwhile, with what it said last.
  checkItsEnd() {
    const { code, signal, err } = this.ended;
    const wasTold = code === 0 || code === 143 || signal === 'SIGKILL'; // 143: told twice, it ended at once
    assert.ok(wasTold, `${this.name} ended with ${code ?? signal}:\n${err}`);
  }

  // Asks it to stop and checks that it does so cleanly and has nothing to report.
  async stop(signal = 'SIGTERM') {
    if (!this.ended && !this.failure) this.child.kill(signal);
    const how = await within(patience, this.exited, `end of ${this.name} after ${signal}`).catch(async (error) => {
      await this.kill();
      throw error;
    });
    assert.doesNotMatch(how.err, sanitizerReport);
    assert.equal(how.code, 0, `${this.name} ended with ${how.code ?? how.signal}:\n${how.err}`);
    return how;
  }

  async kill() {
    this.child.kill('SIGKILL');
    return within(patience, this.exited, `end of ${this.name} after SIGKILL`);
  }
}

// Not one of those that the kernel gives to whoever names none (from 32768): between this answer and the start of a server,
// and while one is restarted, a client's connection would take it.
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await isFree(port)) return port;
  }
}

export async function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
