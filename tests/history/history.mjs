// Histories as files; README.md describes the lines.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export const bodyHash = (text) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

// What a cursor says: {epoch, position}.
export function placeOf(cursor) {
  const match = /^([^.]+)\.(\d+)$/.exec(cursor);
  if (!match) throw new Error(`no cursor: ${JSON.stringify(cursor)}`);
  return { epoch: match[1], position: Number(match[2]) };
}

// Written in blocks: only this process's end could lose a line, and then its history ends as well.
export class HistoryWriter {
  #file;
  #lines = [];

  constructor(path) {
    this.#file = openSync(path, 'a');
  }

  write(entry) {
    this.#lines.push(JSON.stringify(entry));
    if (this.#lines.length >= 1000) this.#flush();
  }

  close() {
    this.#flush();
    closeSync(this.#file);
  }

  #flush() {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

export function readHistory(path) {
  const entries = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) if (line) entries.push(JSON.parse(line));
  return entries;
}
