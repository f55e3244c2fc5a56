// The contract of Mentara Realtime, written by `mentara contract --format typescript`. For the stock client:
//   import { io, type Socket } from 'socket.io-client';
//   const socket: Socket<MessagingServerEvents, MessagingClientEvents> = io('…/messaging', { auth: { token } });

// What an ack brings.
export type Answer<Ack> = Ack | FailureAck;

export interface AddParticipant {
  conversationId: string;
  userId: string;
  role?: MemberRole;
}

export interface AnswerCall {
  callId: string;
  fromUserId?: string;
  toUserId?: string;
  answer: Record<string, unknown>;
}

export interface AnswerReceived {
  callId: string;
  fromUserId: string;
  answer: Record<string, unknown>;
}

export interface AnsweredElsewhere {
  callId: string;
}

export interface AskIceServers {
}

export interface Attachment {
  url: string;
  name: string;
  size: number;
  mimeType: string;
}

export interface AttachmentInput {
  url: string;
  name: string;
  size: number;
  mimeType: string;
}

export interface BlockUser {
  userId: string;
  reason?: string;
}

export interface Call {
  callId: string;
  fromUserId: string;
  toUserId: string;
  state: string;
  reason?: string;
  media: Media;
  startedAt: string;
  answeredAt?: string;
  endedAt?: string;
  durationMs?: number;
}

export interface CallAck {
  success: true;
  call: Call;
}

export interface CallOver {
  callId: string;
  fromUserId: string;
  toUserId: string;
  reason: string;
  durationMs?: number;
  cursor: string;
}

export interface CallRings {
  callId: string;
  fromUserId: string;
  expiresAt: string;
}

export interface CallsAck {
  success: true;
  calls: Call[];
  nextCursor: string | null;
}

export interface CandidateReceived {
  callId: string;
  fromUserId: string;
  candidate: Record<string, unknown>;
}

export interface ChangeNotificationPreferences {
  types?: Record<string, TypePreferenceInput> | null;
  quietHours?: QuietHoursInput | null;
  mutedUntil?: string | null;
}

export interface ChangeSettings {
  conversationId: string;
  muted?: boolean;
  mutedUntil?: string;
  archived?: boolean;
  pinned?: boolean;
}

export interface ConferenceParticipant {
  userId: string;
  deviceId: string;
  name?: string;
  media: Media;
}

export interface ConfirmCursor {
  cursor: string;
}

export interface ConfirmDelivery {
  conversationId: string;
  seq: number;
}

export interface Connected {
  userId: string;
  user: User;
  socketId: string;
  deviceId: string;
  serverTime: string;
  recovered: boolean;
  cursor: string;
  limits: Limits;
  version: string;
}

export interface Conversation {
  id: string;
  type: ConversationType;
  title?: string;
  metadata?: Record<string, unknown>;
  historyVisibility: HistoryVisibility;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
  lastSeq: number;
  lastMessage?: Message;
  members: Member[];
}

export interface ConversationAck {
  success: true;
  conversation: ConversationView;
}

export interface ConversationChanges {
  title?: string;
  metadata?: Record<string, unknown>;
}

export interface ConversationCreated {
  conversation: Conversation;
  cursor: string;
}

export type ConversationType = 'DIRECT' | 'GROUP' | 'SESSION' | 'SUPPORT';

export interface ConversationUpdated {
  conversationId: string;
  changes: ConversationChanges;
  cursor: string;
}

export interface ConversationView {
  id: string;
  type: ConversationType;
  title?: string;
  metadata?: Record<string, unknown>;
  historyVisibility: HistoryVisibility;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
  lastSeq: number;
  lastMessage?: Message;
  members: Member[];
  unreadCount: number;
  settings: Settings;
}

export interface ConversationsAck {
  success: true;
  conversations: ConversationView[];
  nextCursor: string | null;
}

export interface CountAck {
  success: true;
  count: number;
}

export interface CreateConversation {
  type: ConversationType;
  participantIds: string[];
  title?: string;
  metadata?: Record<string, unknown>;
  conversationId?: string;
  historyVisibility?: HistoryVisibility;
}

export interface CreateNotifications {
  userIds: string[];
  type: string;
  title: string;
  message?: string;
  priority?: Priority;
  data?: Record<string, unknown>;
  actionUrl?: string;
  collapseKey?: string;
  expiresAt?: string;
}

export interface CreatedAck {
  success: true;
  conversation: ConversationView;
  created: boolean;
}

export interface CreatedNotification {
  id: string;
  userId: string;
}

export interface CreatedNotificationsAck {
  success: true;
  notifications: CreatedNotification[];
  duplicate?: boolean;
}

export interface DisconnectUser {
  userId: string;
  reason?: string;
}

export interface DisconnectedAck {
  success: true;
  sockets: number;
  missingNodes?: string[];
}

export interface Edit {
  content: string;
  editedAt: string;
}

export interface EditMessage {
  messageId: string;
  content: string;
}

export interface EditsAck {
  success: true;
  edits: Edit[];
}

