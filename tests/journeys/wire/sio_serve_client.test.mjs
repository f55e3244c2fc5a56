// Socket.IO: the client's bundles, for pages that load them from the server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';

import { request } from '../support/engine.mjs';
import { exampleForThisFile } from '../support/example.mjs';

const manifest = createRequire(import.meta.url).resolve('socket.io/package.json');
const { version } = JSON.parse(readFileSync(manifest));
const onDisk = (name) => readFileSync(join(dirname(manifest), 'client-dist', name));

const { url } = await exampleForThisFile('sio_echo');
const at = (name) => `${url}/socket.io/${name}`;
const bundles = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];

for (const name of [...bundles, ...bundles.map((bundle) => `${bundle}.map`)])
  test(`${name} is the file of the npm package`, async () => {
    const { status, headers, bytes } = await request(at(name));
    assert.equal(status, 200);
    assert.equal(headers['content-type'], `application/${name.endsWith('.map') ? 'json' : 'javascript'}; charset=utf-8`);
    assert.equal(headers['cache-control'], 'public, max-age=0');
    assert.equal(headers.etag, `"${version}"`);
    assert.equal(headers['content-encoding'], undefined);
    assert.ok(bytes.equals(onDisk(name)));

    const compressed = await request(`${at(name)}?t=1`, { headers: { 'accept-encoding': 'gzip, deflate' } });
    assert.equal(compressed.headers['content-encoding'], 'gzip');
    assert.ok(compressed.bytes.length < bytes.length / 2);
    assert.ok(gunzipSync(compressed.bytes).equals(bytes));
  });

test('who has this version is told so', async () => {
  for (const etag of [`"${version}"`, `W/"${version}"`]) {
    const { status, body } = await request(at('socket.io.js'), { headers: { 'if-none-match': etag } });
    assert.equal(status, 304);
    assert.equal(body, '');
  }
  const { status } = await request(at('socket.io.js'), { headers: { 'if-none-match': '"1.0.0"' } });
  assert.equal(status, 200);
});

test('the bundles carry the headers of CORS', async () => {
  for (const headers of [{ origin: 'http://a' }, { origin: 'http://a', 'if-none-match': `"${version}"` }])
    assert.equal((await request(at('socket.io.js'), { headers })).headers['access-control-allow-origin'], '*');
});

test('any other name is left to Engine.IO', async () => {
  for (const name of ['socket.io.foo.js', 'package.json', 'socket.io.slim.js'])
    assert.equal((await request(at(name))).body, '{"code":0,"message":"Transport unknown"}');
});
