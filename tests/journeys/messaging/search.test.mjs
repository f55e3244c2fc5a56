// Search over one's own conversations, in any script; history on both sides of a message.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, fail, mentaraForThisFile, someone, succeed } from '../support/mentara.mjs';

const server = await mentaraForThisFile();

async function two() {
  const [ada, bob] = ['ada', 'bob'].map(someone);
  const [a, b] = await Promise.all([ada, bob].map((user) => server.connect(user)));
  return { ada, bob, a, b, conversationId: await conversationOf(a, [bob]) };
}
const texts = ({ messages }) => messages.map(({ content }) => content);

test('what was just sent is found, in any script, with a snippet', async () => {
  const { a, b, conversationId } = await two();
  for (const content of ['Встреча завтра в 10', '来週の会議は東京です', 'party 🎉 at mine', `${'long '.repeat(200)}needle${' tail'.repeat(200)}`])
    await succeed(a, 'message:send', { conversationId, content });
  for (const [query, count] of [['встреча', 1], ['東京', 1], ['会議', 1], ['🎉', 1], ['PARTY', 1], ['nothing', 0], ['"', 0]])
    assert.equal((await succeed(b, 'message:search', { query })).messages.length, count, query);
  const [{ snippet, content }] = (await succeed(b, 'message:search', { query: 'needle' })).messages;
  assert.ok(snippet.includes('needle') && snippet.length < 200 && content.length > 2000);
});

test('a stranger finds nothing, an edit and a deletion count at once, pages go on', async () => {
  const { a, b, conversationId } = await two();
  const eve = await server.connect(someone('eve'));
  const word = `word${process.pid}`;
  const sent = [];
  for (let i = 0; i < 5; i++) sent.push((await succeed(a, 'message:send', { conversationId, content: `${word} ${i}` })).message);
  assert.deepEqual(texts(await succeed(eve, 'message:search', { query: word })), []);
  assert.deepEqual(await fail('not_found', eve, 'message:search', { query: word, conversationId }),
    await fail('not_found', eve, 'message:search', { query: word, conversationId: 'absent' }));
  const first = await succeed(b, 'message:search', { query: word, limit: 3 });
  const second = await succeed(b, 'message:search', { query: word, limit: 3, before: first.nextCursor });
  assert.deepEqual([...texts(first), ...texts(second)], [4, 3, 2, 1, 0].map((i) => `${word} ${i}`));
  assert.equal(second.nextCursor, null);
  await succeed(a, 'message:edit', { messageId: sent[0].id, content: 'other' });
  await succeed(a, 'message:delete', { messageId: sent[1].id });
  assert.equal((await succeed(b, 'message:search', { query: word })).messages.length, 3);
});

test('history goes both ways and around a message', async () => {
  const { a, b, conversationId } = await two();
  for (let i = 1; i <= 9; i++) await succeed(a, 'message:send', { conversationId, content: String(i) });
  const page = async (more) => texts(await succeed(b, 'conversation:history', { conversationId, limit: 3, ...more })).join('');
  assert.equal(await page({}), '789');
  assert.equal(await page({ beforeSeq: 7 }), '456');
  assert.equal(await page({ afterSeq: 3 }), '456');
  assert.equal(await page({ aroundSeq: 5 }), '456');
});
