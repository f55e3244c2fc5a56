// Holds "who includes whom" (ARCHITECTURE.md) over every header and source file of ours.
// usage: node include_direction.mjs REPOSITORY; prints each line that breaks a rule and exits with 1 if there is one.
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// A layer is a folder. It may include itself and what is listed: folders, or single headers.
const base = ['wire/base'];
// What the rules see of the store: its interfaces.
const storage = ['store.h', 'keys.h', 'log.h', 'message_changes.h', 'participants.h', 'blocks.h', 'search.h', 'notifications.h', 'presences.h', 'pushes.h', 'revocations.h', 'calls.h', 'personal_data.h'].map((name) => `mentara/storage/${name}`);
const rules = ['mentara/domain', 'mentara/events', ...storage, 'mentara/auth', 'mentara/limits.h', 'mentara/limits_of_nodes.h', 'mentara/limits_of_push.h', ...base];
const edge = [
  'mentara/services', 'mentara/contract', 'mentara/config/version.h', 'wire/sio', 'wire/http', 'wire/net/loop.h', ...rules,
];
const layers = {
  'wire/base': [],
  'wire/net': base,
  'wire/http': ['wire/net', ...base],
  'wire/ws': base,
  'wire/eio': ['wire/ws', 'wire/http', 'wire/net', ...base],
  'wire/sio': ['wire/eio', 'wire/http', 'wire/net', ...base],
  'wire/redis': ['wire/net', ...base],
  'wire/cluster': ['wire/redis', 'wire/sio', 'wire/eio', 'wire/http', 'wire/net', ...base],
  wire: ['wire'], // wire.h, the public header
  'mentara/domain': base,
  'mentara/events': ['mentara/domain', ...base],
  'mentara/storage': ['mentara/domain', 'mentara/events', 'mentara/contract', 'mentara/limits.h', ...base],
  'mentara/auth': ['mentara/domain', 'mentara/events', 'mentara/config/config.h', 'mentara/limits.h', 'mentara/limits_of_nodes.h', ...base],
  'mentara/services': rules,
  'mentara/cluster': ['mentara/services', ...rules],
  'mentara/push': ['mentara/contract', 'mentara/services/actor.h', ...rules],
  'mentara/contract': ['mentara/domain', 'mentara/limits.h', 'mentara/limits_of_push.h', ...base],
  'mentara/connections': ['mentara/cluster', ...edge],
  'mentara/requests': ['mentara/push', 'mentara/connections', ...edge],
  'mentara/gateways': ['mentara/requests', 'mentara/cluster', 'mentara/connections', ...edge],
  'mentara/api': ['mentara/requests', 'mentara/connections', ...edge],
  'mentara/ops': ['mentara/connections', 'mentara/config/config.h', 'wire/net/tls.h', ...edge],
  'mentara/config': ['mentara/domain', 'mentara/limits.h', 'mentara/limits_of_nodes.h', 'mentara/limits_of_push.h', 'wire/eio/verify.h', 'wire/redis/url.h', ...base],
  'mentara/schema': ['mentara/contract', 'mentara/config/version.h', 'mentara/domain', 'mentara/limits.h', ...base],
  'mentara/console': ['mentara/schema', 'mentara/domain', 'wire/http', ...base],
  'mentara/cli': ['mentara/config', 'mentara/auth', 'mentara/push/keys.h', 'mentara/schema', 'mentara/domain', 'mentara/limits.h', ...base],
  'mentara/application': ['mentara', 'wire'], // the composition root names everything
  mentara: ['mentara', 'wire'], // main.cpp
  'tests/support': ['mentara', 'wire'],
  'tests/simulation': ['mentara', 'wire'], // joins the parts as the composition root does
  examples: ['wire'],
  bench: ['wire'],
  fuzz: ['mentara', 'wire'],
};

// A test, and a fixture of tests, may use the fakes of tests/support; where the rules are told of a store, also a real one.
const isTest = (path) => /_test\.cpp$|\/test_\w+\.(h|cpp)$/.test(path);
// A fixture drives both sides of what its folder's tests look at, so it may see sockets; what it sees does not count as seen by
// the file that is tested.
const isFixture = (path) => /\/test_\w+\.(h|cpp)$/.test(path);
const forTests = (allowed) => ['tests/support', ...(allowed.includes('mentara/storage/store.h') ? ['mentara/storage'] : [])];

// In the protocol folders the words, the codecs and the sessions know no socket: these alone see wire/net, but for its own
// words, which hold bytes and numbers only. (wire/cluster joins loops, so all of it sees them.)
const socketFree = ['wire/net/write_queue.h', 'wire/net/endpoint.h', 'wire/net/timing_wheel.h'];
const protocolFolders = ['wire/http', 'wire/ws', 'wire/eio', 'wire/sio', 'wire/redis'];
const seesNet = /^(server|\w+_server|transport|\w+_transport|socket_ref|client|\w+_client)$/;
const pure = /(^|_)(packet|frame|message|reply|codec|session|handshake|deflate|cors|router)$/;

