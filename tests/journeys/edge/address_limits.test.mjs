// What one address may do: connections at once, tokens that are refused, requests over REST. Others are not concerned.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mentaraBinary } from '../support/binaries.mjs';
import { figure } from '../support/figures.mjs';
import { ask, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';
import { Program } from '../support/program.mjs';
import { RawConnection } from '../support/raw_socket.mjs';
import { rest } from '../support/rest.mjs';
import { eventually, next } from '../support/wait.mjs';

const most = 4;
const handshakes = 60;
// Refilled so slowly that a loaded machine does not matter. The tests are the proxy, so each is at an address of its own.
const server = await mentaraForThisFile({
  env: {
    MENTARA_SERVER_TRUSTED_PROXIES: '127.0.0.1', MENTARA_LIMITS_CONNECTIONS_PER_ADDRESS: String(most),
    MENTARA_LIMITS_CONNECT_FAILURES_PER_MINUTE: '10',
    MENTARA_LIMITS_HANDSHAKES_PER_SECOND: '1', MENTARA_LIMITS_HANDSHAKES_BURST: String(handshakes),
    MENTARA_LIMITS_REQUESTS_PER_SECOND: '1', MENTARA_LIMITS_REQUESTS_BURST: '20',
    MENTARA_LIMITS_EVENTS_PER_SECOND: '1', MENTARA_LIMITS_EVENTS_BURST: '15',
  },
});

let addresses = 0;
const someAddress = () => `203.0.113.${++addresses}`;
const from = (address) => ({ extraHeaders: { 'x-forwarded-for': address }, reconnection: false });

async function requestFrom(address) {
  const connection = await RawConnection.open(server.port);
  connection.write(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n\r\n`);
  const status = await connection.until('an answer', (received) => /^HTTP\/1\.1 (\d+)[\s\S]*\r\n\r\n/.exec(received)?.[1]);
  return { connection, status: Number(status) };
}

test('an address has as many connections as it may, and gets 429 for the next one', async () => {
  const address = someAddress();
  const sockets = [];
  for (let i = 0; i < most; ++i) sockets.push(await server.connect(someone('ada'), from(address)));
  const refused = await requestFrom(address);
  assert.equal(refused.status, 429);
  assert.match((await refused.connection.rest()).toString(), /Retry-After: 5\r\n[\s\S]*as many connections as it may have/);
  const socket = server.socket(someone('ada'), from(address));
  await next(socket, 'connect_error');
  assert.equal((await requestFrom(someAddress())).status, 200, 'another address is not concerned');
  for (const living of sockets) await succeed(living, 'conversation:list', {});
  sockets[0].disconnect();
  await eventually('a place that was given back', async () => (await requestFrom(address)).status === 200);
});

test('R2: as many sessions as an address may begin, then 429 with the time to wait over both transports; others are not concerned', async () => {
  const address = someAddress();
  const begin = (whose) => fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-forwarded-for': whose } });
  const refusals = () => figure(server, 'mentara_handshakes_refused_total', { reason: 'Too many requests' });
  const before = await refusals();
  let begun = 0;
  const began = Date.now();
  let answer;
  for (answer = await begin(address); answer.status === 200 && begun < 5 * handshakes; answer = await begin(address)) {
    ++begun;
    await answer.text();
  }
  const refilled = Math.ceil((Date.now() - began) / 1000); // one a second
  assert.ok(begun >= handshakes && begun <= handshakes + refilled, `${begun} began`);
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get('retry-after'), '1');
  assert.deepEqual(await answer.json(), { code: 6, message: 'Too many requests' });
  const socket = server.socket(someone('ada'), { ...from(address), transports: ['websocket'] });
  await next(socket, 'connect_error');
  assert.ok((await refusals()) > before, 'and each is counted');
  assert.equal((await begin(someAddress())).status, 200, 'another address is not concerned');
});

test('R1: the addresses of one /64 of IPv6 are one address', async () => {
  const open = [];
  for (let i = 0; i < most; ++i) open.push(await requestFrom(`2001:db8:0:7:${i}::1`));
  assert.deepEqual(open.map(({ status }) => status), [200, 200, 200, 200]);
  assert.equal((await requestFrom('2001:db8:0:7:ffff::1')).status, 429);
  assert.equal((await requestFrom('2001:db8:0:8::1')).status, 200);
  open.forEach(({ connection }) => connection.destroy());
});

const refusalOf = async (options) => (await next(server.socket(someone('eve'), options), 'connect_error'))[0].data;

test('J10, R2: the eleventh refused token in a minute is told to wait, longer each time; who has a good one comes in', async () => {
  const address = someAddress();
  const bad = { ...from(address), auth: { token: 'guess' } };
  for (let i = 0; i < 10; ++i) assert.equal((await refusalOf(bad)).code, 'token_invalid', `guess ${i}`);
  const eleventh = await refusalOf(bad);
  assert.equal(eleventh.code, 'rate_limited');
  assert.ok(eleventh.retryAfterMs > 0 && eleventh.retryAfterMs <= 6_010, `${eleventh.retryAfterMs}`);
  const twelfth = await refusalOf(bad);
  assert.ok(twelfth.retryAfterMs > eleventh.retryAfterMs, `${twelfth.retryAfterMs} is no growing delay`);
  await server.connect(someone('ada'), from(address));
  assert.equal((await refusalOf({ ...bad, ...from(someAddress()) })).code, 'token_invalid');

  const overRest = await rest(server, '', 'GET', '/messaging/conversations', { bearer: 'guess', headers: { 'x-forwarded-for': address } });
  assert.equal(overRest.status, 429, 'over REST it is the same budget');
  assert.ok(Number(overRest.headers.get('retry-after')) >= 1);
  assert.equal(overRest.body.code, 'rate_limited');
  assert.ok(overRest.body.retryAfterMs > 0);
});

test('REST: as many requests of an address as it may, then 429 with the time to wait; backends have no limit', async () => {
  const address = someAddress();
  const get = (user, options) => rest(server, user, 'GET', '/notifications/unread-count', { headers: { 'x-forwarded-for': address }, ...options });
  const codes = [];
  for (let i = 0; i < 30; ++i) codes.push((await get(someone('ada'))).status);
  const answered = codes.filter((status) => status === 200).length;
  assert.ok(answered >= 20 && answered < 27, `${answered} were answered`);
  assert.equal(codes.slice(0, 20).every((status) => status === 200), true);
  const refused = await get(someone('ada'));
  assert.equal(refused.status, 429);
  assert.equal(refused.body.code, 'rate_limited');
  assert.equal(Number(refused.headers.get('retry-after')), Math.ceil(refused.body.retryAfterMs / 1000));
  assert.equal((await get(someone('bob'), { headers: { 'x-forwarded-for': someAddress() } })).status, 200);
  for (let i = 0; i < 30; ++i) assert.equal((await get('backend', { claims: { role: 'service' } })).status, 200);
});

test('R2: a user has one budget over sockets and REST, and a dear request costs more', async () => {
  const ada = someone('ada');
  const headers = () => ({ 'x-forwarded-for': someAddress() });
  for (let i = 0; i < 3; ++i) assert.equal((await rest(server, ada, 'GET', '/messaging/search?query=word', { headers: headers() })).status, 200);
  const fourth = await rest(server, ada, 'GET', '/messaging/search?query=word', { headers: headers() });
  assert.equal(fourth.status, 429);
  const socket = await server.connect(ada, from(someAddress()));
  assert.equal((await ask(socket, 'message:search', { query: 'word' })).code, 'rate_limited');
  const bob = someone('bob');
  const answers = [];
  for (let i = 0; i < 20; ++i) answers.push((await rest(server, bob, 'GET', '/notifications/unread-count', { headers: headers() })).status);
  assert.deepEqual([answers.slice(0, 15).every((status) => status === 200), answers.at(-1)], [true, 429]);
});

test('config print shows every one of these limits', async () => {
  const { out } = await Program.run(mentaraBinary, ['config', 'print'], { env: { MENTARA_JWT_SECRET: 's'.repeat(32) } });
  for (const line of ['handshakes_per_second = 200', 'handshakes_burst = 4000', 'connections_per_address = 2000', 'connect_failures_per_minute = 10', 'requests_per_second = 200', 'requests_burst = 2000']) {
    assert.ok(out.includes(line), line);
  }
});
