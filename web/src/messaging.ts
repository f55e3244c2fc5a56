// Conversations and messages as this device knows them. Events may come twice or late, so everything is put in by its id
// and seq, and watermarks only rise.
import { computed, signal } from '@preact/signals';
import type { Connection } from './connection';
import type { Answer, Attachment, Conversation, Message, Presence, Reaction, Settings } from './types';

const nsp = '/messaging';
const historyPage = 50;

// A message that is on its way.
export interface Outgoing {
  clientMessageId: string;
  conversationId: string;
  content: string;
  replyTo?: Message;
  attachments?: Attachment[];
  failure?: string;
}

export interface SearchHit extends Message {
  snippet?: string;
}

interface Timeline {
  messages: Message[]; // seq rises
  hasMore: boolean;
  loading: boolean;
}

export class Messaging {
  readonly conversations = signal(new Map<string, Conversation>());
  readonly openId = signal<string | null>(sessionStorage.getItem('mentara.open'));
  readonly timelines = signal(new Map<string, Timeline>());
  readonly outgoing = signal<Outgoing[]>([]);
  readonly typing = signal(new Map<string, Set<string>>());
  readonly presence = signal(new Map<string, Presence>());
  readonly problem = signal('');
  readonly sorted = computed(() =>
    [...this.conversations.value.values()].sort((a, b) => {
      const pinned = Number(b.settings?.pinned ?? false) - Number(a.settings?.pinned ?? false);
      return pinned || (b.lastMessage?.createdAt ?? b.createdAt).localeCompare(a.lastMessage?.createdAt ?? a.createdAt);
    }),
  );
  readonly open = computed(() => this.conversations.value.get(this.openId.value ?? ''));
  private loaded = false;
  private watched = new Set<string>();

  constructor(private readonly connection: Connection, private readonly myId: () => string) {
    connection.on(nsp, 'connected', () => void this.onConnected());
    connection.on(nsp, 'sync:reset', () => void this.reload());
    connection.on<Message>(nsp, 'message', (message) => this.onMessage(message));
    connection.on<Message>(nsp, 'message:updated', (message) => this.putMessage(message));
    connection.on<{ messageId: string; conversationId: string }>(nsp, 'message:deleted', (deleted) =>
      this.changeMessage(deleted.conversationId, deleted.messageId, (message) => ({
        ...message, content: '', attachments: [], isDeleted: true,
      })));
    connection.on<{ messageId: string; conversationId: string; reactions: Reaction[] }>(nsp, 'reaction:updated', (changed) =>
      this.changeMessage(changed.conversationId, changed.messageId, (message) => ({ ...message, reactions: changed.reactions })));
    for (const mark of ['delivered', 'read'] as const) {
      connection.on<{ conversationId: string; userId: string; seq: number }>(nsp, `message:${mark}`, (receipt) =>
        this.onReceipt(receipt.conversationId, receipt.userId, mark === 'read' ? 'readSeq' : 'deliveredSeq', receipt.seq));
    }
    connection.on<{ conversationId: string; unreadCount: number }>(nsp, 'conversation:unread', ({ conversationId, unreadCount }) =>
      this.changeConversation(conversationId, { unreadCount }));
    connection.on<{ conversationId: string; settings: Settings }>(nsp, 'conversation:settings', ({ conversationId, settings }) =>
      this.changeConversation(conversationId, { settings }));
    connection.on<{ conversation: Conversation }>(nsp, 'conversation:created', ({ conversation }) => this.putConversation(conversation));
    connection.on<{ conversationId: string; changes: Partial<Conversation> }>(nsp, 'conversation:updated', ({ conversationId, changes }) =>
      this.changeConversation(conversationId, changes));
    for (const event of ['participant:joined', 'participant:left', 'participant:updated']) {
      connection.on<{ conversationId: string }>(nsp, event, ({ conversationId }) => void this.refresh(conversationId));
    }
    connection.on<{ conversationId: string; userId: string; isTyping: boolean }>(nsp, 'typing', (typing) => this.onTyping(typing));
    connection.on<Presence>(nsp, 'presence', (presence) => this.putPresence([presence]));
  }

  nameOf(userId: string): string {
    for (const conversation of this.conversations.value.values()) {
      const member = conversation.members.find((each) => each.userId === userId);
      if (member?.name) return member.name;
    }
    return userId;
  }

