// What the journeys of messaging promise, once more with the data in PostgreSQL.
process.env.JOURNEYS_DATABASE = 'postgres';
process.env.KILL_ROUNDS = '5';
const { postgresForThisFile } = await import('../support/postgres.mjs');
await postgresForThisFile(); // here, so that it ends with the file and not with a test
for (const name of ['messages', 'changes', 'conversations', 'history', 'participants', 'search', 'sync', 'unread', 'restart', 'kill'])
  await import(`../messaging/${name}.test.mjs`);