export interface EventMetadataInput {
  correlationId?: string;
}

export interface Exception {
  event: string;
  error: string;
  code: string;
  retryAfterMs?: number;
  field?: string;
  callId?: string;
}

export interface ExportAck {
  success: true;
  section: string;
  items: Record<string, unknown>[];
  nextCursor?: string;
}

export interface ExportUser {
  userId: string;
  cursor?: string;
}

export interface FailureAck {
  success: false;
  error: string;
  code: string;
  retryAfterMs?: number;
  field?: string;
  callId?: string;
}

export interface FinishCall {
  callId: string;
  reason?: string;
}

export interface FoundMessage {
  id: string;
  conversationId: string;
  seq: number;
  senderId: string;
  sender: Sender;
  content: string;
  messageType: MessageType;
  clientMessageId?: string;
  replyTo?: Quote;
  attachments: Attachment[];
  metadata?: Record<string, unknown>;
  createdAt: string;
  isEdited: boolean;
  editedAt?: string;
  isDeleted: boolean;
  deletedAt?: string;
  deletedBy?: string;
  reactions: Reaction[];
  snippet: string;
}

export interface HistoryAck {
  success: true;
  messages: ListedMessage[];
  hasMore: boolean;
}

export type HistoryVisibility = 'SINCE_JOIN' | 'ALL';

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface IceServersAck {
  success: true;
  iceServers: IceServer[];
  ttl: number;
}

export interface IncomingCall {
  callId: string;
  fromUserId: string;
  from: User;
  offer: Record<string, unknown>;
  media: Media;
  expiresAt: string;
}

export interface JoinRoom {
  roomId: string;
  media?: MediaInput;
}

export interface LeaveRoom {
  roomId: string;
}

export interface Limits {
  maxPayload: number;
  contentMax: number;
  attachmentsMax: number;
  participantsMax: number;
}

export interface ListCalls {
  before?: string;
  limit?: number;
}

export interface ListConversations {
  before?: string;
  limit?: number;
  unreadOnly?: boolean;
}

export interface ListNotifications {
  before?: string;
  limit?: number;
  unreadOnly?: boolean;
  type?: string;
}

export interface ListedMessage {
  id: string;
  conversationId: string;
  seq: number;
  senderId: string;
  sender: Sender;
  content: string;
  messageType: MessageType;
  clientMessageId?: string;
  replyTo?: Quote;
  attachments: Attachment[];
  metadata?: Record<string, unknown>;
  createdAt: string;
  isEdited: boolean;
  editedAt?: string;
  isDeleted: boolean;
  deletedAt?: string;
  deletedBy?: string;
  reactions: Reaction[];
}

export interface MarkNotification {
  id: string;
  isRead: boolean;
}

export interface Media {
  audio: boolean;
  video: boolean;
  screen: boolean;
  hold: boolean;
}

export interface MediaInput {
  audio?: boolean;
  video?: boolean;
  screen?: boolean;
  hold?: boolean;
}

export interface MediaStateChanged {
  callId: string;
  fromUserId: string;
  audio: boolean;
  video: boolean;
  screen: boolean;
  hold: boolean;
}

export interface Member {
  userId: string;
  name?: string;
  avatarUrl?: string;
  role: MemberRole;
  joinedAt: string;
  deliveredSeq: number;
  readSeq: number;
}

export type MemberRole = 'ADMIN' | 'MODERATOR' | 'MEMBER';

export interface Message {
  id: string;
  conversationId: string;
  seq: number;
  senderId: string;
  sender: Sender;
  content: string;
  messageType: MessageType;
  clientMessageId?: string;
  replyTo?: Quote;
  attachments: Attachment[];
  metadata?: Record<string, unknown>;
  createdAt: string;
  isEdited: boolean;
  editedAt?: string;
  isDeleted: boolean;
  deletedAt?: string;
  deletedBy?: string;
}

export interface MessageAck {
  success: true;
  message: Message;
  duplicate?: boolean;
}

export interface MessageDeleted {
  messageId: string;
  conversationId: string;
  seq: number;
  deletedBy: string;
  deletedAt: string;
  cursor: string;
}

export interface MessageDelivered {
  conversationId: string;
  userId: string;
  seq: number;
  at: string;
  cursor: string;
}

export interface MessageRead {
  conversationId: string;
  userId: string;
  seq: number;
  at: string;
  cursor: string;
}

export interface MessageSent {
  id: string;
  conversationId: string;
  seq: number;
  senderId: string;
  sender: Sender;
  content: string;
  messageType: MessageType;
  clientMessageId?: string;
  replyTo?: Quote;
  attachments: Attachment[];
  metadata?: Record<string, unknown>;
  createdAt: string;
  isEdited: boolean;
  editedAt?: string;
  isDeleted: boolean;
  deletedAt?: string;
  deletedBy?: string;
  cursor: string;
}

export type MessageType = 'TEXT' | 'IMAGE' | 'AUDIO' | 'VIDEO' | 'FILE';

export interface MuteConversation {
  conversationId: string;
  value: boolean;
  until?: string;
}

