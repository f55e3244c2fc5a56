// The three namespaces over one connection of the stock client, and a record of every packet for the inspector.
import { signal, type Signal } from '@preact/signals';
import { Manager, type Socket } from 'socket.io-client';
import type { Answer, Connected } from './types';

export const namespaces = ['/messaging', '/notifications', '/video-calls'] as const;
export type NamespaceName = (typeof namespaces)[number];

export interface Packet {
  number: number;
  at: Date;
  direction: 'in' | 'out';
  nsp: NamespaceName;
  event: string;
  data: unknown;
  kind: 'event' | 'ack' | 'state';
  failed?: boolean;
}

// What the page says of its connection.
export type ConnectionState =
  | { kind: 'offline'; why: string }
  | { kind: 'connecting' }
  | { kind: 'catching-up' }
  | { kind: 'online' };

const packetsKept = 1000;
const answerTimeout = 10_000;

export class Connection {
  readonly state = signal<ConnectionState>({ kind: 'connecting' });
  readonly namespaceStates = signal<Record<string, string>>({});
  readonly packets = signal<Packet[]>([]);
  readonly me: Signal<Connected | null> = signal(null);
  private readonly manager: Manager;
  private readonly sockets = new Map<NamespaceName, Socket>();
  private number = 0;

  constructor(
    token: () => string,
    deviceId: string,
    private readonly onRefused: (code: string, message: string) => void,
  ) {
    this.manager = new Manager({ reconnectionDelayMax: 3000 });
    for (const nsp of namespaces) this.open(nsp, token, deviceId);
    this.manager.on('reconnect_attempt', () => this.state.value = { kind: 'connecting' });
  }

  on<T>(nsp: NamespaceName, event: string, handler: (data: T) => void): void {
    this.socket(nsp).on(event, handler as (data: unknown) => void);
  }

  // The ack, or a failure `offline` when none came in time.
  request<T = object>(nsp: NamespaceName, event: string, payload: object = {}): Promise<Answer<T>> {
    return new Promise((resolve) => {
      const socket = this.socket(nsp);
      if (!socket.connected) {
        resolve({ success: false, code: 'offline', error: 'There is no connection to the server right now.' });
        return;
      }
      socket.timeout(answerTimeout).emit(event, payload, (error: Error | null, answer: Answer<T>) => {
        if (error) {
          resolve({ success: false, code: 'offline', error: 'The server has not answered.' });
          return;
        }
        this.note('in', nsp, event, answer, 'ack', !answer.success);
        resolve(answer);
      });
    });
  }

  close(): void {
    for (const socket of this.sockets.values()) socket.disconnect();
  }

  clearPackets(): void {
    this.packets.value = [];
  }

  private socket(nsp: NamespaceName): Socket {
    const socket = this.sockets.get(nsp);
    if (!socket) throw new Error(`${nsp} is not open`);
    return socket;
  }

  private open(nsp: NamespaceName, token: () => string, deviceId: string): void {
    const socket = this.manager.socket(nsp, { auth: (give) => give({ token: token(), deviceId }) });
    this.sockets.set(nsp, socket);
    socket.onAny((event: string, data: unknown) => this.note('in', nsp, event, data, 'event'));
    socket.onAnyOutgoing((event: string, data: unknown) => this.note('out', nsp, event, data, 'event'));
    socket.on('connect', () => this.say(nsp, 'connected'));
    socket.on('disconnect', (reason) => {
      this.say(nsp, reason);
      if (nsp === '/messaging') this.state.value = { kind: 'offline', why: reason };
    });
    socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
      this.say(nsp, error.message);
      if (nsp !== '/messaging') return;
      this.state.value = { kind: 'offline', why: error.message };
      const code = error.data?.code ?? '';
      if (code.startsWith('token_')) this.onRefused(code, error.message);
    });
    if (nsp === '/messaging') {
      socket.on('connected', (connected: Connected) => {
        this.me.value = connected;
        this.state.value = { kind: 'catching-up' };
      });
      const caughtUp = (): void => {
        this.state.value = { kind: 'online' };
      };
      socket.on('sync:complete', caughtUp);
      socket.on('sync:reset', caughtUp);
    }
    socket.connect();
  }

  private say(nsp: NamespaceName, text: string): void {
    this.namespaceStates.value = { ...this.namespaceStates.value, [nsp]: text };
    this.note('in', nsp, text, undefined, 'state');
  }

  private note(
    direction: Packet['direction'], nsp: NamespaceName, event: string, data: unknown, kind: Packet['kind'], failed = false,
  ): void {
    const packet = { number: ++this.number, at: new Date(), direction, nsp, event, data, kind, failed };
    this.packets.value = [...this.packets.value.slice(-packetsKept + 1), packet];
  }
}
