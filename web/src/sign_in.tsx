import { useState } from 'preact/hooks';
import { development, refusal, signIn, signInAs } from './session';

export function SignIn() {
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const byName = development.value;
  return (
    <main class="sign-in">
      <div class="card">
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1>Mentara</h1>
        <p class="quiet">Messages, notifications and video calls. Open this page in a second browser to have somebody to talk to.</p>
        {refusal.value && <p class="failure" role="alert">{refusal.value}</p>}
        {byName && (
          <form onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) void signInAs(name.trim());
          }}>
            <label for="name">Your name</label>
            <input id="name" value={name} onInput={(event) => setName(event.currentTarget.value)} autocomplete="off" autofocus
              placeholder="Alice" maxLength={64} />
            <button class="primary" type="submit">Come in</button>
          </form>
        )}
        <details open={!byName}>
          <summary>Sign in with a token</summary>
          <form onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) signIn(text.trim());
          }}>
            <label for="token">Token (JWT)</label>
            <textarea id="token" rows={4} value={text} onInput={(event) => setText(event.currentTarget.value)} spellcheck={false} />
            <p class="quiet">One is printed by <code>mentara token --sub alice --name Alice</code>.</p>
            <button class={byName ? '' : 'primary'} type="submit">Sign in</button>
          </form>
        </details>
        <p class="quiet"><a href="/docs">Every event and request that the server knows</a></p>
      </div>
    </main>
  );
}