export interface NoFields {
}

export interface Notification {
  id: string;
  userId: string;
  type: string;
  title: string;
  message: string;
  priority: Priority;
  data?: Record<string, unknown>;
  actionUrl?: string;
  collapseKey?: string;
  expiresAt?: string;
  isRead: boolean;
  readAt?: string;
  createdAt: string;
}

export interface NotificationDeleted {
  id: string;
  cursor: string;
}

export interface NotificationPreferences {
  types: Record<string, TypePreference>;
  quietHours?: QuietHours;
  mutedUntil?: string;
}

export interface NotificationSent {
  id: string;
  userId: string;
  type: string;
  title: string;
  message: string;
  priority: Priority;
  data?: Record<string, unknown>;
  actionUrl?: string;
  collapseKey?: string;
  expiresAt?: string;
  isRead: boolean;
  readAt?: string;
  createdAt: string;
  cursor: string;
}

export interface NotificationUpdated {
  id?: string;
  all?: boolean;
  isRead: boolean;
  readAt?: string;
  upTo?: string;
  cursor: string;
}

export interface NotificationsAck {
  success: true;
  notifications: Notification[];
  nextCursor: string | null;
}

export interface OfferCall {
  callId: string;
  fromUserId?: string;
  toUserId: string;
  offer: Record<string, unknown>;
  media?: MediaInput;
}

export interface Participant {
  userId: string;
  role: MemberRole;
  joinedAt: string;
}

export interface ParticipantAck {
  success: true;
  participant: Participant;
}

export interface ParticipantChanged {
  conversationId: string;
  participant: Participant;
  by: string;
  cursor: string;
}

export interface PeerReconnected {
  callId: string;
  userId: string;
}

export interface PeerReconnecting {
  callId: string;
  userId: string;
  until: string;
}

export interface PlainAck {
  success: true;
}

export interface PostEvent {
  eventType: string;
  eventData?: Record<string, unknown>;
  userIds?: string[];
  aggregateType?: string;
  aggregateId?: string;
  metadata?: EventMetadataInput;
  version?: number;
}

export interface PreferencesAck {
  success: true;
  preferences: NotificationPreferences;
}

export interface Presence {
  userId: string;
  status: PresenceStatus;
  text?: string;
  lastSeenAt?: string;
  inCall: boolean;
}

export interface PresenceAck {
  success: true;
  presence: Presence[];
}

export type PresenceStatus = 'ONLINE' | 'AWAY' | 'BUSY' | 'INVISIBLE' | 'OFFLINE';

export type PresenceWish = 'ONLINE' | 'AWAY' | 'BUSY' | 'INVISIBLE';

export type Priority = 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT';

export interface PushKeyAck {
  success: true;
  publicKey: string;
}

export interface PushKeysInput {
  p256dh: string;
  auth: string;
}

export interface QuietHours {
  start: string;
  end: string;
  timezone: string;
}

export interface QuietHoursInput {
  start: string;
  end: string;
  timezone: string;
}

export interface Quote {
  id: string;
  senderId: string;
  content: string;
}

export interface React {
  messageId: string;
  emoji: string;
}

export interface Reaction {
  emoji: string;
  count: number;
  userIds: string[];
}

export interface ReactionsAck {
  success: true;
  reactions: Reaction[];
}

export interface ReactionsChanged {
  messageId: string;
  conversationId: string;
  reactions: Reaction[];
  cursor: string;
}

export interface ReadAck {
  success: true;
  unreadCount: number;
}

export interface ReadHistory {
  conversationId: string;
  beforeSeq?: number;
  afterSeq?: number;
  aroundSeq?: number;
  limit?: number;
}

export interface ReadMessages {
  conversationId?: string;
  seq?: number;
  messageId?: string;
}

export interface RefreshAck {
  success: true;
  expiresAt: string;
}

export interface RefreshToken {
  token: string;
}

export interface RemoveParticipant {
  conversationId: string;
  userId: string;
}

export interface Renegotiate {
  callId: string;
  fromUserId?: string;
  toUserId?: string;
  description: Record<string, unknown>;
  restart?: boolean;
}

export interface Renegotiated {
  callId: string;
  fromUserId: string;
  description: Record<string, unknown>;
  restart: boolean;
}

export interface ReportCall {
  callId: string;
  report: Record<string, unknown>;
}

export interface RevokeTokens {
  userId?: string;
  issuedBefore?: string;
  jti?: string;
  expiresAt?: string;
}

export interface RoomAck {
  success: true;
  participants: ConferenceParticipant[];
  iceServers: IceServer[];
}

export interface RoomChanged {
  roomId: string;
  participant: ConferenceParticipant;
}

export interface RoomSignal {
  roomId: string;
  fromUserId: string;
  fromDeviceId: string;
  signal: Record<string, unknown>;
}

export interface SearchAck {
  success: true;
  messages: FoundMessage[];
  nextCursor: string | null;
}

export interface SearchMessages {
  query: string;
  conversationId?: string;
  before?: string;
  limit?: number;
}

