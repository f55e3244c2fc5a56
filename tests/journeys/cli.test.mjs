// The command line: what an operator types, and what he is told.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import jwt from 'jsonwebtoken';
import { io } from 'socket.io-client';

import { mentaraBinary } from './support/binaries.mjs';
import { makeCertificate } from './support/certificates.mjs';
import { Mentara, temporaryDirectory } from './support/mentara.mjs';
import { Program, freePort } from './support/program.mjs';
import { secret } from './support/tokens.mjs';
import { next } from './support/wait.mjs';

const mentara = (args, env = {}) => Program.run(mentaraBinary, args, { env, cwd: temporaryDirectory() });
const withSecret = { MENTARA_JWT_SECRET: secret };

test('serve without a secret refuses, and says how to make one', async () => {
  const { code, out, err } = await mentara(['serve', '--port', String(await freePort())]);
  assert.equal(code, 2);
  assert.equal(out, '');
  assert.match(err, /secret/i);
  assert.match(err, /MENTARA_JWT_SECRET/);
  assert.match(err, /openssl rand/);
  assert.match(err, /--dev/);
});

test('serve with a secret that is too short refuses', async () => {
  const { code, err } = await mentara(['serve'], { MENTARA_JWT_SECRET: 'too short' });
  assert.equal(code, 2);
  assert.match(err, /MENTARA_JWT_SECRET/);
  assert.match(err, /32/);
  assert.doesNotMatch(err, /too short/);
});

test('a flag or command that does not exist is refused with exit code 2', async () => {
  for (const args of [['serve', '--prot', '3001'], ['sevre'], ['serve', '--port', 'many'], ['serve', '--port', '70000'], []]) {
    const { code, out, err } = await mentara(args, withSecret);
    assert.equal(code, 2, `mentara ${args.join(' ')}: ${out}${err}`);
    assert.notEqual(err, '');
  }
});

test('a port that is taken is one clear line and exit code 1', async (t) => {
  const server = await Mentara.start();
  t.after(() => server.end());
  const { code, err } = await mentara(['serve', '--host', '127.0.0.1', '--port', String(server.port)],
    { ...withSecret, MENTARA_OPERATIONS_PORT: String(await freePort()) });
  assert.equal(code, 1);
  assert.match(err, new RegExp(`\\b${server.port}\\b`));
});

test('operations on localhost are served there', async (t) => {
  const server = await Mentara.start({ env: { MENTARA_OPERATIONS_HOST: 'localhost' } });
  t.after(() => server.end());
  const health = await fetch(`http://127.0.0.1:${server.env.MENTARA_OPERATIONS_PORT}/healthz`);
  assert.equal(health.status, 200);
});

test('a data directory that cannot be made is one clear line and exit code 1', async () => {
  const { code, err } = await mentara(['serve', '--port', String(await freePort()), '--data', '/proc/nowhere'], withSecret);
  assert.equal(code, 1);
  assert.match(err, /\/proc\/nowhere/);
});

test('token prints a token that another implementation accepts', async () => {
  const { code, out, err } = await mentara(
    ['token', '--sub', 'ada', '--name', 'Ada L.', '--role', 'tutor', '--email', 'ada@example.com', '--ttl', '90m'], withSecret);
  assert.equal(code, 0, err);
  assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  const { iat, exp, ...claims } = jwt.verify(out, secret, { algorithms: ['HS256'] });
  assert.equal(claims.sub, 'ada');
  assert.equal(claims.name, 'Ada L.');
  assert.equal(claims.role, 'tutor');
  assert.equal(claims.email, 'ada@example.com');
  assert.equal(exp - iat, 90 * 60);
  assert.ok(Math.abs(iat - Date.now() / 1000) < 60);
});

test('a token lives for a day unless it is said otherwise', async () => {
  const { out } = await mentara(['token', '--sub', 'ada'], withSecret);
  const { iat, exp } = jwt.verify(out, secret);
  assert.equal(exp - iat, 24 * 60 * 60);
});

test('token wants a subject and a secret', async () => {
  assert.equal((await mentara(['token'], withSecret)).code, 2);
  const { code, err } = await mentara(['token', '--sub', 'ada']);
  assert.equal(code, 2);
  assert.match(err, /MENTARA_JWT_SECRET/);
});

function configFile(text) {
  const path = join(temporaryDirectory(), 'mentara.toml');
  writeFileSync(path, text);
  return path;
}

test('config check accepts a good file', async () => {
  const file = configFile('[server]\nport = 4000\n[cors]\norigins = ["https://app.example.com"]\n');
  const { code, err } = await mentara(['config', 'check', '--config', file], withSecret);
  assert.equal(code, 0, err);
});

test('config check names file, line and what is allowed', async () => {
  for (const [text, line, said] of [
    ['[server]\nprot = 4000\n', 2, /prot.*port/], ['[server]\n\nport = 70000\n', 3, /65535/], ['[server]\nport = "x"\n', 2, /port/],
    ['[cors]\norigins = ["*"]\n', 2, /origins/], ['[server\n', 1, /./],
  ]) {
    const file = configFile(text);
    const { code, err } = await mentara(['config', 'check', '--config', file], withSecret);
    assert.equal(code, 2, err);
    assert.match(err, new RegExp(`${file.replaceAll('.', '\\.')}:${line}\\b`));
    assert.match(err, said);
    assert.equal((await mentara(['serve', '--config', file], withSecret)).code, 2);
  }
});