  titleOf(conversation: Conversation): string {
    if (conversation.title) return conversation.title;
    const others = conversation.members.filter((member) => member.userId !== this.myId());
    return others.map((member) => member.name ?? member.userId).join(', ') || 'Only you';
  }

  async select(conversationId: string | null): Promise<void> {
    const before = this.openId.value;
    if (before === conversationId) return;
    this.openId.value = conversationId;
    if (conversationId) sessionStorage.setItem('mentara.open', conversationId);
    else sessionStorage.removeItem('mentara.open');
    if (before) void this.connection.request(nsp, 'conversation:leave', { conversationId: before });
    if (conversationId) await this.show(conversationId);
  }

  async create(participantIds: string[], title: string): Promise<string> {
    const type = participantIds.length === 1 && !title ? 'DIRECT' : 'GROUP';
    const answer = await this.connection.request<{ conversation: Conversation }>(nsp, 'conversation:create', {
      type, participantIds, ...(title ? { title } : {}),
    });
    if (!answer.success) return answer.error;
    this.putConversation(answer.conversation);
    await this.select(answer.conversation.id);
    return '';
  }

  send(conversationId: string, content: string, replyTo?: Message, attachments?: Attachment[]): void {
    const outgoing: Outgoing = { clientMessageId: crypto.randomUUID(), conversationId, content };
    if (replyTo) outgoing.replyTo = replyTo;
    if (attachments?.length) outgoing.attachments = attachments;
    this.outgoing.value = [...this.outgoing.value, outgoing];
    void this.deliver(outgoing);
  }

  retry(outgoing: Outgoing): void {
    void this.deliver(outgoing);
  }

  edit(message: Message, content: string): void {
    void this.tell(nsp, 'message:edit', { messageId: message.id, content }, (answer: { message?: Message }) => {
      if (answer.message) this.putMessage(answer.message);
      else this.changeMessage(message.conversationId, message.id, (each) => ({ ...each, content, isEdited: true }));
    });
  }

  remove(message: Message): void {
    void this.tell(nsp, 'message:delete', { messageId: message.id }, () =>
      this.changeMessage(message.conversationId, message.id, (each) => ({ ...each, content: '', attachments: [], isDeleted: true })));
  }

  react(message: Message, emoji: string): void {
    const mine = message.reactions?.some((reaction) => reaction.emoji === emoji && reaction.userIds.includes(this.myId()));
    void this.tell(nsp, mine ? 'reaction:remove' : 'reaction:add', { messageId: message.id, emoji }, (answer: { reactions?: Reaction[] }) => {
      if (answer.reactions) {
        const reactions = answer.reactions;
        this.changeMessage(message.conversationId, message.id, (each) => ({ ...each, reactions }));
      }
    });
  }

  setTyping(conversationId: string, isTyping: boolean): void {
    void this.connection.request(nsp, isTyping ? 'typing:start' : 'typing:stop', { conversationId });
  }

  // Everything that is shown has been read.
  markRead(conversationId: string): void {
    const conversation = this.conversations.value.get(conversationId);
    const last = this.timelines.value.get(conversationId)?.messages.at(-1);
    const me = conversation?.members.find((member) => member.userId === this.myId());
    if (!last || !me || last.seq <= me.readSeq || document.visibilityState !== 'visible') return;
    this.onReceipt(conversationId, this.myId(), 'readSeq', last.seq);
    this.changeConversation(conversationId, { unreadCount: 0 });
    void this.connection.request(nsp, 'message:read', { conversationId, seq: last.seq });
  }

  change(conversationId: string, setting: 'mute' | 'archive' | 'pin', value: boolean): void {
    void this.tell(nsp, `conversation:${setting}`, { conversationId, value }, (answer: { settings?: Settings }) => {
      if (answer.settings) this.changeConversation(conversationId, { settings: answer.settings });
    });
  }

  addMember(conversationId: string, userId: string): void {
    void this.tell(nsp, 'participant:add', { conversationId, userId }, () => void this.refresh(conversationId));
  }

  leave(conversationId: string): void {
    void this.tell(nsp, 'participant:remove', { conversationId, userId: this.myId() }, () => {
      const conversations = new Map(this.conversations.value);
      conversations.delete(conversationId);
      this.conversations.value = conversations;
      this.openId.value = null;
    });
  }

  block(userId: string): void {
    void this.tell(nsp, 'user:block', { userId }, () => (this.problem.value = `${this.nameOf(userId)} is blocked.`));
  }

