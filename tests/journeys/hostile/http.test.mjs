// Attacks on the HTTP side, by the ids of docs/threats.md: bytes over a real socket, and what the server makes of them.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import { exampleForThisFile } from '../support/example.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { RawWebSocket, upgradeRequest } from '../support/raw_websocket.mjs';
import { close, text } from '../support/frames.mjs';
import { eventually } from '../support/wait.mjs';
import { openFiles } from '../support/process.mjs';

const { port, program } = await exampleForThisFile('eio_echo');
const path = '/engine.io/?EIO=4&transport=polling';

// Everything that the server says to these bytes, until it hangs up.
async function told(bytes, to = port) {
  const connection = await RawConnection.open(to);
  connection.write(bytes);
  return (await connection.rest()).toString('latin1');
}
// The statuses of all answers to these bytes, behind which the client finishes.
async function statuses(bytes, to = port) {
  const connection = await RawConnection.open(to);
  connection.socket.end(bytes);
  const answer = (await connection.rest()).toString('latin1');
  return [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map((match) => Number(match[1]));
}
const get = (target, headers = '') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
const post = (headers, body, version = '1.1') => `POST ${path} HTTP/${version}\r\nHost: a\r\n${headers}\r\n\r\n${body}`;
const smuggled = get('/smuggled');

const ambiguous = [
  ['Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'],
  ['Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n'],
  ['Content-Length: 5\r\nContent-Length: 6', 'hello!'],
  ['Content-Length: 5, 6', 'hello!'],
  ['Content-Length: +5', 'hello'],
  ['Content-Length: 0x5', 'hello'],
  ['Content-Length: 99999999999999999999999', 'hello'],
  ['Transfer-Encoding: chunked, identity', '0\r\n\r\n'],
  ['Transfer-Encoding: xchunked', '0\r\n\r\n'],
  ['Transfer-Encoding : chunked', '0\r\n\r\n'],
  ['Content-Length : 5', 'hello'],
  ['A: b\r\n Content-Length: 5', 'hello'],
  ['A: b\rContent-Length: 5', 'hello'],
  ['A: b\nContent-Length: 5', 'hello'],
  ['A: \0', ''],
  ['Transfer-Encoding: chunked', 'x\r\n'],
  ['Transfer-Encoding: chunked', '-1\r\n'],
  ['Transfer-Encoding: chunked', 'fffffffffffffffff\r\n'],
  ['Transfer-Encoding: chunked', '5\nhello\n0\n\n'],
  ['Transfer-Encoding: chunked', `1;${'x'.repeat(2000)}\r\na\r\n0\r\n\r\n`],
];
for (const [headers, body] of ambiguous)
  test(`H1 nothing is read behind ${JSON.stringify(headers + (body.length < 40 ? ` ${body}` : ''))}`, async () => {
    assert.match(await told(post(headers, body) + smuggled), /^HTTP\/1\.1 4(00|13) [^]*connection: close[^]*$/i);
    assert.deepEqual((await statuses(post(headers, body) + smuggled)).length, 1);
  });
test('H1 no chunks in HTTP/1.0', async () => {
  assert.deepEqual(await statuses(post('Transfer-Encoding: chunked', '0\r\n\r\n', '1.0') + smuggled), [400]);
});

// Another strict parser must see the same requests in the same bytes, or more than we do: what we refuse is nobody's request.
test('H1 no request is seen that Node does not see', async (t) => {
  const seen = new Map(); // by the client's port
  const other = http.createServer((request, response) => {
    seen.set(request.socket.remotePort, (seen.get(request.socket.remotePort) ?? 0) + 1);
    request.resume().on('error', () => {});
    response.end();
  });
  const foreign = new Set(); // ports of requests whose method Node does not have, though any word may be one
  other.on('clientError', (error, socket) => {
    if (error.code === 'HPE_INVALID_METHOD') foreign.add(socket.remotePort);
    socket.destroy();
  });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());

  // [requests that ours understood, requests that Node did]
  const understood = async (sample) => {
    const [ours, theirs] = await Promise.all([RawConnection.open(port), RawConnection.open(other.address().port)]);
    const name = theirs.socket.localPort;
    for (const each of [ours, theirs]) each.socket.end(sample);
    const answers = (await ours.rest()).toString('latin1');
    await theirs.rest();
    if (foreign.has(name)) return [0, 0];
    return [[...answers.matchAll(/\{"code":\d|HTTP\/1\.1 404 /g)].length, seen.get(name) ?? 0];
  };

  const unknown = `${path}&sid=abcdefghijklmnopqrst`; // answered when its body is complete
  const seeds = [
    `${get('/a')}${get('/b')}`,
    `POST ${unknown} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${get('/b')}`,
    `POST ${unknown} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: u\r\n\r\n${get('/b')}`,
  ];
  let state = 1;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const bits = ['\r\n', '\n', '\r', ' ', '\t', ':', ',', ';', '\0', '0', '5', '+', '-', 'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'chunked', '\x0b'];
  const mutated = (bytes) => {
    for (let i = 0; i <= random(2); i++) {
      const at = random(bytes.length);
      const bit = bits[random(bits.length)];
      bytes = [
        () => bytes.slice(0, at) + bit + bytes.slice(at),
        () => bytes.slice(0, at) + bytes.slice(at + 1 + random(3)),
        () => bytes.slice(0, at) + bit + bytes.slice(at + bit.length),
      ][random(3)]();
    }
    return bytes;
  };
  let both = 0;
  for (let i = 0; i < 600; i++) {
    const sample = i < seeds.length ? seeds[i] : mutated(seeds[i % seeds.length]);
    const [here, there] = await understood(Buffer.from(sample, 'latin1'));
    assert.ok(here <= there, `${here} here and ${there} there in ${JSON.stringify(sample)}`);
    if (i < seeds.length) assert.equal(here, 2);
    both += here;
  }
  assert.ok(both > 200, `only ${both} requests were understood`);
});

test('H3 a request line of the limit, one byte more, and a megabyte', async () => {
  const requestLine = (size) => get(`/${'x'.repeat(size - 'GET / HTTP/1.1'.length)}`);
  assert.deepEqual(await statuses(requestLine(4096)), [404]);
  assert.deepEqual(await statuses(requestLine(4097)), [414]);
  assert.match(await told(requestLine(1_000_000)), /^HTTP\/1\.1 414 /);
  assert.match(await told(`${'M'.repeat(10_000)} / HTTP/1.1\r\n`), /^HTTP\/1\.1 4(14|00) /);
});
test('H3 headers of the limit, one more, and a hundred kilobytes', async () => {
  const headers = (count) => Array.from({ length: count }, (_, i) => `X-${i}: y\r\n`).join('');
  assert.deepEqual(await statuses(get('/x', headers(63))), [404]);
  assert.deepEqual(await statuses(get('/x', headers(64))), [431]);
  assert.match(await told(get('/x', `X: ${'y'.repeat(100_000)}\r\n`)), /^HTTP\/1\.1 431 /);
});

test('H4 hostile extensions and protocols are declined, and cost the time of their length', async () => {
  for (const value of ['constructor', '__proto__', 'permessage-deflate; client_max_window_bits=999', 'a, '.repeat(2000) + 'a']) {
    const socket = await RawWebSocket.open(port, { headers: { 'Sec-WebSocket-Extensions': value } });
    assert.equal(socket.extensions, undefined);
    socket.destroy();
  }
  const time = async (size) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 20; i++) {
      const connection = await RawConnection.open(port);
      connection.write(upgradeRequest({ headers: { 'Sec-WebSocket-Protocol': `a${' '.repeat(size)},`, Connection: 'Upgrade' } }));
      await connection.until('an answer', (bytes) => bytes.includes('\r\n\r\n'));
      connection.destroy();
    }
    return Number(process.hrtime.bigint() - start);
  };
  await time(10);
  const [short, long] = [await time(1000), await time(15_000)];
  assert.ok(long < 60 * short, `${short} ns for 1,000 spaces, ${long} ns for 15,000`);
});

