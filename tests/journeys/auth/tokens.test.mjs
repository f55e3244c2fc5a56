// Tokens of every kind that teams use, and of every kind that attackers try (docs/threats.md, J1–J10), made by others than us.
import assert from 'node:assert/strict';
import { createHmac, createSign, randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import jwt from 'jsonwebtoken';

import { mentaraBinary } from '../support/binaries.mjs';
import { Mentara, mentaraForThisFile, someone, temporaryDirectory } from '../support/mentara.mjs';
import { Program } from '../support/program.mjs';
import { secret, token } from '../support/tokens.mjs';
import { eventually, patience, within } from '../support/wait.mjs';
import { KeyPair, rawToken } from './keys.mjs';

const directory = temporaryDirectory();
const file = (name, content) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const now = Math.floor(Date.now() / 1000);

const rsa = new KeyPair('RS256');
const ec = new KeyPair('ES256');
const ed = new KeyPair('EdDSA');
const stranger = new KeyPair('RS256');
const longSecret = randomBytes(64).toString('base64url');
const jwks = file('jwks.json', JSON.stringify({ keys: [ed.jwk('ed', { use: 'sig' }), rsa.jwk('spare')] }));

const server = await mentaraForThisFile({
  env: {
    MENTARA_AUTH_KEYS: [
      `RS256:${rsa.write(directory, 'rsa.pem')}#rsa`, `ES256:${ec.write(directory, 'ec.pem')}#ec`, `EdDSA:${jwks}`,
      `HS384:${file('hs384', longSecret)}#hs384`, `HS512:${file('hs512', `${longSecret}\n`)}#hs512`,
    ].join(','),
  },
});

// The user who was accepted, or the code of the refusal. `on`: another server.
async function outcome(bearer, { on = server, options = {} } = {}) {
  const socket = on.socket('nobody', { reconnection: false, ...options });
  socket.auth = bearer === undefined ? {} : { token: bearer };
  const answered = new Promise((resolve) => {
    socket.once('connected', (welcome) => resolve(welcome.userId));
    socket.once('connect_error', (error) => resolve(error.data?.code ?? error.message));
  });
  const said = await within(patience, answered, 'answer to a token');
  socket.disconnect();
  return said;
}
const all = (cases) => Promise.all(Object.entries(cases).map(async ([what, bearer]) => [what, await outcome(bearer)]));
async function refusedAll(code, cases) {
  assert.deepEqual(await all(cases), Object.keys(cases).map((what) => [what, code]));
}

test('each algorithm is accepted with its own key', async () => {
  const hmac = (algorithm, key, keyid) => jwt.sign({ sub: 'ada' }, key, { algorithm, expiresIn: 60, ...(keyid && { keyid }) });
  const cases = {
    HS256: hmac('HS256', secret), HS384: hmac('HS384', longSecret, 'hs384'), HS512: hmac('HS512', longSecret, 'hs512'),
    RS256: rsa.token({ sub: 'ada' }, { kid: 'rsa' }), ES256: ec.token({ sub: 'ada' }, { kid: 'ec' }),
    EdDSA: ed.token({ sub: 'ada' }, { kid: 'ed' }),
  };
  assert.deepEqual(await all(cases), Object.keys(cases).map((what) => [what, 'ada']));
});

test('J1: the header never chooses the algorithm', async () => {
  const claims = { sub: 'ada', exp: now + 60 };
  const nothing = () => '';
  await refusedAll('token_invalid', {
    none: rawToken({ alg: 'none' }, claims, nothing),
    None: rawToken({ alg: 'None' }, claims, nothing),
    NONE: rawToken({ alg: 'NONE', kid: 'rsa' }, claims, nothing),
    'by jsonwebtoken': jwt.sign(claims, null, { algorithm: 'none' }),
    'no alg': rawToken({ typ: 'JWT' }, claims, (text) => createHmac('sha256', secret).update(text).digest()),
    'an empty signature': `${token('ada').split('.').slice(0, 2).join('.')}.`,
    'another hash of the right secret': jwt.sign(claims, secret, { algorithm: 'HS384' }),
    'the secret under the id of another key': jwt.sign(claims, secret, { keyid: 'hs384' }),
    'RS512 of the right key': jwt.sign(claims, rsa.privatePem, { algorithm: 'RS512', keyid: 'rsa' }),
    'PS256 of the right key': jwt.sign(claims, rsa.privatePem, { algorithm: 'PS256', keyid: 'rsa' }),
  });
});

test('J2: a public key is never taken for a secret', async () => {
  const claims = { sub: 'ada', exp: now + 60 };
  const hmacWith = (key, header) => rawToken(header, claims, (text) => createHmac('sha256', key).update(text).digest());
  await refusedAll('token_invalid', {
    'the PEM': hmacWith(rsa.publicPem, { alg: 'HS256', kid: 'rsa' }),
    'the PEM without its last line end': hmacWith(rsa.publicPem.trim(), { alg: 'HS256', kid: 'rsa' }),
    'an empty secret': hmacWith('', { alg: 'HS256', kid: 'ed' }),
    'an empty secret and no id': hmacWith('', { alg: 'HS256' }),
  });
  const starts = (env) => Program.run(mentaraBinary, ['serve', '--data', temporaryDirectory()], { env });
  const short = await starts({ MENTARA_JWT_SECRET: 'x'.repeat(31) });
  assert.equal(short.code, 2);
  const asSecret = await starts({ MENTARA_AUTH_KEYS: `HS256:${join(directory, 'rsa.pem')}` });
  assert.notEqual(asSecret.code, 0);
  assert.match(asSecret.err, /rsa\.pem: a PEM is no secret/);
  const without = file('no-alg.json', JSON.stringify({ keys: [{ ...rsa.jwk('r'), alg: undefined }] }));
  assert.match((await starts({ MENTARA_AUTH_KEYS: `HS256:${without}` })).err, /holds no key for HS256/);
});

test('J3: signatures of another form or of nothing are refused', async () => {
  const claims = { sub: 'ada', exp: now + 60 };
  const header = { alg: 'ES256', kid: 'ec' };
  await refusedAll('token_invalid', {
    'r = s = 0': rawToken(header, claims, () => Buffer.alloc(64)),
    'r = s = 2^256 - 1': rawToken(header, claims, () => Buffer.alloc(64, 0xff)),
    DER: rawToken(header, claims, (text) => createSign('sha256').update(text).sign(ec.privatePem)),
    'one bit off': flipped(token('ada')),
    'one bit off, RS256': flipped(rsa.token({ sub: 'ada' }, { kid: 'rsa' })),
  });
});
function flipped(good) {
  const [head, body, signature] = good.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[3] ^= 1;
  return `${head}.${body}.${bytes.toString('base64url')}`;
}

test('J4: kid is looked up among the configured keys; keys that a token brings are not looked at', async () => {
  const sign = (header) => jwt.sign({ sub: 'ada' }, stranger.privatePem, { algorithm: 'RS256', expiresIn: 60, header });
  const hmac = (header) => jwt.sign({ sub: 'ada' }, secret, { expiresIn: 60, header: { alg: 'HS256', ...header } });
  await refusedAll('token_invalid', {
    'a path': sign({ kid: '../../../etc/passwd' }),
    'the path of the key': sign({ kid: join(directory, 'rsa.pem') }),
    SQL: sign({ kid: "' OR 1=1 --" }),
    'an unknown one': sign({ kid: 'rsa2' }),
    'a long one': sign({ kid: 'k'.repeat(2500) }),
    'a key of its own': sign({ kid: 'rsa', jwk: stranger.jwk('rsa') }),
    'a place to fetch it': sign({ kid: 'rsa', jku: 'http://127.0.0.1:1/jwks', x5u: 'http://127.0.0.1:1/x' }),
    crit: hmac({ crit: ['exp'], exp: now + 60 }),
  });
  assert.equal(await outcome(hmac({ jku: 'http://127.0.0.1:1/jwks', zip: 'DEF' })), 'ada');
});

test('J5: times, types and owners are checked', async () => {
  const signed = (claims, header) => jwt.sign(claims, secret, { noTimestamp: true, header: { alg: 'HS256', ...header } });
  const raw = (claims) => rawToken({ alg: 'HS256' }, claims, (text) => createHmac('sha256', secret).update(text).digest());
  await refusedAll('token_invalid', {
    'no exp': signed({ sub: 'ada' }),
    'exp as text': raw({ sub: 'ada', exp: String(now + 60) }),
    'exp 1e300': raw('{"sub":"ada","exp":1e300}'),
    'exp below zero': raw({ sub: 'ada', exp: -1 }),
    'nbf ahead': signed({ sub: 'ada', exp: now + 600, nbf: now + 300 }),
    'iat ahead': raw({ sub: 'ada', exp: now + 600, iat: now + 300 }),
    'another kind of token': signed({ sub: 'ada', exp: now + 60 }, { typ: 'at+jwt' }),
    'no sub': signed({ exp: now + 60 }),
    'sub as a number': raw({ sub: 7, exp: now + 60 }),
  });
  assert.equal(await outcome(signed({ sub: 'ada', exp: now - 60 })), 'token_expired');

  const strict = await Mentara.start({
    env: { MENTARA_AUTH_ISSUER: 'https://id.example', MENTARA_AUTH_AUDIENCE: 'mentara', MENTARA_AUTH_MAX_LIFETIME: '1h' },
  });
  const on = strict;
  const good = { sub: 'ada', exp: now + 60, iss: 'https://id.example', aud: 'mentara' };
  assert.equal(await outcome(signed(good), { on }), 'ada');
  assert.equal(await outcome(signed({ ...good, aud: ['other', 'mentara'] }), { on }), 'ada');
  for (const change of [{ iss: 'https://id.example/' }, { iss: undefined }, { aud: 'mentara2' }, { aud: ['other'] }, { exp: now + 7200 }])
    assert.equal(await outcome(signed(JSON.parse(JSON.stringify({ ...good, ...change }))), { on }), 'token_invalid', JSON.stringify(change));
  await strict.end();
});

test('J6: what is too long, loosely written or written twice is refused', async () => {
  const hmac = (text) => createHmac('sha256', secret).update(text).digest();
  const good = token('ada');
  await refusedAll('token_invalid', {
    '500 KB': 'a'.repeat(500_000),
    '100,000 dots': '.'.repeat(100_000),
    padding: `${good}=`,
    'a space behind': `${good} `,
    'a fourth part': `${good}.x`,
    'sub twice': rawToken({ alg: 'HS256' }, `{"sub":"ada","sub":"eve","exp":${now + 60}}`, hmac),
    'exp twice': rawToken({ alg: 'HS256' }, `{"sub":"ada","exp":1,"exp":${now + 60}}`, hmac),
    'alg twice': rawToken('{"alg":"none","alg":"HS256"}', { sub: 'ada', exp: now + 60 }, hmac),
    'deep claims': rawToken({ alg: 'HS256' }, `{"sub":"ada","exp":${now + 60},"x":${'['.repeat(900)}${']'.repeat(900)}}`, hmac),
  });
});

test('J7: a token in the query is taken only when the configuration says so, and is never logged', async () => {
  const lax = await Mentara.start({ env: { MENTARA_AUTH_ALLOW_QUERY_TOKEN: 'true', MENTARA_LOG_LEVEL: 'trace' } });
  const query = { token: token('ada') };
  assert.equal(await outcome(undefined, { options: { query } }), 'token_missing');
  assert.equal(await outcome(undefined, { on: lax, options: { query } }), 'ada');
  assert.equal(await outcome(undefined, { on: lax, options: { query, transports: ['polling'] } }), 'ada');
  await lax.end();
  assert.ok(!lax.program.err.join('\n').includes(query.token.split('.')[2]));
});

test('J10: bad signatures are refused all alike and reveal nothing', async () => {
  const bad = flipped(rsa.token({ sub: someone('ada') }, { kid: 'rsa' }));
  const codes = await Promise.all(Array.from({ length: 100 }, () => outcome(bad)));
  assert.deepEqual([...new Set(codes)], ['token_invalid']);
  assert.equal(await outcome(token('ada')), 'ada');
});

// The new key holds once its file is there; who asks earlier is told that his token is invalid.
async function rotated(rotate, announce = () => {}) {
  const before = new KeyPair('ES256');
  const after = new KeyPair('ES256');
  const path = before.write(temporaryDirectory(), 'key.pem');
  const on = await Mentara.start({ env: { MENTARA_AUTH_KEYS: `ES256:${path}` } });
  const socket = await on.connect('ada', { auth: { token: before.token({ sub: 'ada' }) } });
  assert.equal(await outcome(after.token({ sub: 'ada' }), { on }), 'token_invalid');
  rotate(path, after.publicPem);
  announce(on);
  await eventually('the new key', async () => (await outcome(after.token({ sub: 'ada' }), { on })) === 'ada', 5000);
  assert.equal(await outcome(before.token({ sub: 'ada' }), { on }), 'token_invalid');
  assert.equal(socket.connected, true);

  writeFileSync(path, 'no key');
  on.program.child.kill('SIGHUP');
  await on.program.lineMatching(/keys for tokens stay as they were.*key\.pem/);
  assert.equal(await outcome(after.token({ sub: 'ada' }), { on }), 'ada');
  await on.end();
}

test('a key file that is replaced is read again without a restart', () =>
  rotated((path, pem) => {
    writeFileSync(`${path}.new`, pem);
    renameSync(`${path}.new`, path);
  }));

test('SIGHUP reads the key files again', () =>
  rotated((path, pem) => writeFileSync(path, pem), (on) => on.program.child.kill('SIGHUP')));