  setPresence(status: string): void {
    void this.tell(nsp, 'presence:set', { status }, () => undefined);
  }

  async search(query: string): Promise<Answer<{ messages: SearchHit[] }>> {
    return this.connection.request<{ messages: SearchHit[] }>(nsp, 'message:search', { query, limit: 30 });
  }

  async loadOlder(conversationId: string): Promise<void> {
    const timeline = this.timelines.value.get(conversationId);
    if (!timeline || !timeline.hasMore || timeline.loading) return;
    const first = timeline.messages[0];
    await this.load(conversationId, first ? { beforeSeq: first.seq } : {});
  }

  async loadAround(conversationId: string, seq: number): Promise<void> {
    if (this.openId.value !== conversationId) await this.select(conversationId);
    const known = this.timelines.value.get(conversationId)?.messages[0];
    while (known && this.timelines.value.get(conversationId)?.hasMore) {
      const first = this.timelines.value.get(conversationId)?.messages[0];
      if (!first || first.seq <= seq) break;
      await this.loadOlder(conversationId);
    }
  }

  private async onConnected(): Promise<void> {
    if (!this.loaded) await this.reload();
    else if (this.openId.value) void this.connection.request(nsp, 'conversation:join', { conversationId: this.openId.value });
    this.watched.clear();
    this.watch();
    for (const outgoing of this.outgoing.value) void this.deliver(outgoing);
  }

  async reload(): Promise<void> {
    const conversations = new Map<string, Conversation>();
    let before: string | null = null;
    do {
      const answer: Answer<{ conversations: Conversation[]; nextCursor: string | null }> = await this.connection.request(
        nsp, 'conversation:list', { limit: 100, ...(before ? { before } : {}) });
      if (!answer.success) return;
      for (const conversation of answer.conversations) conversations.set(conversation.id, conversation);
      before = answer.nextCursor;
    } while (before);
    this.loaded = true;
    this.conversations.value = conversations;
    this.timelines.value = new Map();
    this.watch();
    const open = this.openId.value;
    if (open && conversations.has(open)) await this.show(open);
    else this.openId.value = null;
  }

  private async show(conversationId: string): Promise<void> {
    void this.connection.request(nsp, 'conversation:join', { conversationId });
    if (!this.timelines.value.has(conversationId)) await this.load(conversationId, {});
    this.markRead(conversationId);
  }

  private async load(conversationId: string, position: { beforeSeq?: number }): Promise<void> {
    const known = this.timelines.value.get(conversationId) ?? { messages: [], hasMore: true, loading: false };
    this.putTimeline(conversationId, { ...known, loading: true });
    const answer = await this.connection.request<{ messages: Message[]; hasMore: boolean }>(
      nsp, 'conversation:history', { conversationId, limit: historyPage, ...position });
    const now = this.timelines.value.get(conversationId) ?? known;
    if (!answer.success) {
      this.putTimeline(conversationId, { ...now, loading: false });
      return;
    }
    this.putTimeline(conversationId, { messages: merged(now.messages, answer.messages), hasMore: answer.hasMore, loading: false });
  }

  private async refresh(conversationId: string): Promise<void> {
    const answer = await this.connection.request<{ conversation: Conversation }>(nsp, 'conversation:join', { conversationId });
    if (answer.success) {
      this.putConversation(answer.conversation);
    } else if (answer.code === 'not_found') {
      const conversations = new Map(this.conversations.value);
      conversations.delete(conversationId);
      this.conversations.value = conversations;
      if (this.openId.value === conversationId) this.openId.value = null;
    }
  }

  private async deliver(outgoing: Outgoing): Promise<void> {
    const answer = await this.connection.request<{ message: Message }>(nsp, 'message:send', {
      conversationId: outgoing.conversationId,
      content: outgoing.content,
      messageType: outgoing.attachments?.length ? 'FILE' : 'TEXT',
      clientMessageId: outgoing.clientMessageId,
      ...(outgoing.replyTo ? { replyToId: outgoing.replyTo.id } : {}),
      ...(outgoing.attachments ? { attachments: outgoing.attachments } : {}),
    });
    if (answer.success) {
      this.outgoing.value = this.outgoing.value.filter((each) => each.clientMessageId !== outgoing.clientMessageId);
      this.onMessage(answer.message);
      return;
    }
    // Not answered: it goes again, under the same id, when the connection is back. Refused: the person decides.
    const failure = answer.code === 'offline' ? undefined : answer.error;
    this.outgoing.value = this.outgoing.value.map((each) =>
      each.clientMessageId === outgoing.clientMessageId ? { ...each, ...(failure ? { failure } : {}) } : each);
  }

