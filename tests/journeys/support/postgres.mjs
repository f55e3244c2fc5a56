// A PostgreSQL server of this test file alone, in a folder of its own; it ends with the file.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { freePort } from './program.mjs';
import { eventually } from './wait.mjs';

const versions = '/usr/lib/postgresql'; // Debian keeps them side by side
const tool = (name) => {
  const found = (existsSync(versions) ? readdirSync(versions) : []).map((version) => join(versions, version, 'bin', name)).filter(existsSync);
  assert.ok(found.length, `${name} is there (the package postgresql of scripts/packages.txt)`);
  return found.sort().at(-1);
};

// PostgreSQL refuses to run as root.
const identity = () => {
  if (process.getuid() !== 0) return {};
  const of = (flag, user) => Number(execFileSync('id', [flag, user]));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: of('-u', user), gid: of('-g', user) };
    } catch {} // no such user
  }
  assert.fail('there is a user to run PostgreSQL as');
};

export class Postgres {
  static async start() {
    const postgres = new Postgres();
    postgres.folder = mkdtempSync(join(tmpdir(), 'mentara-postgres-'));
    postgres.user = identity();
    if (postgres.user.uid !== undefined) chownSync(postgres.folder, postgres.user.uid, postgres.user.gid);
    postgres.port = await freePort();
    const options = { ...postgres.user, cwd: postgres.folder, stdio: 'ignore' };
    execFileSync(tool('initdb'), ['-D', join(postgres.folder, 'data'), '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-locale'], options);
    process.on('exit', () => {
      postgres.process?.kill('SIGQUIT');
      rmSync(postgres.folder, { recursive: true, force: true });
    });
    await postgres.run();
    return postgres;
  }

  // fsync is off for speed: nothing here cuts the power.
  async run() {
    const settings = { listen_addresses: '127.0.0.1', port: this.port, fsync: 'off', max_connections: 60, shared_buffers: '16MB', autovacuum: 'off' };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.process = spawn(tool('postgres'), ['-D', join(this.folder, 'data'), '-k', this.folder, ...args], {
      ...this.user, cwd: this.folder, stdio: 'ignore',
    });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    await eventually('PostgreSQL takes connections', () => {
      try {
        return this.ask('SELECT 1') === '1';
      } catch {
        return false;
      }
    });
  }

  // SIGINT: fast, connections are cut; SIGQUIT: immediate, as after a crash.
  async stop(signal = 'SIGQUIT') {
    this.process.kill(signal);
    await this.ended;
  }

  // The answer as text, its columns with | between them.
  ask(sql, schema = 'public') {
    return execFileSync(tool('psql'), ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', this.url(schema), '-c', sql], {
      ...this.user, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  // Where a server of ours finds a database of its own.
  freshUrl(port = this.port) {
    const schema = `journey${(this.schemas = (this.schemas ?? 0) + 1)}`;
    this.ask(`CREATE SCHEMA ${schema}`);
    return this.url(schema, port);
  }

  url(schema, port = this.port) {
    return `postgres://test@127.0.0.1:${port}/postgres?sslmode=disable&gssencmode=disable&options=-csearch_path%3D${schema}`;
  }
}

// One for the test file.
let shared;
export function postgresForThisFile() {
  shared ??= Postgres.start().then((postgres) => {
    after(() => postgres.stop());
    return postgres;
  });
  return shared;
}
