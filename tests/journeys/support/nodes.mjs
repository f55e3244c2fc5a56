// Several servers over one PostgreSQL database and one Redis, as one site.
import { Mentara } from './mentara.mjs';
import { postgresForThisFile } from './postgres.mjs';
import { redisForThisFile } from './redis.mjs';
import { eventually } from './wait.mjs';

export const readiness = async (node) =>
  (await fetch(`http://${node.host}:${node.env.MENTARA_OPERATIONS_PORT}/readyz`)).json();

// A figure of a node, summed over its labels.
export { figure } from './figures.mjs';

export const postgres = await postgresForThisFile(); // here, so that they end with the file and not with a test
export const redis = await redisForThisFile();

// `places`: how some of them are started, {host, prefix, env}; env(shared) says what is different for them.
export async function nodesFor(t, count, { env = {}, places = [] } = {}) {
  const shared = { MENTARA_DATABASE_URL: postgres.freshUrl(), MENTARA_REDIS_URL: redis.url, MENTARA_REDIS_KEY: `site${Math.random()}`, ...env };
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, i) => Mentara.start({ ...places[i], env: { ...shared, ...places[i]?.env(shared) } })),
  );
  t.after(() => Promise.all(nodes.map((node) => node.end())));
  for (const node of nodes) await eventually('the node is joined to the others', async () => (await readiness(node)).status === 'ready');
  return nodes;
}