test('a config file that is not there, and a variable that is not known, are refused', async () => {
  const absent = await mentara(['config', 'check', '--config', '/nowhere/mentara.toml'], withSecret);
  assert.equal(absent.code, 2);
  assert.match(absent.err, /\/nowhere\/mentara\.toml/);
  const typo = await mentara(['config', 'check'], { ...withSecret, MENTARA_SERVER_PROT: '4000' });
  assert.equal(typo.code, 2);
  assert.match(typo.err, /MENTARA_SERVER_PROT.*MENTARA_SERVER_PORT/);
});

test('config print shows what holds, and never the secret', async () => {
  const file = configFile('[server]\nport = 4000\n');
  const { code, out } = await mentara(['config', 'print', '--config', file], { ...withSecret, MENTARA_LOG_LEVEL: 'debug' });
  assert.equal(code, 0);
  assert.match(out, /port = 4000/);
  assert.match(out, /level = "debug"/);
  assert.ok(!out.includes(secret));
});

test('a flag goes before the environment, the environment before the file', async (t) => {
  const [port, other] = [await freePort(), await freePort()];
  const file = configFile(`[server]\nport = ${other}\n`);
  const server = await Mentara.start({ port, args: ['--config', file], env: { MENTARA_SERVER_PORT: String(other) } });
  t.after(() => server.end());
});

test('--version and --help answer', async () => {
  const version = await mentara(['--version']);
  assert.equal(version.code, 0);
  assert.match(version.out, /\b\d+\.\d+\.\d+\b/);
  const help = await mentara(['--help']);
  assert.equal(help.code, 0);
  for (const word of ['serve', 'token', 'config']) assert.match(help.out, new RegExp(`\\b${word}\\b`));
  const serve = await mentara(['serve', '--help']);
  assert.equal(serve.code, 0);
  for (const flag of ['--config', '--host', '--port', '--data', '--log-level', '--dev']) assert.ok(serve.out.includes(flag), flag);
});

test('serve --dev needs no secret and prints tokens that work, from a localhost page too', async (t) => {
  const port = await freePort();
  const data = join(temporaryDirectory(), 'data');
  const start = async () => {
    const program = new Program(mentaraBinary, ['serve', '--dev', '--port', String(port), '--data', data],
      { env: { MENTARA_OPERATIONS_PORT: String(await freePort()) } });
    t.after(() => program.ended || program.stop());
    await program.lineMatching(/\blistening\b.*\bport=\d+/);
    const said = () => [...program.out, ...program.err].join('\n');
    const tokens = said().match(/\b[\w-]{10,}\.[\w-]{10,}\.[\w-]{20,}\b/g) ?? [];
    return { program, tokens: [...new Set(tokens)] };
  };
  const connectWith = async (token, options) => {
    const socket = io(`http://127.0.0.1:${port}/messaging`, { auth: { token }, forceNew: true, reconnection: false, ...options });
    t.after(() => socket.disconnect());
    return (await next(socket, 'connected'))[0].userId;
  };

  const first = await start();
  assert.equal(first.tokens.length, 2);
  const users = await Promise.all(first.tokens.map((token) => connectWith(token)));
  assert.notEqual(users[0], users[1]);
  await connectWith(first.tokens[0], { extraHeaders: { origin: 'http://localhost:3000' }, transports: ['websocket'] });
  for (const name of readdirSync(data).filter((name) => /secret/.test(name)))
    assert.equal(statSync(join(data, name)).mode & 0o077, 0, `${name} can be read by others`);
  await first.program.stop();

  await start();
  assert.equal(await connectWith(first.tokens[0]), users[0], 'the secret is kept in the data directory');
  assert.ok(existsSync(data));
});

test('O2: doctor looks at the certificate and its key, and says for how long they are good', async () => {
  const directory = temporaryDirectory();
  const [soon, later] = [makeCertificate(directory, 'soon', { days: 3 }), makeCertificate(directory, 'later', { days: 300 })];
  const examine = (certificate, key) => mentara(['doctor', '--data', directory], { ...withSecret, MENTARA_TLS_CERTIFICATE: certificate, MENTARA_TLS_KEY: key });
  assert.match((await examine(later.certificate, later.key)).out, /^good  tls: .*later\.crt and its key fit, for another (299|300) days$/m);
  const near = await examine(soon.certificate, soon.key);
  assert.equal(near.code, 0);
  assert.match(near.out, /^note  tls: .*soon\.crt and its key fit, for another [23] days\. Renew it/m);
  for (const [certificate, key] of [[soon.certificate, later.key], [join(directory, 'none.crt'), soon.key]]) {
    const unfit = await examine(certificate, key);
    assert.equal(unfit.code, 1);
    assert.match(unfit.out, /^bad   tls: \S/m);
  }
});

test('doctor says what this machine means for a server, and fails when it could not work', async () => {
  const data = temporaryDirectory();
  const fit = await mentara(['doctor', '--data', data], withSecret);
  assert.equal(fit.code, 0, fit.err);
  for (const line of fit.out.trim().split('\n')) assert.match(line, /^(good|note)  \S/);
  assert.match(fit.out, /^\w+ +descriptors: \d+, so up to \d+ connections/m);
  assert.match(fit.out, /^\w+ +disk: fsync takes [\d.]+ (µs|ms) in /m);
  assert.ok(!fit.out.includes(withSecret.MENTARA_JWT_SECRET));
  const unfit = await mentara(['doctor', '--data', '/proc/nowhere']);
  assert.equal(unfit.code, 1);
  assert.match(unfit.out, /^bad   tokens: /m);
  assert.match(unfit.out, /^bad   data directory: /m);
});
