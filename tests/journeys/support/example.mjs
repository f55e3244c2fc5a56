// Starts one of the examples, or its twin on Node.
import { connect } from 'node:net';
import { after } from 'node:test';

import { example } from './binaries.mjs';
import { Program, freePort } from './program.mjs';
import { eventually } from './wait.mjs';

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

// {port, url, program}; options are the example's flags: {'ping-interval': 300}. Without a port it gets a free one. What a
// test that failed has not stopped is killed after it.
export async function startExample(name, options) {
  const started = await start(name, options);
  after(() => started.program.ended || started.program.kill());
  return started;
}

// The same, for all tests of the file that calls it: stopped after them, and the stop is checked.
export async function exampleForThisFile(name, options) {
  const started = await start(name, options);
  after(() => started.program.stop());
  return started;
}

async function start(name, options = {}) {
  const port = options.port ?? (await freePort());
  const flags = Object.entries({ ...options, port }).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const [command, ...first] = example(name);
  const program = new Program(command, [...first, ...flags]);
  await eventually(`${name} to listen`, () => {
    program.checkThatItRuns();
    return answers(port);
  });
  return { port, url: `http://127.0.0.1:${port}`, program };
}
