// usage: node tests/crash [--kills N] [--messages N] [--clients N] [--replay N] [--seed N] [--history FILE]
// --replay: so many missed events are replayed; who missed more is told to load them anew.
// A crowd talks over the real client while the server is killed at random times; then what everybody saw is checked (tests/history).
import { parseArgs } from 'node:util';

import { crash } from './crash.mjs';

const options = { kills: '100', messages: '100000', clients: '50', replay: '500', seed: String(Date.now() % 1_000_000), history: '' };
let values;
try {
  ({ values } = parseArgs({ options: Object.fromEntries(Object.entries(options).map(([name, value]) => [name, { type: 'string', default: value }])) }));
} catch (error) {
  console.error(`${error.message}\nusage: node tests/crash ${Object.entries(options).map(([name, value]) => `[--${name} ${value || 'FILE'}]`).join(' ')}`);
  process.exit(2);
}
const { kills, messages, clients, replay, seed } = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));

console.log(`seed ${seed}: ${clients} clients, ${messages} messages, ${kills} kills`);
const { found, report } = await crash({ kills, messages, clients, replay, seed, history: values.history || undefined, tell: console.log });
console.log(report);
for (const { invariant, what } of found) console.error(`${invariant}: ${what}`);
process.exit(found.length > 0 ? 1 : 0);
