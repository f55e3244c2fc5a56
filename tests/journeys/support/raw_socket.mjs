// TCP by hand, for bytes that no client would send: whatever is written goes out as it is, and all that comes is kept.
import { connect } from 'node:net';

import { patience, within } from './wait.mjs';

export class RawConnection {
  constructor(port) {
    this.received = Buffer.alloc(0);
    this.ended = false; // FIN came, or the connection was reset
    this.waiting = [];
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#wake();
    });
    this.socket.on('error', () => this.#end());
    this.socket.on('end', () => this.#end());
    this.socket.on('close', () => this.#end());
  }

  static async open(port) {
    const connection = new RawConnection(port);
    await within(patience, new Promise((resolve) => connection.socket.once('connect', resolve)), 'a connection');
    return connection;
  }

  #end() {
    this.ended = true;
    this.#wake();
  }

  #wake() {
    this.waiting.splice(0).forEach((wake) => wake());
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  // One after the other, each in a segment of its own as far as the kernel goes along.
  async writePieces(pieces) {
    for (const piece of pieces) {
      if (this.ended) return;
      await new Promise((resolve) => this.socket.write(piece, resolve));
    }
  }

  // Waits until `probe(received)` gives something true, and gives that; fails when the server hangs up before.
  until(what, probe, ms = patience) {
    const met = async () => {
      for (;;) {
        const answer = probe(this.received);
        if (answer) return answer;
        if (this.ended) throw new Error(`the server hung up before ${what}; it had sent ${JSON.stringify(this.received.toString('latin1'))}`);
        await new Promise((wake) => this.waiting.push(wake));
      }
    };
    return within(ms, met(), what);
  }

  // Everything that came until the server hung up.
  async rest(ms = patience) {
    const over = async () => {
      while (!this.ended) await new Promise((wake) => this.waiting.push(wake));
    };
    await within(ms, over(), `the server's end of a connection, which had sent ${JSON.stringify(this.received.toString('latin1', 0, 300))}`);
    this.destroy();
    return this.received;
  }

  destroy() {
    this.socket.destroy();
  }

  // RST instead of FIN.
  reset() {
    this.socket.resetAndDestroy();
  }
}
