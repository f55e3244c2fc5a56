// The tester is tested: every rule refuses a file that breaks it, and lets the one beside it pass.
import assert from 'node:assert/strict';
import test from 'node:test';

import { violations } from './include_direction.mjs';

const tree = {
  'wire/base/log.h': '',
  'wire/net/loop.h': '#include "wire/base/log.h"',
  'wire/net/write_queue.h': '',
  'wire/net/native.h': '#include <boost/asio/io_context.hpp>\n#include "wire/net/loop.h"',
  'wire/http/message.h': '',
  'wire/http/server.h': '#include "wire/net/loop.h"',
  'wire/ws/frame.h': '',
  'wire/eio/session.h': '#include "wire/base/log.h"',
  'wire/sio/server.h': '#include "wire/eio/session.h"',
  'mentara/domain/user.h': '',
  'mentara/events/event_bus.h': '#include "mentara/domain/user.h"',
  'mentara/storage/store.h': '#include "mentara/domain/user.h"',
  'mentara/storage/sqlite_store.h': '#include "mentara/storage/store.h"',
  'mentara/services/message_service.h': '#include "mentara/storage/store.h"',
  'mentara/gateways/messaging_gateway.h': '#include "wire/sio/server.h"\n#include "mentara/services/message_service.h"',
  'mentara/application/application.cpp': '#include "mentara/storage/sqlite_store.h"\n#include "wire/net/loop.h"',
  'tests/support/fake_clock.h': '#include "mentara/domain/user.h"',
};
const check = (more) => violations(new Map(Object.entries({ ...tree, ...more })));

function refuses(sentence, path, text, reason) {
  test(`refuses ${sentence}`, () => {
    const found = check({ [path]: text });
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0], reason);
    assert.ok(found[0].startsWith(`${path}:`));
  });
}
function allows(sentence, path, text) {
  test(`allows ${sentence}`, () => assert.deepEqual(check({ [path]: text }), []));
}

test('allows a tree that keeps the direction', () => assert.deepEqual(check({}), []));

refuses('a lower layer that includes a higher one', 'wire/base/json.h', '#include "wire/net/loop.h"', /wire\/base may not include/);
refuses('the library that includes the application', 'wire/sio/room.h', '#include "mentara/domain/user.h"', /may not include/);
refuses('the domain that includes a service', 'mentara/domain/a.h', '#include "mentara/services/message_service.h"', /may not/);
refuses('a service that includes Socket.IO', 'mentara/services/a.cpp', '#include "wire/sio/server.h"', /may not include/);
refuses('a service that names a concrete store', 'mentara/services/a.cpp', '#include "mentara/storage/sqlite_store.h"', /may not/);
refuses('a gateway that includes storage', 'mentara/gateways/a.cpp', '#include "mentara/storage/sqlite_store.h"', /may not/);
refuses('an example that includes the application', 'examples/chat.cpp', '#include "mentara/domain/user.h"', /may not include/);
refuses('a folder that is in no layer', 'mentara/extras/a.h', '#include "wire/base/log.h"', /is in no layer/);
refuses('a fixture of tests that includes what is on top', 'mentara/services/test_fixture.h', '#include "mentara/gateways/messaging_gateway.h"', /may not/);
refuses('a generated file of another folder', 'mentara/services/a.cpp', '#include "mentara/gateways/table.inc"', /may not include/);
refuses('an include that does not start at the root', 'wire/eio/a.h', '#include "session.h"', /is no file of the repository/);
refuses('an include that does not exist', 'wire/eio/a.h', '#include "wire/eio/absent.h"', /is no file of the repository/);
refuses('a spaced include', 'wire/base/json.h', '  #  include   "wire/net/loop.h"', /may not include/);
refuses('a native.h outside its folder', 'wire/http/server.cpp', '#include "wire/net/native.h"', /its own folder/);
refuses('a native.h in a header', 'wire/net/listener.h', '#include "wire/net/native.h"', /its own folder/);
refuses('a socket in a file that is neither server nor transport', 'wire/eio/polling.cpp', '#include "wire/net/loop.h"', /only servers/);
refuses('a codec that reaches the network through another header', 'wire/eio/packet_codec.cpp', '#include "wire/http/server.h"', /know no socket/);

for (const header of ['boost/asio/post.hpp', 'boost/beast/http.hpp', 'simdjson.h', 'sqlite3.h', 'spdlog/spdlog.h', 'toml++/toml.h',
  'CLI/CLI.hpp', 'openssl/evp.h', 'iostream'])
  refuses(`<${header}> in a header`, 'mentara/services/a.h', `#include <${header}>`, /a header may not include/);
for (const keyword of ['co_await', 'co_yield', 'co_return'])
  refuses(keyword, 'wire/net/a.cpp', `void f() { ${keyword} x; }`, /no coroutines/);

allows('a library in a source file', 'mentara/storage/sqlite.cpp', '#include <sqlite3.h>');
allows('a network include in a server', 'wire/eio/server.h', '#include "wire/net/loop.h"');
allows('a network include in a transport', 'wire/eio/polling_transport.h', '#include "wire/net/loop.h"');
allows('a native.h in a source file of its folder', 'wire/net/loop.cpp', '#include "wire/net/native.h"');
allows('the words of wire/net in a session', 'wire/eio/packet.h', '#include "wire/net/write_queue.h"');
allows('a generated file in its folder', 'mentara/storage/migrations.cpp', '#include "mentara/storage/migrations.inc"');
allows('a real store in a test of the rules', 'mentara/services/a_test.cpp', '#include "mentara/storage/sqlite_store.h"');
allows('a fake in a test', 'mentara/services/a_test.cpp', '#include "tests/support/fake_clock.h"');
allows('the word of a coroutine in a comment or a text', 'wire/net/a.cpp', '// co_await\nauto s = "co_return"; /* co_yield */');
