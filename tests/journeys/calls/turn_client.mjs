// As much of STUN and TURN over UDP as it takes to ask for an allocation (RFC 8489, RFC 8656).
import { createHash, createHmac, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';

const cookie = 0x2112a442;
const types = { username: 0x0006, integrity: 0x0008, error: 0x0009, realm: 0x0014, nonce: 0x0015, transport: 0x0019 };

function attribute(type, value) {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function message(attributes, key) {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(0x0003, 0); // Allocate
  head.writeUInt32BE(cookie, 4);
  randomBytes(12).copy(head, 8);
  head.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  const unsigned = Buffer.concat([head, body]);
  if (!key) return unsigned;
  return Buffer.concat([unsigned, attribute(types.integrity, createHmac('sha1', key).update(unsigned).digest())]);
}

function parse(bytes) {
  const found = { type: bytes.readUInt16BE(0) };
  for (let at = 20; at + 4 <= bytes.length; ) {
    const size = bytes.readUInt16BE(at + 2);
    found[bytes.readUInt16BE(at)] = bytes.subarray(at + 4, at + 4 + size);
    at += 4 + size + ((4 - (size % 4)) % 4);
  }
  return found;
}

// 'allocated', the code of the error, or 'silent'.
export async function allocate(port, username, password) {
  const socket = dgram.createSocket('udp4');
  const ask = (bytes) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), 2000);
      socket.once('message', (answer) => (clearTimeout(timer), resolve(parse(answer))));
      socket.send(bytes, port, '127.0.0.1');
    });
  try {
    const transport = attribute(types.transport, [17, 0, 0, 0]);
    const challenge = await ask(message([transport]));
    if (!challenge) return 'silent';
    const [realm, nonce] = [challenge[types.realm], challenge[types.nonce]];
    const key = createHash('md5').update(`${username}:${realm}:${password}`).digest();
    const answer = await ask(message([
      transport, attribute(types.username, username), attribute(types.realm, realm), attribute(types.nonce, nonce),
    ], key));
    if (!answer) return 'silent';
    if (answer.type === 0x0103) return 'allocated';
    const error = answer[types.error];
    return error[2] * 100 + error[3];
  } finally {
    socket.close();
  }
}
