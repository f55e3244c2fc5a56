// What the page reads of the contract's payloads (docs/contract has them whole).
export interface User {
  id: string;
  name?: string;
  firstName?: string;
  lastName?: string;
  avatarUrl?: string;
  role?: string;
}

export interface Connected {
  userId: string;
  user: User;
  socketId: string;
  deviceId: string;
  recovered: boolean;
  cursor: string;
  limits: { maxPayload: number; contentMax: number; attachmentsMax: number; participantsMax: number };
  version: string;
}

export interface Attachment {
  url: string;
  name: string;
  size: number;
  mimeType: string;
}

export interface Reaction {
  emoji: string;
  count: number;
  userIds: string[];
}

export interface Message {
  id: string;
  conversationId: string;
  seq: number;
  senderId: string;
  sender: { id: string; name?: string; avatarUrl?: string };
  content: string;
  messageType: string;
  clientMessageId?: string;
  replyTo?: { id: string; senderId: string; content: string };
  attachments: Attachment[];
  createdAt: string;
  isEdited?: boolean;
  isDeleted?: boolean;
  reactions?: Reaction[];
}

export interface Member {
  userId: string;
  name?: string;
  role: 'ADMIN' | 'MODERATOR' | 'MEMBER';
  deliveredSeq: number;
  readSeq: number;
}

export interface Settings {
  muted: boolean;
  mutedUntil?: string;
  archived: boolean;
  pinned: boolean;
}

export interface Conversation {
  id: string;
  type: 'DIRECT' | 'GROUP' | 'SESSION' | 'SUPPORT';
  title?: string;
  createdAt: string;
  updatedAt: string;
  lastSeq: number;
  lastMessage?: Message;
  members: Member[];
  unreadCount?: number;
  settings?: Settings;
}

export interface Presence {
  userId: string;
  status: 'ONLINE' | 'AWAY' | 'BUSY' | 'INVISIBLE' | 'OFFLINE';
  text?: string;
  lastSeenAt?: string;
  inCall?: boolean;
}

export interface Notification {
  id: string;
  type: string;
  title: string;
  message: string;
  priority: 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT';
  data?: Record<string, unknown>;
  actionUrl?: string;
  isRead: boolean;
  createdAt: string;
}

export interface Failure {
  success: false;
  error: string;
  code: string;
  retryAfterMs?: number;
  field?: string;
}

export type Answer<T = object> = ({ success: true } & T) | Failure;
