// Engine.IO by hand, one request or frame at a time, for what no client library lets one do or see.
import http from 'node:http';

import WebSocket from 'ws';

import { Inbox, patience, within } from './wait.mjs';

export const separator = '\x1e';

const keepAlive = new http.Agent({ keepAlive: true });

// Closes the connections that were kept for more requests.
export const dropKeptConnections = () => keepAlive.destroy();

// {status, headers, body, bytes}; `bytes` is the body as a Buffer. `body` to send may be a string, a Buffer, or an array of chunks (sent chunked). With onRequest the
// request has a connection of its own, and is handed over to be interrupted.
export function request(url, { method = 'GET', body, headers = {}, onRequest } = {}) {
  const answered = new Promise((resolve, reject) => {
    const outgoing = http.request(url, { method, headers, agent: onRequest ? false : keepAlive }, (incoming) => resolve(read(incoming)));
    outgoing.on('error', (error) => {
      // A kept connection may have been closed by the server just before: that request was never seen.
      const again = error.code === 'ECONNRESET' && outgoing.reusedSocket;
      if (again) resolve(request(url, { method, body, headers }));
      else reject(error);
    });
    onRequest?.(outgoing);
    if (Array.isArray(body)) {
      body.forEach((chunk) => outgoing.write(chunk));
      outgoing.end();
    } else {
      outgoing.end(body);
    }
  });
  return within(patience, answered, `${method} ${url}`);
}

function read(incoming) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () =>
      resolve({
        status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks).toString(), bytes: Buffer.concat(chunks),
      }));
    incoming.on('error', reject);
  });
}

export class PollingSession {
  // Opens a session; `query` is appended to the handshake's.
  static async open(url, { path = '/engine.io/', query = '' } = {}) {
    const session = new PollingSession();
    session.base = `${url}${path}?EIO=4&transport=polling`;
    session.response = await request(session.base + query);
    if (session.response.status !== 200) throw new Error(`handshake answered ${session.response.status}`);
    session.handshake = JSON.parse(session.response.body.slice(1).split(separator)[0]);
    session.sid = session.handshake.sid;
    session.url = `${session.base}&sid=${session.sid}`;
    session.websocketUrl = session.url.replace('http:', 'ws:').replace('transport=polling', 'transport=websocket');
    session.queue = [];
    return session;
  }

  get(options) {
    return request(this.url, options);
  }

  post(body, options = {}) {
    return request(this.url, { method: 'POST', body, ...options, headers: { 'content-type': 'text/plain', ...options.headers } });
  }

  // The next packet, polling as often as it takes; pings are answered on the way unless they are wanted.
  async packet({ pings = false } = {}) {
    for (;;) {
      while (this.queue.length > 0) {
        const packet = this.queue.shift();
        if (packet !== '2' || pings) return packet;
        await this.post('3');
      }
      const { status, body } = await this.get();
      if (status !== 200) throw new Error(`poll answered ${status} ${body}`);
      this.queue.push(...body.split(separator));
    }
  }

  async packets(count) {
    const packets = [];
    while (packets.length < count) packets.push(await this.packet());
    return packets;
  }
}

// A WebSocket without the layers above: frames in, frames out, and how it was closed.
export class RawSocket {
  constructor(url, options) {
    this.frames = new Inbox(`frame from ${url}`);
    this.socket = new WebSocket(url, options);
    this.socket.on('message', (data, isBinary) => this.frames.put(isBinary ? data : data.toString()));
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.closed = new Promise((resolve) => this.socket.once('close', (code) => resolve(code)));
    this.opened.catch(() => {});
    this.socket.on('error', () => {}); // refused upgrades are seen through opened
  }

  static async open(url, options) {
    const socket = new RawSocket(url, options);
    await within(patience, socket.opened, `upgrade of ${url}`);
    return socket;
  }

  // The next frame; pings of Engine.IO are answered on the way unless they are wanted.
  async frame({ pings = false, ms = patience } = {}) {
    for (;;) {
      const frame = await this.frames.take(ms);
      if (frame !== '2' || pings) return frame;
      this.send('3');
    }
  }

  send(data, options) {
    this.socket.send(data, options);
  }

  close() {
    this.socket.close();
  }

  // Drops the connection without a close frame.
  cut() {
    this.socket.terminate();
  }

  // The close code that the server gave; 1005 stands for a close frame without one.
  closeCode(ms = patience) {
    return within(ms, this.closed, `close of ${this.socket.url}`);
  }
}

// What the server answers to an upgrade that it refuses: {status, headers, body}, or {opened: true}.
export async function refusedUpgrade(url, options) {
  const socket = new WebSocket(url, options);
  const refused = new Promise((resolve) => {
    socket.once('open', () => resolve({ opened: true }));
    socket.once('unexpected-response', (_, incoming) => resolve(read(incoming)));
    socket.on('error', (error) => resolve({ error }));
  });
  const answer = await within(patience, refused, `answer to ${url}`);
  socket.terminate();
  return answer;
}
