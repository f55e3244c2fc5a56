// WebSocket frames, right and wrong ones, as bytes (RFC 6455 §5.2).
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const names = Object.fromEntries(Object.entries(opcodes).map(([name, opcode]) => [opcode, name]));

const maskingKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

// `lengthForm` 7, 16 or 64 forces a form of the length; `length` claims another length than the payload's.
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = true, key = maskingKey, lengthForm, length } = {}) {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  const claimed = BigInt(length ?? bytes.length);
  const form = lengthForm ?? (claimed < 126n ? 7 : claimed < 65536n ? 16 : 64);
  const head = Buffer.alloc({ 7: 2, 16: 4, 64: 10 }[form]);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  if (form === 7) head[1] = Number(claimed);
  if (form === 16) (head[1] = 126), head.writeUInt16BE(Number(claimed), 2);
  if (form === 64) (head[1] = 127), head.writeBigUInt64BE(claimed, 2);
  if (!mask) return Buffer.concat([head, bytes]);
  head[1] |= 0x80;
  return Buffer.concat([head, key, bytes.map((byte, i) => byte ^ key[i % 4])]);
}

export const text = (payload, options) => frame(opcodes.text, payload, options);
export const binary = (payload, options) => frame(opcodes.binary, payload, options);
export const continuation = (payload, options) => frame(opcodes.continuation, payload, options);
export const ping = (payload, options) => frame(opcodes.ping, payload, options);
export const pong = (payload, options) => frame(opcodes.pong, payload, options);

export function close(code, reason = '', options) {
  if (code === undefined) return frame(opcodes.close, '', options);
  return frame(opcodes.close, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]), options);
}

// The frames of one message: `sizes` bytes each, the last one gets the rest.
export function fragments(first, payload, sizes) {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  const frames = [];
  let at = 0;
  for (const size of sizes) {
    frames.push(frame(at === 0 && frames.length === 0 ? first : opcodes.continuation, bytes.subarray(at, at + size), { fin: false }));
    at += size;
  }
  frames.push(frame(frames.length === 0 ? first : opcodes.continuation, bytes.subarray(at)));
  return Buffer.concat(frames);
}

export function fragmentsOf(first, payload, size) {
  const length = Buffer.byteLength(payload);
  return fragments(first, payload, Array(Math.max(0, Math.ceil(length / size) - 1)).fill(size));
}

// A server's frames in `bytes`: [{opcode, name, fin, rsv, payload}] and the bytes behind the last whole one.
export function parse(bytes) {
  const frames = [];
  for (;;) {
    if (bytes.length < 2) break;
    let size = bytes[1] & 0x7f;
    let head = 2;
    if (size === 126) {
      if (bytes.length < 4) break;
      size = bytes.readUInt16BE(2);
      head = 4;
    } else if (size === 127) {
      if (bytes.length < 10) break;
      size = Number(bytes.readBigUInt64BE(2));
      head = 10;
    }
    if (bytes[1] & 0x80) throw new Error('the server masked a frame');
    if (bytes.length < head + size) break;
    const opcode = bytes[0] & 0x0f;
    frames.push({
      opcode, name: names[opcode] ?? `opcode ${opcode}`, fin: (bytes[0] & 0x80) !== 0, rsv: (bytes[0] >> 4) & 7,
      payload: bytes.subarray(head, head + size),
    });
    bytes = bytes.subarray(head + size);
  }
  return { frames, rest: bytes };
}

// A frame in words: `text 4Hello`, `close 1000`, `pong (empty)`; of a long one its size and its beginning.
export function describe({ name, fin, rsv, payload }) {
  const flags = `${fin ? '' : ' not the last'}${rsv ? ` rsv ${rsv}` : ''}`;
  if (name === 'close') {
    const code = payload.length >= 2 ? ` ${payload.readUInt16BE(0)}` : '';
    return `close${code}${payload.length > 2 ? ` ${payload.subarray(2)}` : ''}${flags}`;
  }
  return `${name} ${words(payload)}${flags}`;
}

export function words(payload) {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  if (bytes.length === 0) return '(empty)';
  if (bytes.length <= 200) return bytes.toString('latin1');
  let sum = 0;
  for (const byte of bytes) sum = (sum * 31 + byte) >>> 0;
  return `${bytes.toString('latin1', 0, 20)}… ${bytes.length} bytes, sum ${sum}`;
}
