// Everything that belongs to one signed-in person.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Calls } from './calls';
import { Conference } from './conference';
import { Connection } from './connection';
import { Messaging } from './messaging';
import { Notifications } from './notifications';
import { Push } from './push';
import { deviceId, signOut, token } from './session';

export class Model {
  readonly connection: Connection;
  readonly messaging: Messaging;
  readonly notifications: Notifications;
  readonly push: Push;
  readonly calls: Calls;
  readonly conference: Conference;

  constructor() {
    this.connection = new Connection(() => token.value, deviceId(), (_code, message) => signOut(message));
    const myId = (): string => this.connection.me.value?.userId ?? '';
    this.messaging = new Messaging(this.connection, myId);
    this.notifications = new Notifications(this.connection);
    this.push = new Push(this.connection);
    this.calls = new Calls(this.connection, myId);
    this.conference = new Conference(this.connection);
  }

  myId(): string {
    return this.connection.me.value?.userId ?? '';
  }
}

const ModelContext = createContext<Model | null>(null);
export const ModelProvider = ModelContext.Provider;

export function useModel(): Model {
  const model = useContext(ModelContext);
  if (!model) throw new Error('nobody is signed in');
  return model;
}