  private async tell<T>(nsp: '/messaging', event: string, payload: object, then: (answer: T) => void): Promise<void> {
    const answer = await this.connection.request<object>(nsp, event, payload);
    if (answer.success) then(answer as T);
    else this.problem.value = answer.error;
  }

  private onMessage(message: Message): void {
    this.putMessage(message);
    const conversation = this.conversations.value.get(message.conversationId);
    if (!conversation) {
      void this.refresh(message.conversationId);
      return;
    }
    if (message.seq > (conversation.lastMessage?.seq ?? 0)) {
      const foreign = message.senderId !== this.myId();
      this.changeConversation(message.conversationId, {
        lastMessage: message, lastSeq: message.seq, updatedAt: message.createdAt,
        ...(foreign ? { unreadCount: (conversation.unreadCount ?? 0) + 1 } : {}),
      });
    }
    this.onTyping({ conversationId: message.conversationId, userId: message.senderId, isTyping: false });
    if (this.openId.value === message.conversationId) this.markRead(message.conversationId);
  }

  private onReceipt(conversationId: string, userId: string, mark: 'readSeq' | 'deliveredSeq', seq: number): void {
    const conversation = this.conversations.value.get(conversationId);
    if (!conversation) return;
    this.changeConversation(conversationId, {
      members: conversation.members.map((member) =>
        member.userId === userId ? { ...member, [mark]: Math.max(member[mark], seq) } : member),
    });
  }

  private onTyping({ conversationId, userId, isTyping }: { conversationId: string; userId: string; isTyping: boolean }): void {
    const users = new Set(this.typing.value.get(conversationId));
    if (isTyping) users.add(userId);
    else if (!users.delete(userId)) return;
    this.typing.value = new Map(this.typing.value).set(conversationId, users);
  }

  private watch(): void {
    const userIds = new Set<string>();
    for (const conversation of this.conversations.value.values()) {
      if (conversation.members.length > 50) continue;
      for (const member of conversation.members) {
        if (member.userId !== this.myId() && !this.watched.has(member.userId)) userIds.add(member.userId);
      }
    }
    if (userIds.size === 0) return;
    for (const userId of userIds) this.watched.add(userId);
    void this.connection.request<{ presence: Presence[] }>(nsp, 'presence:subscribe', { userIds: [...userIds].slice(0, 500) })
      .then((answer) => answer.success && answer.presence && this.putPresence(answer.presence));
  }

  private putPresence(list: Presence[]): void {
    const presence = new Map(this.presence.value);
    for (const each of list) presence.set(each.userId, each);
    this.presence.value = presence;
  }

  private putConversation(conversation: Conversation): void {
    const known = this.conversations.value.get(conversation.id);
    this.conversations.value = new Map(this.conversations.value).set(conversation.id, { ...known, ...conversation });
    this.watch();
  }

  private changeConversation(conversationId: string, changes: Partial<Conversation>): void {
    const known = this.conversations.value.get(conversationId);
    if (known) this.conversations.value = new Map(this.conversations.value).set(conversationId, { ...known, ...changes });
  }

  private putMessage(message: Message): void {
    const timeline = this.timelines.value.get(message.conversationId);
    if (timeline) this.putTimeline(message.conversationId, { ...timeline, messages: merged(timeline.messages, [message]) });
    const last = this.conversations.value.get(message.conversationId)?.lastMessage;
    if (last?.id === message.id) this.changeConversation(message.conversationId, { lastMessage: message });
  }

  private changeMessage(conversationId: string, messageId: string, change: (message: Message) => Message): void {
    const timeline = this.timelines.value.get(conversationId);
    const messages = timeline?.messages.map((message) => (message.id === messageId ? change(message) : message));
    if (timeline && messages) this.putTimeline(conversationId, { ...timeline, messages });
    const last = this.conversations.value.get(conversationId)?.lastMessage;
    if (last?.id === messageId) this.changeConversation(conversationId, { lastMessage: change(last) });
  }

  private putTimeline(conversationId: string, timeline: Timeline): void {
    this.timelines.value = new Map(this.timelines.value).set(conversationId, timeline);
  }
}

function merged(known: Message[], more: Message[]): Message[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of more) bySeq.set(message.seq, { ...bySeq.get(message.seq), ...message });
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
