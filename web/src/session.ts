// Who is signed in on this tab: a token that was typed in, or one that a development server gave for a name.
import { signal } from '@preact/signals';

const tokenKey = 'mentara.token';
const deviceKey = 'mentara.device';

export const token = signal(sessionStorage.getItem(tokenKey) ?? '');
export const refusal = signal('');
// Whether the server is in development, and gives tokens for names.
export const development = signal(false);

// A tab is a device: it keeps its place in the stream over a reload.
export function deviceId(): string {
  let id = sessionStorage.getItem(deviceKey);
  if (!id) {
    id = `web-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    sessionStorage.setItem(deviceKey, id);
  }
  return id;
}

export function signIn(newToken: string): void {
  sessionStorage.setItem(tokenKey, newToken);
  refusal.value = '';
  token.value = newToken;
}

export function signOut(why = ''): void {
  sessionStorage.removeItem(tokenKey);
  refusal.value = why;
  token.value = '';
}

export async function findDevelopment(): Promise<void> {
  try {
    const answer = await fetch('/dev');
    development.value = answer.ok;
  } catch {
    development.value = false;
  }
}

export async function signInAs(name: string): Promise<void> {
  const answer = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const body = (await answer.json()) as { success: boolean; error?: string; data?: { token: string } };
  if (body.success && body.data) signIn(body.data.token);
  else refusal.value = body.error ?? 'The server gave no token.';
}
