import { useEffect, useState } from 'preact/hooks';
import { panel } from './app';
import { useModel } from './model';
import { Icon, IconButton, when } from './parts';
import type { Preferences } from './notifications';

export function NotificationPanel() {
  const { notifications } = useModel();
  const [settings, setSettings] = useState(false);
  return (
    <aside class="panel" aria-label="Notifications">
      <header>
        <h2>Notifications</h2>
        <button class="ghost" onClick={() => notifications.readAll()} disabled={notifications.count.value === 0}>Read all</button>
        <button class="ghost" aria-expanded={settings} onClick={() => setSettings(!settings)}>Preferences</button>
        <IconButton icon="close" label="Close notifications" onClick={() => (panel.value = 'none')} />
      </header>
      {settings && <PushSwitch />}
      {settings && <PreferencesForm />}
      <ul class="notifications">
        {notifications.list.value.length === 0 && <li class="quiet pad">Nothing yet.</li>}
        {notifications.list.value.map((notification) => (
          <li key={notification.id} class={`notification ${notification.priority.toLowerCase()}${notification.isRead ? '' : ' unread'}`}>
            <div class="grow">
              <strong>{notification.title}</strong>
              <p>{notification.message}</p>
              <span class="quiet">{notification.type} · <time>{when(notification.createdAt)}</time></span>
            </div>
            {!notification.isRead && <IconButton icon="check" label="Mark as read" onClick={() => notifications.read(notification)} />}
            <IconButton icon="trash" label="Delete the notification" onClick={() => notifications.remove(notification)} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

function PushSwitch() {
  const { push } = useModel();
  const state = push.state.value;
  if (state === 'unavailable') return null;
  return (
    <div class="preferences">
      <label class="check">
        <input type="checkbox" checked={state === 'on'} disabled={state === 'changing'}
          onChange={() => void (state === 'on' ? push.turnOff() : push.turnOn())} /> Notify this browser while the page is closed
      </label>
      {push.problem.value && <p role="alert" class="failure">{push.problem.value}</p>}
    </div>
  );
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function PreferencesForm() {
  const { notifications } = useModel();
  useEffect(() => void notifications.loadPreferences(), [notifications]);
  const preferences = notifications.preferences.value;
  const quiet = preferences.quietHours;
  const save = (event: Event): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const changed: Preferences = {
      types: { ...preferences.types, MESSAGE_RECEIVED: { inApp: form.get('messages') === 'on' } },
      quietHours: form.get('quiet') === 'on' ? { start: String(form.get('start')), end: String(form.get('end')), timezone: zone } : null,
    };
    void notifications.savePreferences(changed);
  };
  return (
    <form class="preferences" onSubmit={save} key={JSON.stringify(preferences)}>
      <label class="check"><input type="checkbox" name="messages" defaultChecked={preferences.types?.['MESSAGE_RECEIVED']?.inApp ?? true} /> Notify me of messages</label>
      <label class="check"><input type="checkbox" name="quiet" defaultChecked={Boolean(quiet)} /> Quiet hours</label>
      <div class="inline">
        <label>from <input type="time" name="start" defaultValue={quiet?.start ?? '22:00'} /></label>
        <label>to <input type="time" name="end" defaultValue={quiet?.end ?? '07:00'} /></label>
      </div>
      <p class="quiet">in {quiet?.timezone ?? zone}. What is urgent comes all the same.</p>
      <button type="submit"><Icon name="check" /> Save</button>
      {notifications.problem.value && <p role="status" class="quiet">{notifications.problem.value}</p>}
    </form>
  );
}
