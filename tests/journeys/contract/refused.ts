// What a client's author is told before he runs anything: each of these lines is wrong, and the compiler must say so.
import { io, type Socket } from 'socket.io-client';

import type { MessagingClientEvents, MessagingServerEvents, RestRequests } from '../../../docs/contract/contract.js';

const socket: Socket<MessagingServerEvents, MessagingClientEvents> = io('http://localhost:3001/messaging');

// @ts-expect-error there is no such event
socket.emit('message:sned', { conversationId: 'c', content: 'x' });
// @ts-expect-error a required field is missing
socket.emit('message:send', { content: 'x' });
// @ts-expect-error a field has the wrong type
socket.emit('message:read', { conversationId: 'c', seq: '1' });
// @ts-expect-error this word is none of the enumeration's
socket.emit('message:send', { conversationId: 'c', content: 'x', messageType: 'SMELL' });
// @ts-expect-error whether it succeeded is asked first
socket.emit('message:send', { conversationId: 'c', content: 'x' }, (answer) => answer.message.seq);
// @ts-expect-error an event of the server has no such field
socket.on('message', (message) => message.txet);

type Send = RestRequests['POST /api/messaging/conversations/{conversationId}/messages'];
// @ts-expect-error REST asks for the same fields
export const request: Send['request'] = { conversationId: 'c', content: 7 };
