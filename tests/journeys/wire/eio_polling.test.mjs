// Engine.IO over HTTP long-polling, request by request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'node:test';

import { PollingSession, request, separator } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';
import { eventually, patience, within } from '../support/wait.mjs';

const { url } = await exampleForThisFile('eio_echo', { 'max-payload': 1000 });
const open = () => PollingSession.open(url);

// Asked with a pong, which does nothing to a session that is still alive.
async function isClosed(session) {
  await eventually('the session to be gone', async () => {
    const { status, body } = await session.post('3');
    return status === 400 && body === '{"code":1,"message":"Session ID unknown"}';
  });
}
async function stillEchoes(session, text = 'still here') {
  assert.equal((await session.post(`4${text}`)).body, 'ok');
  assert.equal(await session.packet(), `4${text}`);
}
// On a session of its own: what was sent before has arrived, and an answer that was due has come.
async function roundTrip() {
  await stillEchoes(await open());
}

test('a post is answered "ok", and the echo comes with the next poll', async () => {
  const session = await open();
  const { status, headers, body } = await session.post('4hello');
  assert.deepEqual([status, body], [200, 'ok']);
  assert.match(headers['content-type'], /^text\/html/);
  assert.equal(headers['content-length'], '2');
  assert.equal(headers['cache-control'], 'no-store');
  const poll = await session.get();
  assert.deepEqual([poll.status, poll.body], [200, '4hello']);
  assert.equal(poll.headers['content-type'], 'text/plain; charset=UTF-8');
});

test('a poll waits until there is something', async () => {
  const session = await open();
  let answered = false;
  const poll = session.get().then((response) => ((answered = true), response));
  await roundTrip();
  assert.equal(answered, false);
  await session.post('4late');
  assert.equal((await poll).body, '4late');
});
test('several packets in one body are split at 0x1E and keep their order', async () => {
  const session = await open();
  await session.post(['4one', '4', '4three'].join(separator));
  assert.deepEqual(await session.packets(3), ['4one', '4', '4three']);
});

test('what waits is sent in one body, joined with 0x1E', async () => {
  const session = await open();
  await session.post('4a');
  await session.post('4b');
  assert.equal((await session.get()).body, `4a${separator}4b`);
});

test('binary is "b" and base64, without a type', async () => {
  const session = await open();
  await session.post('bAQIDBA==');
  assert.equal((await session.get()).body, 'bAQIDBA==');
  await session.post(['4text', 'bAA==', '4more'].join(separator));
  assert.deepEqual(await session.packets(3), ['4text', 'bAA==', '4more']);
});

test('characters of several bytes survive being cut anywhere by the network', async () => {
  const session = await open();
  const text = 'Ä€😀 ярд てすと';
  const bytes = Buffer.from(`4${text}`);
  await session.post([...bytes].map((byte) => Buffer.from([byte])));
  assert.equal(await session.packet(), `4${text}`);
});

test('the type of the content is ignored, but for octet-stream', async () => {
  const session = await open();
  await session.post('4plain', { headers: { 'content-type': 'application/json' } });
  assert.equal(await session.packet(), '4plain');
  const { status, body } = await session.post('4x', { headers: { 'content-type': 'application/octet-stream' } });
  assert.deepEqual([status, body], [400, '']);
  await isClosed(session);
});

test('a body of exactly maxPayload is taken; one byte more is 413, and the session lives on', async () => {
  const session = await open();
  const exact = `4${'x'.repeat(999)}`;
  assert.equal((await session.post(exact)).status, 200);
  assert.equal(await session.packet(), exact);
  const { status, body } = await session.post(`${exact}y`);
  assert.deepEqual([status, body], [413, '']);
  await stillEchoes(session);
});

test('the limit of the body counts bytes, not characters', async () => {
  const session = await open();
  assert.equal((await session.post(`4${'ä'.repeat(500)}`)).status, 413);
  assert.equal((await session.post(`4${'ä'.repeat(499)}`)).status, 200);
});

test('a chunked body over the limit is 413 too', async () => {
  const session = await open();
  const chunks = Array.from({ length: 11 }, () => 'x'.repeat(100));
  assert.equal((await session.post(['4', ...chunks])).status, 413);
  await stillEchoes(session);
});

test('a second poll at the same time closes the session: 400 to it, "1" to the first', async () => {
  const session = await open();
  // Which of the two arrives first is the network's affair.
  const both = await Promise.all([session.get(), session.get()]);
  const answers = both.map(({ status, body }) => [status, body]).sort(([a], [b]) => a - b);
  assert.deepEqual(answers, [[200, '1'], [400, '']]);
  await isClosed(session);
});

test('a second post while one is in flight closes the session, and the first connection', async () => {
  const session = await open();
  const first = connect(new URL(url).port, '127.0.0.1');
  const destroyed = once(first, 'close');
  first.on('error', () => {}); // a reset is as good as an end
  first.resume();
  first.write(`POST ${session.url.slice(url.length)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n4half`);
  // Until the server has read the head of the first, the second is an ordinary post.
  await eventually('the second post to be refused', async () => (await session.post('4whole')).status === 400);
  await isClosed(session);
  await within(patience, destroyed, 'end of the first post');
});

for (const [what, body] of [
  ['of an unknown type', 'abc'], ['that is empty', ''], ['with an empty segment', `4a${separator}${separator}4b`],
  ['with a separator at the end', `4a${separator}`],
])
  test(`a payload ${what} is answered "ok" and ends the session`, async () => {
    const session = await open();
    const { status, body: answer } = await session.post(body);
    assert.deepEqual([status, answer], [200, 'ok']);
    const poll = await session.get();
    assert.deepEqual([poll.status, poll.body], [400, '{"code":1,"message":"Session ID unknown"}']);
  });

test('a ping from the client ends the session: pings are the server\'s', async () => {
  const session = await open();
  assert.equal((await session.post('2')).body, 'ok');
  await isClosed(session);
});

test('a pong that nobody asked for is accepted', async () => {
  const session = await open();
  await session.post('3');
  await stillEchoes(session);
});

test('a close packet ends the session and completes the pending poll with a noop', async () => {
  const session = await open();
  const poll = session.get();
  await roundTrip();
  assert.equal((await session.post('1')).body, 'ok');
  assert.equal((await poll).body, '6');
  await isClosed(session);
});

for (const method of ['PUT', 'DELETE', 'PATCH'])
  test(`${method} on a session is 500 and leaves it alive`, async () => {
    const session = await open();
    const { status, body } = await request(session.url, { method });
    assert.deepEqual([status, body], [500, '']);
    await stillEchoes(session);
  });

test('a poll that the client aborts ends the session', async () => {
  const session = await open();
  let outgoing;
  const poll = session.get({ onRequest: (it) => (outgoing = it) }).catch((error) => error);
  await roundTrip();
  outgoing.destroy();
  await poll;
  await isClosed(session);
});

test('a session cannot be polled as a websocket, nor without an upgrade', async () => {
  const session = await open();
  const { status, body } = await request(session.url.replace('transport=polling', 'transport=websocket'));
  assert.deepEqual([status, body], [400, '{"code":3,"message":"Bad request"}']);
  await stillEchoes(session);
});
