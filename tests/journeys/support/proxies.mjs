// The configurations in packaging/ for nginx and HAProxy, run as they are but for their ports.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryDirectory } from './mentara.mjs';
import { Program, freePort, isFree } from './program.mjs';
import { eventually } from './wait.mjs';

const shipped = (name) => readFileSync(fileURLToPath(new URL(`../../../packaging/${name}`, import.meta.url)), 'utf8');
// Replaces what must be there.
const changed = (text, pattern, by) => {
  assert.match(text, pattern, `the configuration has no ${pattern}`);
  return text.replace(pattern, by);
};

export const proxies = {
  nginx: {
    sticky: {}, // by the client's address
    configure(port, servers, folder) {
      const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      folders.forEach((name) => mkdirSync(join(folder, name)));
      const own = folders.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
      let text = changed(shipped('nginx.conf'), /http \{/, `http { access_log off; ${own}`);
      text = changed(text, /listen 80;/, `listen 127.0.0.1:${port};`);
      if (servers.length > 1) text = changed(text, /#hash/, 'hash');
      return changed(text, /server 127\.0\.0\.1:3001;/, servers.map((server) => `server 127.0.0.1:${server};`).join('\n'));
    },
    command: (file, folder) => ['nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off; master_process off; pid nginx.pid;']],
  },
  haproxy: {
    sticky: { withCredentials: true }, // by a cookie
    configure(port, servers) {
      let text = changed(shipped('haproxy.cfg'), /bind :80/, `bind 127.0.0.1:${port}`);
      if (servers.length > 1) text = changed(text, /#cookie/, 'cookie');
      return changed(text, /server one 127\.0\.0\.1:3001 cookie one check/,
        servers.map((server, i) => `server s${i} 127.0.0.1:${server} cookie s${i}`).join('\n  '));
    },
    command: (file) => ['haproxy', ['-db', '-f', file]],
  },
};

// Gives its URL; `servers`: their ports.
export async function startProxy(t, name, servers, attempts = 3) {
  const { configure, command } = proxies[name];
  const [port, folder] = [await freePort(), temporaryDirectory()];
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, configure(port, servers, folder));
  const [binary, args] = command(file, folder);
  const program = new Program(binary, args, { env: { PATH: `${process.env.PATH}:/usr/sbin` } });
  t.after(() => program.ended || program.kill());
  await eventually(`${name} to listen`, async () => program.ended || !(await isFree(port)));
  if (program.ended && attempts > 1) return startProxy(t, name, servers, attempts - 1); // the port was free a moment ago
  program.checkThatItRuns();
  return `http://127.0.0.1:${port}`;
}
