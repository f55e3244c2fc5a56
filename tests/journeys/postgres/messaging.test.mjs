// What the journeys of messaging promise, once more with the data in PostgreSQL.
import { test } from 'node:test';

process.env.JOURNEYS_DATABASE = 'postgres';
process.env.KILL_ROUNDS = '5';
const { postgresForThisFile } = await import('../support/postgres.mjs');
await postgresForThisFile(); // here, so that it ends with the file and not with a test

// The runner ends a file, and with it the database, when all tests are over that it knows: it has to know all of them first.
let haveRead;
const reading = new Promise((resolve) => (haveRead = resolve));
test('all journeys of messaging are read', () => reading);
for (const name of ['messages', 'changes', 'conversations', 'history', 'participants', 'search', 'sync', 'unread', 'restart', 'kill'])
  await import(`../messaging/${name}.test.mjs`);
haveRead();
