// A place for one node of a site whose network can go down: a network namespace with a cable (veth) to the site and to its
// clients that is pulled out, and another one that stays, for the test to look at it. Where namespaces may not be made, all
// connections through which the site and its clients are reached are frozen in both directions instead.
import { execFileSync, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';

import { linkFor } from './link.mjs';
import { eventually } from './wait.mjs';

const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const namespaceOf = (pid) => readlinkSync(`/proc/${pid}/ns/net`);

const mayMakeNamespaces = () => {
  if (process.env.JOURNEYS_NO_NAMESPACES) return false;
  try {
    run('unshare', '--net', 'ip', 'link', 'add', 'mentara-try', 'type', 'veth');
    return true;
  } catch {
    return false;
  }
};

// `ports`: {postgres, redis}. Gives {place, door, cut, heal, how}: for nodesFor(), and where clients find the node once it runs.
export async function islandFor(t, ports) {
  const changed = (url, from, host, to) => url.replace(`127.0.0.1:${from}`, `${host}:${to}`);
  const place = async (host) => {
    const links = { postgres: await linkFor(t, ports.postgres, host), redis: await linkFor(t, ports.redis, host) };
    const env = (shared) => ({
      MENTARA_DATABASE_URL: changed(shared.MENTARA_DATABASE_URL, ports.postgres, host, links.postgres.port),
      MENTARA_REDIS_URL: changed(shared.MENTARA_REDIS_URL, ports.redis, host, links.redis.port),
    });
    return { links, env };
  };

  if (!mayMakeNamespaces()) {
    const { links, env } = await place('127.0.0.1');
    const all = Object.values(links);
    return {
      how: 'frozen connections, since no network namespace can be made here',
      place: { env },
      door: async (node) => {
        const link = await linkFor(t, node.port);
        all.push(link);
        return { host: '127.0.0.1', port: link.port };
      },
      cut: () => all.forEach((link) => link.freeze()),
      heal: () => all.forEach((link) => link.thaw()),
    };
  }

  const holder = spawn('unshare', ['--net', 'sleep', '600'], { stdio: 'ignore' });
  t.after(() => holder.kill('SIGKILL')); // with the namespace go its ends of the cables, and with these the others
  await eventually('a network namespace', () => namespaceOf(holder.pid) !== namespaceOf('self'));
  const inside = ['nsenter', `--net=/proc/${holder.pid}/ns/net`];
  const within = (...command) => run(...inside, ...command);
  within('ip', 'link', 'set', 'lo', 'up');
  const cable = (name, third) => {
    const [here, there, net] = [`${name}${process.pid % 100_000}`, `${name}0`, `10.77.${third}`];
    run('ip', 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', String(holder.pid));
    run('ip', 'address', 'add', `${net}.1/30`, 'dev', here);
    within('ip', 'address', 'add', `${net}.2/30`, 'dev', there);
    run('ip', 'link', 'set', here, 'up');
    within('ip', 'link', 'set', there, 'up');
    return { here, site: `${net}.1`, node: `${net}.2` };
  };
  const third = (process.pid % 100) * 2;
  const [pulled, stays] = [cable('mtrp', third), cable('mtrs', third + 1)];
  const { env } = await place(pulled.site);
  const operations = { MENTARA_OPERATIONS_HOST: '0.0.0.0' };
  return {
    how: 'a network namespace whose cable is pulled out',
    place: { host: stays.node, prefix: inside, env: (shared) => ({ ...env(shared), ...operations }) },
    door: (node) => ({ host: pulled.node, port: node.port }),
    cut: () => run('ip', 'link', 'set', pulled.here, 'down'),
    heal: () => run('ip', 'link', 'set', pulled.here, 'up'),
  };
}
