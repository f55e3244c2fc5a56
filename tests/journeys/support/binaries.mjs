// Where the programs under test are.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, '../../..');

export const mentaraBinary = resolve(process.env.JOURNEYS_SERVER ?? join(repository, 'build/release/bin/mentara'));

// REFERENCE=node runs the library's journeys against Socket.IO on Node instead of ours: they are then known to be true of the
// original, and not only of us.
export const againstReference = process.env.REFERENCE === 'node';

// [command, ...first arguments] of an example.
export function example(name) {
  return againstReference
    ? [process.execPath, join(here, '../reference', `${name}.mjs`)]
    : [join(dirname(mentaraBinary), 'examples', name)];
}
