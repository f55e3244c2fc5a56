// The bell: what the server stored for this user, and the count that it says.
import { signal } from '@preact/signals';
import type { Connection } from './connection';
import type { Notification } from './types';

const nsp = '/notifications';

export interface Preferences {
  types?: Record<string, { inApp?: boolean; push?: boolean }>;
  quietHours?: { start: string; end: string; timezone: string } | null;
  mutedUntil?: string | null;
}

export class Notifications {
  readonly list = signal<Notification[]>([]);
  readonly count = signal(0);
  readonly preferences = signal<Preferences>({});
  readonly problem = signal('');
  private version = -1;

  constructor(private readonly connection: Connection) {
    connection.on(nsp, 'connected', () => void this.reload());
    connection.on<Notification>(nsp, 'notification', (notification) => this.put(notification));
    connection.on<{ id?: string; all?: boolean; isRead: boolean }>(nsp, 'notification:updated', (changed) => {
      this.list.value = this.list.value.map((each) =>
        changed.all || each.id === changed.id ? { ...each, isRead: changed.isRead } : each);
    });
    connection.on<{ id: string }>(nsp, 'notification:deleted', ({ id }) => {
      this.list.value = this.list.value.filter((each) => each.id !== id);
    });
    connection.on<{ count: number; version: number }>(nsp, 'unreadCount', ({ count, version }) => {
      if (version < this.version) return;
      this.version = version;
      this.count.value = count;
    });
  }

  read(notification: Notification): void {
    void this.ask('notification:read', { id: notification.id });
  }
  remove(notification: Notification): void {
    void this.ask('notification:delete', { id: notification.id });
  }
  readAll(): void {
    void this.ask('notification:read-all', {});
  }

  async loadPreferences(): Promise<void> {
    const answer = await this.connection.request<{ preferences: Preferences }>(nsp, 'notification:preferences', {});
    if (answer.success) this.preferences.value = answer.preferences ?? {};
    else this.problem.value = answer.error;
  }

  async savePreferences(preferences: Preferences): Promise<void> {
    const answer = await this.connection.request<{ preferences: Preferences }>(nsp, 'notification:preferences', preferences);
    if (answer.success) this.preferences.value = answer.preferences ?? preferences;
    this.problem.value = answer.success ? 'Saved.' : answer.error;
  }

  private async reload(): Promise<void> {
    const answer = await this.connection.request<{ notifications: Notification[] }>(nsp, 'notification:list', { limit: 50 });
    if (answer.success) this.list.value = answer.notifications;
  }

  private async ask(event: string, payload: object): Promise<void> {
    const answer = await this.connection.request(nsp, event, payload);
    if (!answer.success) this.problem.value = answer.error;
  }

  private put(notification: Notification): void {
    this.list.value = [notification, ...this.list.value.filter((each) => each.id !== notification.id)];
  }
}
