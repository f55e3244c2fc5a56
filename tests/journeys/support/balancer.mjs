// What stands before several servers: takes each connection to the next one that answers, as any load balancer does.
import { connect, createServer } from 'node:net';

export async function balancerFor(t, nodes) {
  let turn = 0;
  const open = new Set();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => {}).once('close', () => open.delete(client));
    const attempt = (left) => {
      if (left === 0) return client.destroy();
      const { host, port } = nodes[turn++ % nodes.length];
      const upstream = connect(port, host);
      const failed = () => (upstream.destroy(), attempt(left - 1));
      upstream.once('error', failed).once('connect', () => {
        upstream.off('error', failed).on('error', () => client.destroy());
        upstream.once('close', () => client.destroy());
        client.once('close', () => upstream.destroy());
        client.pipe(upstream).pipe(client);
      });
    };
    attempt(nodes.length);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => (server.close(), open.forEach((socket) => socket.destroy())));
  return `http://127.0.0.1:${server.address().port}`;
}
