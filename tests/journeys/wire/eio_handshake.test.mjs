// Engine.IO: opening a session, and every way of being refused one.
import assert from 'node:assert/strict';
import test from 'node:test';

import { RawSocket, refusedUpgrade, request } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';

const { url } = await exampleForThisFile('eio_echo', { 'ping-interval': 25000, 'ping-timeout': 20000, 'max-payload': 5000 });
const at = (query) => `${url}/engine.io/?${query}`;
const ws = (query) => at(query).replace('http:', 'ws:');

const messages = [
  'Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request', 'Forbidden', 'Unsupported protocol version',
];
function isError(response, code) {
  assert.equal(response.status, 400);
  assert.match(response.headers['content-type'], /^application\/json/);
  assert.equal(response.body, JSON.stringify({ code, message: messages[code] }));
  assert.equal(response.headers['access-control-allow-origin'], '*');
}

test('a polling handshake answers the open packet', async () => {
  const { status, headers, body } = await request(at('EIO=4&transport=polling'));
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
  assert.equal(headers['content-length'], String(body.length));
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['set-cookie'], undefined);
  assert.match(body,
    /^0\{"sid":"[\w-]{20}","upgrades":\["websocket"\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":5000\}$/);
});

test('a websocket handshake sends the open packet, without upgrades', async () => {
  const socket = await RawSocket.open(ws('EIO=4&transport=websocket'));
  assert.match(await socket.frame(),
    /^0\{"sid":"[\w-]{20}","upgrades":\[\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":5000\}$/);
  socket.close();
});

test('each session has an id of its own', async () => {
  const ids = new Set();
  for (let i = 0; i < 50; i++) ids.add(JSON.parse((await request(at('EIO=4&transport=polling'))).body.slice(1)).sid);
  assert.equal(ids.size, 50);
});

test('the order of the query does not matter, and unknown keys are ignored', async () => {
  const { status } = await request(at('t=abc123&transport=polling&x=%20&EIO=4'));
  assert.equal(status, 200);
});

for (const [what, query] of [
  ['missing', 'EIO=4'], ['empty', 'EIO=4&transport='], ['unknown', 'EIO=4&transport=abc'],
  ['webtransport', 'EIO=4&transport=webtransport'], ['named like a property', 'EIO=4&transport=__proto__'],
  ['named like a method', 'EIO=4&transport=constructor'],
])
  test(`a transport that is ${what} is error 0`, async () => {
    isError(await request(at(query)), 0);
    const upgrade = await refusedUpgrade(ws(query));
    assert.equal(upgrade.status, 400);
    assert.equal(upgrade.body, messages[0]);
  });

for (const sid of ['abc', 'AAAAAAAAAAAAAAAAAAAA', '__proto__', 'constructor', 'toString'])
  test(`the session id ${sid} is error 1`, async () => {
    isError(await request(at(`EIO=4&transport=polling&sid=${sid}`)), 1);
    isError(await request(at(`EIO=4&transport=polling&sid=${sid}`), { method: 'POST', body: '4x' }), 1);
    const upgrade = await refusedUpgrade(ws(`EIO=4&transport=websocket&sid=${sid}`));
    assert.equal(upgrade.status, 400);
    assert.equal(upgrade.body, messages[1]);
  });

for (const method of ['POST', 'PUT', 'DELETE'])
  test(`a handshake by ${method} is error 2`, async () => {
    isError(await request(at('EIO=4&transport=polling'), { method }), 2);
  });

test('transport=websocket without an upgrade is error 3', async () => {
  isError(await request(at('EIO=4&transport=websocket')), 3);
});

for (const version of ['', 'EIO=3&', 'EIO=5&', 'EIO=abc&', 'EIO=44&'])
  test(`a protocol version of "${version}" is error 5`, async () => {
    isError(await request(at(`${version}transport=polling`)), 5);
    // Node answers 101 before it looks at the version: what counts is that no session is opened.
    const socket = new RawSocket(ws(`${version}transport=websocket`));
    await socket.closeCode();
    assert.deepEqual(socket.frames.all, []);
  });

test('another path is not served', async () => {
  assert.equal((await request(`${url}/elsewhere/?EIO=4&transport=polling`)).status, 404);
});

test('a preflight request is answered before anything else is looked at', async () => {
  const { status, headers, body } = await request(at('transport=polling'), {
    method: 'OPTIONS',
    headers: { origin: 'http://example.com', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a' },
  });
  assert.equal(status, 204);
  assert.equal(body, '');
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['access-control-allow-methods'], 'GET,HEAD,PUT,PATCH,POST,DELETE');
  assert.equal(headers['access-control-allow-headers'], 'x-a');
});

test('every answer carries the CORS header', async () => {
  const { headers } = await request(at('EIO=4&transport=polling'), { headers: { origin: 'http://example.com' } });
  assert.equal(headers['access-control-allow-origin'], '*');
});