export interface SendCandidates {
  callId: string;
  fromUserId?: string;
  toUserId?: string;
  candidate?: Record<string, unknown>;
  candidates?: Record<string, unknown>[];
}

export interface SendMessage {
  conversationId: string;
  content?: string;
  messageType?: MessageType;
  clientMessageId?: string;
  replyToId?: string;
  attachments?: AttachmentInput[];
  metadata?: Record<string, unknown>;
}

export interface Sender {
  id: string;
  name?: string;
  avatarUrl?: string;
}

export interface ServerDisconnect {
  reason: string;
  error: string;
}

export interface ServerGoodbye {
  retryAfterMs: number;
}

export interface SetForOneself {
  conversationId: string;
  value: boolean;
}

export interface SetMediaState {
  callId: string;
  audio?: boolean;
  video?: boolean;
  screen?: boolean;
  hold?: boolean;
}

export interface SetPresence {
  status: PresenceWish;
  text?: string;
  until?: string;
}

export interface SetRole {
  conversationId: string;
  userId: string;
  role: MemberRole;
}

export interface Settings {
  muted: boolean;
  mutedUntil?: string;
  archived: boolean;
  pinned: boolean;
}

export interface SettingsAck {
  success: true;
  settings: Settings;
}

export interface SettingsChanged {
  conversationId: string;
  settings: Settings;
}

export interface SignalInRoom {
  roomId: string;
  toUserId: string;
  toDeviceId: string;
  signal: Record<string, unknown>;
}

export interface SubscribeToPush {
  endpoint: string;
  keys: PushKeysInput;
}

export interface SyncComplete {
  cursor: string;
  replayed: number;
}

export interface SyncReset {
  reason: string;
  cursor: string;
}

export interface TokenEnd {
  expiresAt: string;
}

export interface TypePreference {
  inApp: boolean;
  push: boolean;
}

export interface TypePreferenceInput {
  inApp?: boolean;
  push?: boolean;
}

export interface TypingChanged {
  conversationId: string;
  userId: string;
  isTyping: boolean;
}

export interface UnblockUser {
  userId: string;
}

export interface UnreadChanged {
  conversationId: string;
  unreadCount: number;
  readSeq: number;
}

export interface UnreadCount {
  count: number;
  version: number;
}

export interface UnreadCountAck {
  success: true;
  count: number;
  version: number;
}

export interface UnsubscribeFromPush {
  endpoint: string;
}

export interface UpdateConversation {
  conversationId: string;
  title?: string;
  metadata?: Record<string, unknown>;
}

export interface User {
  id: string;
  name?: string;
  firstName?: string;
  lastName?: string;
  avatarUrl?: string;
  role?: string;
}

export interface ViewingChanged {
  conversationId: string;
  userId: string;
  isViewing: boolean;
}

export interface WhichConversation {
  conversationId: string;
}

export interface WhichMessage {
  messageId: string;
}

export interface WhichNotification {
  id: string;
}

export interface WhichNotifications {
  id?: string;
  ids?: string[];
}

export interface WhichUser {
  userId: string;
}

export interface WhichUsers {
  userIds: string[];
}

