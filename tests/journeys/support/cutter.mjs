// A TCP proxy between clients and a server that can cut its connections in the middle of whatever flows, or stop reading from
// the server as a client does that is too slow.
import net from 'node:net';

export class Cutter {
  static async start(port) {
    const cutter = new Cutter();
    cutter.pairs = new Set();
    cutter.server = net.createServer((client) => {
      const upstream = net.connect(port, '127.0.0.1');
      const pair = { client, upstream };
      cutter.pairs.add(pair);
      for (const [from, to] of [[client, upstream], [upstream, client]]) {
        from.on('data', (bytes) => to.write(bytes) || cutter.held || (from.pause(), to.once('drain', () => cutter.held || from.resume())));
        from.on('close', () => (cutter.pairs.delete(pair), to.destroy()));
        from.on('error', () => to.destroy());
      }
      if (cutter.held) upstream.pause();
    });
    await new Promise((listening) => cutter.server.listen(0, '127.0.0.1', listening));
    cutter.url = `http://127.0.0.1:${cutter.server.address().port}`;
    return cutter;
  }

  // Every connection is reset at once; what was on its way is lost.
  cut() {
    for (const { client, upstream } of this.pairs) client.resetAndDestroy(), upstream.resetAndDestroy();
  }

  // Nothing that the server says is read any more, until release().
  hold() {
    this.held = true;
    for (const { upstream } of this.pairs) upstream.pause();
  }

  release() {
    this.held = false;
    for (const { upstream } of this.pairs) upstream.resume();
  }

  end() {
    this.cut();
    this.server.close();
  }
}
