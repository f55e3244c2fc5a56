// What the kernel knows of a program under test.
import { readdirSync, readFileSync } from 'node:fs';

export const openFiles = ({ child }) => readdirSync(`/proc/${child.pid}/fd`).length;

export function residentBytes({ child }) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024;
}