// client → server in /messaging
export interface MessagingClientEvents {
  /** Shows a new token; the connection goes on with it. */
  'auth:refresh': (payload: RefreshToken, ack?: (answer: Answer<RefreshAck>) => void) => void;
  /** Says how one wants to be seen, on all devices. */
  'presence:set': (payload: SetPresence, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Asks how others are, and to be told when it changes. */
  'presence:subscribe': (payload: WhichUsers, ack?: (answer: Answer<PresenceAck>) => void) => void;
  /** Asks no longer to be told. */
  'presence:unsubscribe': (payload: WhichUsers, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Searches the text of one's own conversations. */
  'message:search': (payload: SearchMessages, ack?: (answer: Answer<SearchAck>) => void) => void;
  /** Changes title or metadata. */
  'conversation:update': (payload: UpdateConversation, ack?: (answer: Answer<ConversationAck>) => void) => void;
  /** Mutes a conversation for oneself, for ever or until a time. */
  'conversation:mute': (payload: MuteConversation, ack?: (answer: Answer<SettingsAck>) => void) => void;
  /** Archives a conversation for oneself, or takes it back. */
  'conversation:archive': (payload: SetForOneself, ack?: (answer: Answer<SettingsAck>) => void) => void;
  /** Pins a conversation for oneself, or takes it back. */
  'conversation:pin': (payload: SetForOneself, ack?: (answer: Answer<SettingsAck>) => void) => void;
  /** Adds somebody to a group. */
  'participant:add': (payload: AddParticipant, ack?: (answer: Answer<ParticipantAck>) => void) => void;
  /** Removes somebody from a group, or leaves it. */
  'participant:remove': (payload: RemoveParticipant, ack?: (answer: Answer<ParticipantAck>) => void) => void;
  /** Changes the role of a member. */
  'participant:role': (payload: SetRole, ack?: (answer: Answer<ParticipantAck>) => void) => void;
  /** Blocks somebody: no direct messages, calls or invitations in either direction. */
  'user:block': (payload: BlockUser, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Takes back a block. */
  'user:unblock': (payload: UnblockUser, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Sends a message; the ack comes when it is stored. A retry with the same clientMessageId sends nothing twice. */
  'message:send': (payload: SendMessage, ack?: (answer: Answer<MessageAck>) => void) => void;
  /** Changes the text of an own message. */
  'message:edit': (payload: EditMessage, ack?: (answer: Answer<MessageAck>) => void) => void;
  /** Reads the earlier texts of a message. */
  'message:edits': (payload: WhichMessage, ack?: (answer: Answer<EditsAck>) => void) => void;
  /** Takes back a message; a tombstone without content stays in its place. */
  'message:delete': (payload: WhichMessage, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Reacts to a message with an emoji; doing so twice changes nothing. */
  'reaction:add': (payload: React, ack?: (answer: Answer<ReactionsAck>) => void) => void;
  /** Takes back a reaction. */
  'reaction:remove': (payload: React, ack?: (answer: Answer<ReactionsAck>) => void) => void;
  /** Marks everything up to seq, or to a message, as read; never goes back. */
  'message:read': (payload: ReadMessages, ack?: (answer: Answer<ReadAck>) => void) => void;
  /** Says that this device has everything up to seq; clients need not. */
  'message:delivered': (payload: ConfirmDelivery, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Says that this device has everything up to a cursor; clients need not. */
  'sync:ack': (payload: ConfirmCursor, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Tells the others that one is typing; ends by itself after 5 s. */
  'typing:start': (payload: WhichConversation, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Tells the others that one stopped typing. */
  'typing:stop': (payload: WhichConversation, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Opens a conversation; a DIRECT one that exists already is returned. */
  'conversation:create': (payload: CreateConversation, ack?: (answer: Answer<CreatedAck>) => void) => void;
  /** Opens a conversation on this socket: it hears who is typing, and who else has it open. */
  'conversation:join': (payload: WhichConversation, ack?: (answer: Answer<ConversationAck>) => void) => void;
  /** Closes a conversation on this socket; one stays a member. */
  'conversation:leave': (payload: WhichConversation, ack?: (answer: Answer<ConversationAck>) => void) => void;
  /** Lists one's conversations, newest activity first. */
  'conversation:list': (payload: ListConversations, ack?: (answer: Answer<ConversationsAck>) => void) => void;
  /** Reads messages before, after or around a seq; without one, the newest. */
  'conversation:history': (payload: ReadHistory, ack?: (answer: Answer<HistoryAck>) => void) => void;
}

// server → client in /messaging
export interface MessagingServerEvents {
  /** The first event of a socket: who one is here, and the limits. */
  'connected': (payload: Connected) => void;
  /** Everything that was missed has been sent; what follows is new. */
  'sync:complete': (payload: SyncComplete) => void;
  /** What was missed cannot be replayed: load the lists anew. */
  'sync:reset': (payload: SyncReset) => void;
  /** Why an event without an ack was refused. */
  'exception': (payload: Exception) => void;
  /** The token is about to expire: show a new one with auth:refresh. */
  'auth:expiring': (payload: TokenEnd) => void;
  /** The token has expired; the server disconnects. */
  'auth:expired': (payload: TokenEnd) => void;
  /** Why the server ends the connection, which it does right behind it. */
  'server:disconnect': (payload: ServerDisconnect) => void;
  /** The server is about to stop: come back after retryAfterMs. */
  'server:goodbye': (payload: ServerGoodbye) => void;
  /** How somebody is. */
  'presence': (payload: Presence) => void;
  /** Title or metadata changed. */
  'conversation:updated': (payload: ConversationUpdated) => void;
  /** One's own settings of a conversation. */
  'conversation:settings': (payload: SettingsChanged) => void;
  /** Somebody was added. */
  'participant:joined': (payload: ParticipantChanged) => void;
  /** Somebody left or was removed. */
  'participant:left': (payload: ParticipantChanged) => void;
  /** The role of a member changed. */
  'participant:updated': (payload: ParticipantChanged) => void;
  /** A message that somebody sent. */
  'message': (payload: MessageSent) => void;
  /** A message was edited. */
  'message:updated': (payload: MessageSent) => void;
  /** A message was taken back. */
  'message:deleted': (payload: MessageDeleted) => void;
  /** The reactions to a message, all of them. */
  'reaction:updated': (payload: ReactionsChanged) => void;
  /** A member has read everything up to seq. */
  'message:read': (payload: MessageRead) => void;
  /** A member has everything up to seq on a device. */
  'message:delivered': (payload: MessageDelivered) => void;
  /** A conversation that one is a member of was opened. */
  'conversation:created': (payload: ConversationCreated) => void;
  /** One's own count of unread messages. */
  'conversation:unread': (payload: UnreadChanged) => void;
  /** Somebody began or stopped typing. */
  'typing': (payload: TypingChanged) => void;
  /** Somebody has the conversation open, or no more. */
  'viewing': (payload: ViewingChanged) => void;
}

// client → server in /notifications
export interface NotificationsClientEvents {
  /** Shows a new token; the connection goes on with it. */
  'auth:refresh': (payload: RefreshToken, ack?: (answer: Answer<RefreshAck>) => void) => void;
  /** Lists one's notifications, the newest first. */
  'notification:list': (payload: ListNotifications, ack?: (answer: Answer<NotificationsAck>) => void) => void;
  /** Marks notifications as read, on all devices. */
  'notification:read': (payload: WhichNotifications, ack?: (answer: Answer<CountAck>) => void) => void;
  /** Marks notifications as not read. */
  'notification:unread': (payload: WhichNotifications, ack?: (answer: Answer<CountAck>) => void) => void;
  /** Deletes notifications. */
  'notification:delete': (payload: WhichNotifications, ack?: (answer: Answer<CountAck>) => void) => void;
  /** Marks all notifications as read. */
  'notification:read-all': (payload: NoFields, ack?: (answer: Answer<CountAck>) => void) => void;
  /** Reads how one wants to be told, or changes what is named: types, quiet hours, a mute; null takes it back. */
  'notification:preferences': (payload: ChangeNotificationPreferences, ack?: (answer: Answer<PreferencesAck>) => void) => void;
  /** Reads the applicationServerKey with which a browser subscribes to pushes. */
  'push:key': (payload: NoFields, ack?: (answer: Answer<PushKeyAck>) => void) => void;
  /** Says that this device has everything up to a cursor; clients need not. */
  'sync:ack': (payload: ConfirmCursor, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Has a browser pushed what one is not here to hear of. */
  'push:subscribe': (payload: SubscribeToPush, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Ends that. */
  'push:unsubscribe': (payload: UnsubscribeFromPush, ack?: (answer: Answer<PlainAck>) => void) => void;
}

// server → client in /notifications
export interface NotificationsServerEvents {
  /** The first event of a socket: who one is here, and the limits. */
  'connected': (payload: Connected) => void;
  /** Everything that was missed has been sent; what follows is new. */
  'sync:complete': (payload: SyncComplete) => void;
  /** What was missed cannot be replayed: load the lists anew. */
  'sync:reset': (payload: SyncReset) => void;
  /** Why an event without an ack was refused. */
  'exception': (payload: Exception) => void;
  /** The token is about to expire: show a new one with auth:refresh. */
  'auth:expiring': (payload: TokenEnd) => void;
  /** The token has expired; the server disconnects. */
  'auth:expired': (payload: TokenEnd) => void;
  /** Why the server ends the connection, which it does right behind it. */
  'server:disconnect': (payload: ServerDisconnect) => void;
  /** The server is about to stop: come back after retryAfterMs. */
  'server:goodbye': (payload: ServerGoodbye) => void;
  /** Something to know of; it takes the place of the unread one with the same collapseKey. */
  'notification': (payload: NotificationSent) => void;
  /** A notification was read or not, or all of them up to one. */
  'notification:updated': (payload: NotificationUpdated) => void;
  /** A notification was deleted or has expired. */
  'notification:deleted': (payload: NotificationDeleted) => void;
  /** How many are not read; the one with the highest version holds. */
  'unreadCount': (payload: UnreadCount) => void;
}

// client → server in /video-calls
export interface VideoCallsClientEvents {
  /** Shows a new token; the connection goes on with it. */
  'auth:refresh': (payload: RefreshToken, ack?: (answer: Answer<RefreshAck>) => void) => void;
  /** Calls somebody with whom one shares a conversation. */
  'video:offer': (payload: OfferCall, ack?: (answer: Answer<CallAck>) => void) => void;
  /** Answers a call; the first device wins. */
  'video:answer': (payload: AnswerCall, ack?: (answer: Answer<CallAck>) => void) => void;
  /** Gives the other side candidates; they are held until it can use them. */
  'video:ice-candidate': (payload: SendCandidates, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Sends the device in the call a new description: ICE restart, screen share. */
  'video:renegotiate': (payload: Renegotiate, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Says what of one's media is on; what is left out stays. */
  'video:media-state': (payload: SetMediaState, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Declines a call that rings. */
  'video:reject-call': (payload: FinishCall, ack?: (answer: Answer<CallAck>) => void) => void;
  /** Takes back a call that still rings. */
  'video:cancel-call': (payload: FinishCall, ack?: (answer: Answer<CallAck>) => void) => void;
  /** Ends a call. */
  'video:end-call': (payload: FinishCall, ack?: (answer: Answer<CallAck>) => void) => void;
  /** Keeps a digest of the quality with the call; one each 5 s at most. */
  'video:stats': (payload: ReportCall, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Asks for STUN and TURN servers, with credentials of one's own. */
  'video:ice-servers': (payload: AskIceServers, ack?: (answer: Answer<IceServersAck>) => void) => void;
  /** Lists one's calls, newest first. */
  'video:history': (payload: ListCalls, ack?: (answer: Answer<CallsAck>) => void) => void;
  /** Joins the conference of a conversation; offer to each who is there. */
  'video:room-join': (payload: JoinRoom, ack?: (answer: Answer<RoomAck>) => void) => void;
  /** Leaves a conference. */
  'video:room-leave': (payload: LeaveRoom, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Sends a signal to one device in the conference. */
  'video:room-signal': (payload: SignalInRoom, ack?: (answer: Answer<PlainAck>) => void) => void;
  /** Says that this device has everything up to a cursor; clients need not. */
  'sync:ack': (payload: ConfirmCursor, ack?: (answer: Answer<PlainAck>) => void) => void;
}

// server → client in /video-calls
export interface VideoCallsServerEvents {
  /** The first event of a socket: who one is here, and the limits. */
  'connected': (payload: Connected) => void;
  /** Everything that was missed has been sent; what follows is new. */
  'sync:complete': (payload: SyncComplete) => void;
  /** What was missed cannot be replayed: load the lists anew. */
  'sync:reset': (payload: SyncReset) => void;
  /** Why an event without an ack was refused. */
  'exception': (payload: Exception) => void;
  /** The token is about to expire: show a new one with auth:refresh. */
  'auth:expiring': (payload: TokenEnd) => void;
  /** The token has expired; the server disconnects. */
  'auth:expired': (payload: TokenEnd) => void;
  /** Why the server ends the connection, which it does right behind it. */
  'server:disconnect': (payload: ServerDisconnect) => void;
  /** The server is about to stop: come back after retryAfterMs. */
  'server:goodbye': (payload: ServerGoodbye) => void;
  /** Somebody is calling. */
  'video:incoming-call': (payload: IncomingCall) => void;
  /** The call that one offered rings. */
  'video:ringing': (payload: CallRings) => void;
  /** The call was answered. */
  'video:answer-received': (payload: AnswerReceived) => void;
  /** A candidate of the other side. */
  'video:ice-candidate': (payload: CandidateReceived) => void;
  /** A new description of the other side. */
  'video:renegotiate': (payload: Renegotiated) => void;
  /** What of the other side's media is on. */
  'video:media-state': (payload: MediaStateChanged) => void;
  /** The call was declined. */
  'video:call-rejected': (payload: CallOver) => void;
  /** The call has ended. */
  'video:call-ended': (payload: CallOver) => void;
  /** The call was not answered. */
  'video:call-missed': (payload: CallOver) => void;
  /** The call was answered on another device of one's own. */
  'video:answered-elsewhere': (payload: AnsweredElsewhere) => void;
  /** The other device is away; the call waits for it. */
  'video:peer-reconnecting': (payload: PeerReconnecting) => void;
  /** The other device is back. */
  'video:peer-reconnected': (payload: PeerReconnected) => void;
  /** A device joined the conference. */
  'video:participant-joined': (payload: RoomChanged) => void;
  /** A device left the conference. */
  'video:participant-left': (payload: RoomChanged) => void;
  /** A signal of another device in the conference. */
  'video:room-signal': (payload: RoomSignal) => void;
}

// REST: the fields that a request has in its path, its query and its body together, and the `data` of its answer.
export interface RestRequests {
  /** Lists one's conversations, newest activity first. */
  'GET /api/messaging/conversations': { request: ListConversations; data: Omit<ConversationsAck, 'success'> };
  /** Opens a conversation; a DIRECT one that exists already is returned. */
  'POST /api/messaging/conversations': { request: CreateConversation; data: Omit<CreatedAck, 'success'> };
  /** Reads a conversation that one is a member of. */
  'GET /api/messaging/conversations/{conversationId}': { request: WhichConversation; data: Omit<ConversationAck, 'success'> };
  /** Changes title or metadata. */
  'PATCH /api/messaging/conversations/{conversationId}': { request: UpdateConversation; data: Omit<ConversationAck, 'success'> };
  /** Mutes, archives or pins it for oneself. */
  'PATCH /api/messaging/conversations/{conversationId}/settings': { request: ChangeSettings; data: Omit<SettingsAck, 'success'> };
  /** Reads messages before, after or around a seq; without one, the newest. */
  'GET /api/messaging/conversations/{conversationId}/messages': { request: ReadHistory; data: Omit<HistoryAck, 'success'> };
  /** Sends a message; it is answered when the message is stored. A retry with the same clientMessageId sends nothing twice. */
  'POST /api/messaging/conversations/{conversationId}/messages': { request: SendMessage; data: Omit<MessageAck, 'success'> };
  /** Marks everything up to seq, or to a message, as read; never goes back. */
  'POST /api/messaging/conversations/{conversationId}/read': { request: ReadMessages; data: Omit<ReadAck, 'success'> };
  /** Adds somebody to a group. */
  'POST /api/messaging/conversations/{conversationId}/participants': { request: AddParticipant; data: Omit<ParticipantAck, 'success'> };
  /** Removes somebody from a group, or leaves it. */
  'DELETE /api/messaging/conversations/{conversationId}/participants/{userId}': { request: RemoveParticipant; data: Omit<ParticipantAck, 'success'> };
  /** Changes the role of a member. */
  'PATCH /api/messaging/conversations/{conversationId}/participants/{userId}': { request: SetRole; data: Omit<ParticipantAck, 'success'> };
  /** Changes the text of an own message. */
  'PATCH /api/messaging/messages/{messageId}': { request: EditMessage; data: Omit<MessageAck, 'success'> };
  /** Takes back a message; a tombstone without content stays in its place. */
  'DELETE /api/messaging/messages/{messageId}': { request: WhichMessage; data: Omit<PlainAck, 'success'> };
  /** Reads the earlier texts of a message. */
  'GET /api/messaging/messages/{messageId}/edits': { request: WhichMessage; data: Omit<EditsAck, 'success'> };
  /** Reacts to a message with an emoji; doing so twice changes nothing. */
  'PUT /api/messaging/messages/{messageId}/reactions/{emoji}': { request: React; data: Omit<ReactionsAck, 'success'> };
  /** Takes back a reaction. */
  'DELETE /api/messaging/messages/{messageId}/reactions/{emoji}': { request: React; data: Omit<ReactionsAck, 'success'> };
  /** Searches the text of one's own conversations. */
  'GET /api/messaging/search': { request: SearchMessages; data: Omit<SearchAck, 'success'> };
  /** Blocks somebody: no direct messages, calls or invitations in either direction. */
  'POST /api/messaging/blocks/{userId}': { request: BlockUser; data: Omit<PlainAck, 'success'> };
  /** Takes back a block. */
  'DELETE /api/messaging/blocks/{userId}': { request: UnblockUser; data: Omit<PlainAck, 'success'> };
  /** Lists one's notifications, the newest first. */
  'GET /api/notifications': { request: ListNotifications; data: Omit<NotificationsAck, 'success'> };
  /** Counts those that are not read. */
  'GET /api/notifications/unread-count': { request: NoFields; data: Omit<UnreadCountAck, 'success'> };
  /** Reads how one wants to be told. */
  'GET /api/notifications/preferences': { request: NoFields; data: Omit<PreferencesAck, 'success'> };
  /** Changes what is named: types, quiet hours, a mute; null takes it back, and what is absent stays. */
  'PUT /api/notifications/preferences': { request: ChangeNotificationPreferences; data: Omit<PreferencesAck, 'success'> };
  /** Marks notifications as read. */
  'POST /api/notifications/read': { request: WhichNotifications; data: Omit<CountAck, 'success'> };
  /** Marks notifications as not read. */
  'POST /api/notifications/unread': { request: WhichNotifications; data: Omit<CountAck, 'success'> };
  /** Marks all notifications as read. */
  'POST /api/notifications/read-all': { request: NoFields; data: Omit<CountAck, 'success'> };
  /** Marks a notification as read or not. */
  'PATCH /api/notifications/{id}': { request: MarkNotification; data: Omit<CountAck, 'success'> };
  /** Deletes a notification. */
  'DELETE /api/notifications/{id}': { request: WhichNotification; data: Omit<CountAck, 'success'> };
  /** Creates a notification for each of many users. */
  'POST /api/notifications': { request: CreateNotifications; data: Omit<CreatedNotificationsAck, 'success'> };
  /** Says what has happened: a domain event, which the rules of the configuration turn into notifications. */
  'POST /api/events': { request: PostEvent; data: Omit<CreatedNotificationsAck, 'success'> };
  /** Asks how others are. */
  'GET /api/presence': { request: WhichUsers; data: Omit<PresenceAck, 'success'> };
  /** Lists one's calls, newest first. */
  'GET /api/calls': { request: ListCalls; data: Omit<CallsAck, 'success'> };
  /** Asks for STUN and TURN servers, with credentials of one's own. */
  'GET /api/calls/ice-servers': { request: AskIceServers; data: Omit<IceServersAck, 'success'> };
  /** Refuses one token from now on, or all of a user's that were issued before a time; their sockets are cut. */
  'POST /api/auth/revoke': { request: RevokeTokens; data: Omit<PlainAck, 'success'> };
  /** Ends the sockets of a user, who may come back. */
  'POST /api/users/{userId}/disconnect': { request: DisconnectUser; data: Omit<DisconnectedAck, 'success'> };
  /** Reads the applicationServerKey with which a browser subscribes to pushes. */
  'GET /api/push/key': { request: NoFields; data: Omit<PushKeyAck, 'success'> };
  /** Has a browser pushed what one is not here to hear of. */
  'POST /api/push/subscriptions': { request: SubscribeToPush; data: Omit<PlainAck, 'success'> };
  /** Ends that. */
  'DELETE /api/push/subscriptions': { request: UnsubscribeFromPush; data: Omit<PlainAck, 'success'> };
  /** Reads all that is kept about a user, page by page. */
  'GET /api/users/{userId}/export': { request: ExportUser; data: Omit<ExportAck, 'success'> };
  /** Forgets a user: what he wrote becomes tombstones. */
  'DELETE /api/users/{userId}': { request: WhichUser; data: Omit<PlainAck, 'success'> };
}
