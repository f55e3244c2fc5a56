// REST as a backend would use it: fetch, a Bearer token, JSON.
import { token } from './tokens.mjs';

// path: below /api. Gives {status, headers, body}.
export async function rest(server, userId, method, path, { body, claims = {}, headers = {}, bearer = token(userId, claims) } = {}) {
  const answer = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), ...headers },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}

// "PATCH /messaging/messages/{messageId}" and the fields of a payload: the request that says the same.
export function requestOf(pattern, payload) {
  const [method, path] = pattern.split(' ');
  const rest = { ...payload };
  const filled = path.replace(/\{(\w+)\}/g, (_, field) => {
    const value = rest[field];
    delete rest[field];
    return encodeURIComponent(value);
  });
  if (method !== 'GET') return { method, path: filled, body: Object.keys(rest).length ? rest : undefined };
  const query = new URLSearchParams(rest).toString();
  return { method, path: query ? `${filled}?${query}` : filled };
}
