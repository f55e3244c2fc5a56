// usage: node check.mjs HISTORY...; prints each contradiction and exits with 1 if there is one.
import { check, summary } from './checker.mjs';
import { readHistory } from './history.mjs';

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('usage: node tests/history/check.mjs HISTORY...');
  process.exit(2);
}
let wrong = 0;
for (const path of paths) {
  const entries = readHistory(path);
  const found = check(entries);
  for (const { invariant, what } of found) console.error(`${path}: ${invariant}: ${what}`);
  console.log(`${path}: ${Object.entries(summary(entries)).map(([name, value]) => `${value} ${name}`).join(', ')}; ${found.length} contradictions`);
  wrong += found.length;
}
process.exitCode = wrong > 0 ? 1 : 0;
