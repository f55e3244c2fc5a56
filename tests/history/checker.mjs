// Checks a history against all invariants.
import { Facts } from './facts.mjs';
import { invariants } from './invariants.mjs';

// entries: the objects of a history. Returns [{invariant, what}], empty for a true history; at most `most` of each invariant.
export function check(entries, { most = 20 } = {}) {
  const facts = new Facts(entries);
  const found = facts.malformed.slice(0, most).map((what) => ({ invariant: 'form', what }));
  for (const [invariant, violations] of invariants) {
    let count = 0;
    for (const what of violations(facts)) {
      if (++count > most) break;
      found.push({ invariant, what });
    }
  }
  return found;
}

// What a history was about, for whoever reads that it is true.
export function summary(entries) {
  const count = (test) => entries.filter(test).length;
  return {
    lines: entries.length,
    sends: count(({ op, verb }) => op === 'invoke' && verb === 'send'),
    acknowledged: new Set(entries.filter(({ op, messageId }) => op === 'ok' && messageId).map(({ messageId }) => messageId)).size,
    unanswered: count(({ op }) => op === 'info'),
    connections: count(({ op }) => op === 'connect'),
    resets: count(({ op }) => op === 'reset'),
    received: count(({ op }) => op === 'recv'),
  };
}
