// Which pages may connect (docs/threats.md, O1).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PollingSession, RawSocket, refusedUpgrade, request } from '../support/engine.mjs';
import { mentaraForThisFile } from '../support/mentara.mjs';

const good = 'https://app.example.com';
const server = await mentaraForThisFile({ env: { MENTARA_CORS_ORIGINS: good } });
const path = '/socket.io/?EIO=4&transport=';

const strangers = [
  'https://evil.example', 'null', `${good}.evil.example`, 'https://evil-app.example.com', 'http://app.example.com',
  `${good}:8443`, `${good}/`, 'https://APP.example.com', '',
];
for (const origin of strangers)
  test(`O1: a page of "${origin}" is refused on GET, POST, OPTIONS and upgrade, and told why`, async () => {
    const session = await PollingSession.open(server.url, { path: '/socket.io/' });
    const answers = [
      await request(`${server.url}${path}polling`, { headers: { origin } }),
      await request(session.url, { headers: { origin } }),
      await request(session.url, { method: 'POST', body: '40', headers: { origin, 'content-type': 'text/plain' } }),
      await request(`${server.url}${path}polling`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }),
      await refusedUpgrade(`${server.url.replace('http', 'ws')}${path}websocket`, { headers: { origin } }),
      await refusedUpgrade(session.websocketUrl, { headers: { origin } }),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 403);
      assert.match(answer.body, /origin is not allowed.*cors\.origins/);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  });

test('O1: a listed page and a client without an origin may come', async () => {
  const answer = await request(`${server.url}${path}polling`, { headers: { origin: good } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['access-control-allow-origin'], good);
  assert.match(answer.headers.vary, /Origin/);
  const preflight = await request(`${server.url}${path}polling`, { method: 'OPTIONS', headers: { origin: good } });
  assert.equal(preflight.status, 204);
  (await RawSocket.open(`${server.url.replace('http', 'ws')}${path}websocket`, { headers: { origin: good } })).close();
  (await RawSocket.open(`${server.url.replace('http', 'ws')}${path}websocket`)).close();
});
