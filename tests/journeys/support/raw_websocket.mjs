// A WebSocket by hand, over TCP by hand: frames as bytes out, frames in words in.
import { createHash } from 'node:crypto';

import { describe, parse } from './frames.mjs';
import { RawConnection } from './raw_socket.mjs';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
export const acceptOf = (text) => createHash('sha1').update(`${text}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

export function upgradeRequest({ path = '/engine.io/', query = '?EIO=4&transport=websocket', headers = {} } = {}) {
  const all = {
    Host: 'localhost', Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': key, ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path}${query} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export class RawWebSocket {
  // The open packet of Engine.IO has been read. `glued` follows the request in the same write.
  static async open(port, { glued = Buffer.alloc(0), ...request } = {}) {
    const socket = new RawWebSocket();
    socket.connection = await RawConnection.open(port);
    socket.connection.write(Buffer.concat([Buffer.from(upgradeRequest(request)), glued]));
    const head = await socket.connection.until('the answer to an upgrade', (bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      return end < 0 ? undefined : bytes.subarray(0, end + 4);
    });
    socket.begin = head.length;
    socket.head = head.toString('latin1');
    if (!socket.head.startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${socket.head}`);
    socket.extensions = /^sec-websocket-extensions: (.*)\r$/im.exec(socket.head)?.[1];
    socket.accept = /^sec-websocket-accept: (.*)\r$/im.exec(socket.head)?.[1];
    [socket.openPacket] = await socket.frames(1);
    socket.skipped = 1;
    return socket;
  }

  #all() {
    return parse(this.connection.received.subarray(this.begin)).frames;
  }

  // The first `count` frames behind those of opening.
  async frames(count, ms) {
    const wanted = count + (this.skipped ?? 0);
    const all = await this.connection.until(`frame ${count}`, () => {
      const frames = this.#all();
      return frames.length >= wanted ? frames : undefined;
    }, ms);
    return all.slice(this.skipped ?? 0);
  }

  write(bytes) {
    this.connection.write(bytes);
  }

  // Everything that was sent until the server hung up, as frames.
  async rest(ms) {
    const bytes = await this.connection.rest(ms);
    const { frames, rest } = parse(bytes.subarray(this.begin));
    if (rest.length > 0) throw new Error(`${rest.length} bytes behind the last frame`);
    return frames.slice(this.skipped);
  }

  async transcript(ms) {
    return (await this.rest(ms)).map(describe);
  }

  destroy() {
    this.connection.destroy();
  }
}

export { key as upgradeKey };