for (const [what, change, status] of [
  ['another version', { 'Sec-WebSocket-Version': 12 }, 426],
  ['no version', { 'Sec-WebSocket-Version': undefined }, 400],
  ['no key', { 'Sec-WebSocket-Key': undefined }, 400],
  ['a short key', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }, 400],
  ['a key that is no base64', { 'Sec-WebSocket-Key': '!!!!IHNhbXBsZSBub25jZQ==' }, 400],
  ['no host', { Host: undefined }, 400],
  ['an upgrade to something else', { Upgrade: 'h2c' }, 400],
])
  test(`H5 an upgrade with ${what} is answered ${status}`, async () => {
    const answer = await told(upgradeRequest({ headers: change }));
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status === 426) assert.match(answer, /^sec-websocket-version: 13\r$/im);
  });
test('H5 an upgrade by POST, without Connection, and with two hosts', async () => {
  assert.match(await told(upgradeRequest().replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n')), /^HTTP\/1\.1 400 /);
  assert.match(await told(upgradeRequest({ headers: { Connection: 'close' } })), /^HTTP\/1\.1 400 /);
  assert.match(await told(upgradeRequest().replace('Host: localhost', 'Host: a\r\nHost: b')), /^HTTP\/1\.1 400 /);
});

test('H14 no answer holds what was asked', async () => {
  const secret = 'x9QyNotToBeSeenAgain';
  for (const request of [get(`/${secret}`), get(`/engine.io/?EIO=4&transport=${secret}`), `${secret} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`,
    get(`/engine.io/?EIO=4&transport=polling&sid=${secret}`), get('/', `${secret}: a b\r\n bad: fold\r\n`)])
    assert.ok(!(await told(request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).includes(secret), request);
});

test('H15 resets in the middle of a handshake leave nothing open', async () => {
  const files = openFiles(program);
  const whole = upgradeRequest();
  for (let cut = 0; cut <= whole.length; cut += 7) {
    const connection = await RawConnection.open(port);
    await connection.writePieces([whole.slice(0, cut)]);
    connection.reset();
  }
  for (let i = 0; i < 50; i++) (await RawWebSocket.open(port, { glued: text('4x') })).connection.reset();
  await eventually('the descriptors to be given back', () => openFiles(program) <= files);
});

test('H16 tricks with paths lead nowhere', async () => {
  for (const target of ['/engine.io/../admin', '/engine.io/./', '//engine.io/', '/engine.io//', '/%2e%2e/engine.io/', '/engine.io/%2f', '/engine.io/%00', '/engine.io/%252e', '/engine.io/%zz'])
    assert.deepEqual(await statuses(get(`${target}?EIO=4&transport=polling`)), [404], target);
  for (const target of ['http://a/engine.io/?EIO=4&transport=polling', '*', 'engine.io/', 'a:443'])
    assert.match(await told(get(target)), /^HTTP\/1\.1 400 /, target);
  assert.match(await told('CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('H13 the server hangs up on who closes and stays', async () => {
  const socket = await RawWebSocket.open(port);
  socket.write(close(1000));
  assert.deepEqual(await socket.transcript(5000), ['close 1000']);
});
