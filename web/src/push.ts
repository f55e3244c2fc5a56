// Web Push to this browser: offered where the server and the browser know it.
import { signal } from '@preact/signals';
import type { Connection } from './connection';

const nsp = '/notifications';
const worker = '/push.js';

export class Push {
  readonly state = signal<'unavailable' | 'off' | 'on' | 'changing'>('unavailable');
  readonly problem = signal('');
  private publicKey = '';

  constructor(private readonly connection: Connection) {
    connection.on(nsp, 'connected', () => void this.look());
  }

  async turnOn(): Promise<void> {
    await this.change(async () => {
      if (await Notification.requestPermission() !== 'granted') throw new Error('The browser does not let this page show notifications.');
      await navigator.serviceWorker.register(worker);
      const { pushManager } = await navigator.serviceWorker.ready;
      const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.publicKey });
      await this.ask('push:subscribe', subscription.toJSON());
    });
  }

  async turnOff(): Promise<void> {
    await this.change(async () => {
      const subscription = await subscribed();
      if (!subscription) return;
      await this.ask('push:unsubscribe', { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    });
  }

  // Somebody else may sign in here: what is this one's is pushed here no more.
  async forget(): Promise<void> {
    if (this.state.value === 'on') await this.turnOff();
  }

  private async look(): Promise<void> {
    if (!('serviceWorker' in navigator) || !('PushManager' in window)) return;
    const answer = await this.connection.request<{ publicKey: string }>(nsp, 'push:key', {});
    if (!answer.success) return;
    this.publicKey = answer.publicKey;
    this.state.value = await subscribed() ? 'on' : 'off';
  }

  private async change(what: () => Promise<void>): Promise<void> {
    this.problem.value = '';
    this.state.value = 'changing';
    try {
      await what();
    } catch (error) {
      this.problem.value = (error as Error).message;
    }
    this.state.value = await subscribed() ? 'on' : 'off';
  }

  private async ask(event: string, payload: object): Promise<void> {
    const answer = await this.connection.request(nsp, event, payload);
    if (!answer.success) throw new Error(answer.error);
  }
}

async function subscribed(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration(worker);
  return await registration?.pushManager.getSubscription() ?? null;
}
