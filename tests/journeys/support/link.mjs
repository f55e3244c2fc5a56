// A TCP link between a server and what it needs, or its clients and it, that delays what flows, or lets nothing through in
// either direction as a network does that is cut off: nobody is told, nothing is reset.
import net from 'node:net';

export class Link {
  static async start(port, host = '127.0.0.1') {
    const link = new Link();
    link.delayMs = 0;
    link.pairs = new Set();
    link.waiting = []; // who came while nothing went through
    link.server = net.createServer((client) => {
      client.on('error', () => {});
      if (link.frozen) return link.waiting.push(client.pause());
      link.#join(client, port);
    });
    link.upstreamPort = port;
    await new Promise((listening) => link.server.listen(0, host, listening));
    link.port = link.server.address().port;
    return link;
  }

  #join(client, port) {
    const upstream = net.connect(port, '127.0.0.1');
    const pair = { client, upstream };
    this.pairs.add(pair);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      let last = 0; // what was written first arrives first
      const later = (what) => {
        last = Math.max(last, Date.now() + this.delayMs);
        const wait = last - Date.now();
        wait > 0 ? setTimeout(what, wait) : what();
      };
      from.on('data', (bytes) => later(() => to.write(bytes)));
      from.on('close', () => (this.pairs.delete(pair), later(() => to.destroy())));
      from.on('error', () => {});
    }
  }

  delay(ms) {
    this.delayMs = ms;
  }

  freeze() {
    this.frozen = true;
    for (const { client, upstream } of this.pairs) client.pause(), upstream.pause();
  }

  thaw() {
    this.frozen = false;
    for (const { client, upstream } of this.pairs) client.resume(), upstream.resume();
    for (const client of this.waiting.splice(0)) this.#join(client.resume(), this.upstreamPort);
  }

  end() {
    this.server.close();
    for (const { client, upstream } of this.pairs) client.destroy(), upstream.destroy();
    for (const client of this.waiting) client.destroy();
  }
}

// `host`: where others reach it.
export async function linkFor(t, port, host) {
  const link = await Link.start(port, host);
  t.after(() => link.end());
  return link;
}