// Headers are cheap to include: a library is named in .cpp files, or in a folder's native.h, which only its .cpp files see.
const heavyLibraries = [
  ['Boost.Asio', /^boost\/asio/],
  ['Boost.Beast', /^boost\/beast/],
  ['simdjson', /^simdjson/],
  ['SQLite', /^sqlite3/],
  ['libpq', /^libpq/],
  ['libcurl', /^curl\//],
  ['spdlog', /^spdlog\//],
  ['toml++', /^toml\+\+/],
  ['CLI11', /^CLI\//],
  ['OpenSSL', /^openssl\//],
  ['<iostream>', /^iostream$/],
];
const isNativeHeader = (path) => basename(path) === 'native.h';

const folderOf = (path) => dirname(path).split('/').slice(0, 2).join('/');
const stemOf = (path) => basename(path).replace(/\.(h|cpp)$/, '').replace(/_test$/, '');
const isWithin = (path, place) => path === place || path.startsWith(`${place}/`);
const knowsSockets = (path) => isWithin(path, 'wire/net') && !socketFree.includes(path);
const isCovered = (path, places) => places.some((place) => isWithin(path, place));

// A folder of wire/ or mentara/ is a layer of its own; below examples/, bench/ and fuzz/ all are one.
function layerOf(path) {
  const folder = folderOf(path);
  const top = folder.split('/')[0];
  return ['wire', 'mentara', 'tests'].includes(top) ? folder : top;
}

function withoutCommentsAndStrings(text) {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"/g, '""');
}

function includesOf(text) {
  const found = [];
  text.split('\n').forEach((line, index) => {
    const match = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(line);
    if (match) found.push({ line: index + 1, own: match[1] === '"', target: match[2] });
  });
  return found;
}

function wrongOwnInclude(path, target, files) {
  const generated = target.endsWith('.inc'); // made by the build, included by its own folder
  if (!files.has(target) && !generated) return `"${target}" is no file of the repository (includes start at its root)`;
  const layer = layerOf(path);
  if (!layers[layer]) return `${layer} is in no layer: add it to the table in tests/include_direction.mjs`;
  if (isNativeHeader(target) && (path.endsWith('.h') || folderOf(path) !== folderOf(target)))
    return `${target} is for the .cpp files of its own folder`;
  const allowed = [layer, ...layers[layer], ...(isTest(path) ? forTests(layers[layer]) : [])];
  if (!isCovered(target, allowed)) return `${layer} may not include ${target}`;
  if (protocolFolders.includes(layer) && knowsSockets(target) && !isFixture(path) && !seesNet.test(stemOf(path)))
    return `only servers and transports see wire/net, not ${path}`;
  return undefined;
}

function wrongLibraryInclude(path, target) {
  if (!path.endsWith('.h') || isNativeHeader(path)) return undefined;
  const library = heavyLibraries.find(([, pattern]) => pattern.test(target));
  return library && `a header may not include ${library[0]}`;
}

// The way by which `path` reaches wire/net through the headers that it includes, or undefined.
function wayToNet(path, files, seen = new Set()) {
  for (const { own, target } of includesOf(files.get(path) ?? '')) {
    if (!own || seen.has(target) || isFixture(target)) continue;
    seen.add(target);
    if (knowsSockets(target)) return [path, target];
    const rest = wayToNet(target, files, seen);
    if (rest) return [path, ...rest];
  }
  return undefined;
}

// files: Map of path in the repository → text. Returns "path:line: what is wrong" for each violation.
export function violations(files) {
  const found = [];
  for (const [path, text] of files) {
    for (const { line, own, target } of includesOf(text)) {
      const wrong = own ? wrongOwnInclude(path, target, files) : wrongLibraryInclude(path, target);
      if (wrong) found.push(`${path}:${line}: ${wrong}`);
    }
    if (protocolFolders.includes(layerOf(path)) && pure.test(stemOf(path))) {
      const way = wayToNet(path, files);
      if (way) found.push(`${path}:1: words, codecs and sessions know no socket, but: ${way.join(' → ')}`);
    }
    const code = withoutCommentsAndStrings(text).split('\n');
    code.forEach((line, index) => {
      if (/\bco_(await|yield|return)\b/.test(line)) found.push(`${path}:${index + 1}: no coroutines: g++ 12 miscompiles them`);
    });
  }
  return found;
}

function sourcesBelow(root) {
  const files = new Map();
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') walk(path);
      else if (/\.(h|cpp)$/.test(entry.name)) files.set(relative(root, path), readFileSync(path, 'utf8'));
    }
  };
  for (const folder of ['wire', 'mentara', 'examples', 'bench', 'fuzz', 'tests']) walk(join(root, folder));
  return files;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const files = sourcesBelow(process.argv[2] ?? '.');
  const found = violations(files);
  found.forEach((line) => console.error(line));
  console.log(`include_direction: ${files.size} files, ${found.length} violations`);
  process.exitCode = found.length > 0 || files.size === 0 ? 1 : 0;
}
