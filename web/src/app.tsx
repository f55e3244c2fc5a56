import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { CallView } from './call_view';
import { Chat } from './chat';
import { ConferenceView } from './conference_view';
import { Inspector } from './inspector';
import { Model, ModelProvider, useModel } from './model';
import { NotificationPanel } from './notification_panel';
import { token } from './session';
import { Sidebar } from './sidebar';
import { SignIn } from './sign_in';

export const panel = signal<'none' | 'notifications' | 'inspector'>('none');

export function App() {
  return token.value ? <SignedIn key={token.value} /> : <SignIn />;
}

function SignedIn() {
  const model = useMemo(() => new Model(), []);
  useEffect(() => () => model.connection.close(), [model]);
  return (
    <ModelProvider value={model}>
      <Shell />
    </ModelProvider>
  );
}

function Shell() {
  const { messaging } = useModel();
  useEffect(() => {
    const seen = (): void => {
      if (messaging.openId.value) messaging.markRead(messaging.openId.value);
    };
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [messaging]);
  const open = messaging.open.value;
  return (
    <div class={`shell${open ? ' has-open' : ''}${panel.value !== 'none' ? ' has-panel' : ''}`}>
      <Sidebar />
      <main class="main">
        {open ? <Chat conversation={open} key={open.id} /> : <Nothing />}
        <Problem />
      </main>
      {panel.value === 'notifications' && <NotificationPanel />}
      {panel.value === 'inspector' && <Inspector />}
      <CallView />
      <ConferenceView />
    </div>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      <img src="/icon.svg" alt="" width="64" height="64" />
      <h1>Nothing is open</h1>
      <p>Choose a conversation on the left, or begin one with “New conversation”.</p>
    </div>
  );
}

function Problem() {
  const { messaging, conference } = useModel();
  const text = messaging.problem.value || conference.problem.value;
  const clear = (): void => {
    messaging.problem.value = '';
    conference.problem.value = '';
  };
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(clear, 6000);
    return () => clearTimeout(timer);
  }, [text]);
  if (!text) return null;
  return (
    <div class="toast" role="alert">
      {text}
      <button class="ghost" onClick={clear} aria-label="Close this note">✕</button>
    </div>
  );
}
