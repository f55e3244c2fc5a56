import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useModel } from './model';
import { Avatar, dayOf, Dialog, Icon, IconButton, statusText, when } from './parts';
import type { Outgoing } from './messaging';
import type { Attachment, Conversation, Message } from './types';

const emojis = ['👍', '❤️', '😂', '🎉', '😮', '🙏'];
const typingEvery = 3000;

export function Chat({ conversation }: { conversation: Conversation }) {
  const { messaging } = useModel();
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);
  return (
    <section class="chat" aria-label={messaging.titleOf(conversation)}>
      <Header conversation={conversation} />
      <Timeline conversation={conversation} onReply={setReplyTo} onEdit={setEditing} />
      <Composer conversation={conversation} replyTo={replyTo} editing={editing}
        onDone={() => {
          setReplyTo(null);
          setEditing(null);
        }} />
    </section>
  );
}

function Header({ conversation }: { conversation: Conversation }) {
  const model = useModel();
  const { messaging, calls, conference } = model;
  const [details, setDetails] = useState(false);
  const other = conversation.type === 'DIRECT' ? conversation.members.find((member) => member.userId !== model.myId()) : undefined;
  const title = messaging.titleOf(conversation);
  const presence = other && messaging.presence.value.get(other.userId);
  return (
    <header class="chat-header">
      <span class="only-small"><IconButton icon="back" label="Back to the conversations" onClick={() => void messaging.select(null)} /></span>
      <Avatar name={title} id={other?.userId ?? conversation.id} presence={presence} />
      <div class="grow">
        <h1>{title}</h1>
        <span class="quiet">{other ? statusText(presence) : `${conversation.members.length} members`}</span>
      </div>
      {other && <IconButton icon="phone" label={`Call ${title}`} onClick={() => void calls.call(other.userId, false)} />}
      {other && <IconButton icon="video" label={`Video call with ${title}`} onClick={() => void calls.call(other.userId, true)} />}
      {!other && <IconButton icon="people" label="Join the conference" onClick={() => void conference.join(conversation.id)} />}
      <IconButton icon="more" label="Conversation details" onClick={() => setDetails(true)} />
      {details && <Details conversation={conversation} onClose={() => setDetails(false)} />}
    </header>
  );
}

function Details({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const model = useModel();
  const { messaging } = model;
  const [userId, setUserId] = useState('');
  const settings = conversation.settings;
  const isDirect = conversation.type === 'DIRECT';
  const mine = conversation.members.find((member) => member.userId === model.myId());
  return (
    <Dialog title={messaging.titleOf(conversation)} onClose={onClose}>
      <div class="buttons">
        <button onClick={() => messaging.change(conversation.id, 'mute', !settings?.muted)}>{settings?.muted ? 'Unmute' : 'Mute'}</button>
        <button onClick={() => messaging.change(conversation.id, 'pin', !settings?.pinned)}>{settings?.pinned ? 'Unpin' : 'Pin'}</button>
        <button onClick={() => messaging.change(conversation.id, 'archive', !settings?.archived)}>{settings?.archived ? 'Unarchive' : 'Archive'}</button>
        {!isDirect && <button class="danger" onClick={() => (messaging.leave(conversation.id), onClose())}>Leave</button>}
      </div>
      <h3>Members</h3>
      <ul class="members">
        {conversation.members.map((member) => (
          <li key={member.userId}>
            <Avatar name={member.name ?? member.userId} id={member.userId} presence={messaging.presence.value.get(member.userId)} />
            <span class="grow">{member.name ?? member.userId} <span class="quiet">{member.role === 'MEMBER' ? '' : member.role.toLowerCase()}</span></span>
            {member.userId !== model.myId() && <button class="ghost" onClick={() => messaging.block(member.userId)}>Block</button>}
          </li>
        ))}
      </ul>
      {!isDirect && mine?.role !== 'MEMBER' && (
        <form class="inline" onSubmit={(event) => {
          event.preventDefault();
          if (userId.trim()) messaging.addMember(conversation.id, userId.trim());
          setUserId('');
        }}>
          <label class="hidden" for="add-member">User id</label>
          <input id="add-member" placeholder="User id" value={userId} onInput={(event) => setUserId(event.currentTarget.value)} />
          <button type="submit">Add</button>
        </form>
      )}
      <p class="quiet">Id: <code>{conversation.id}</code></p>
    </Dialog>
  );
}

function Timeline({ conversation, onReply, onEdit }: {
  conversation: Conversation; onReply: (message: Message) => void; onEdit: (message: Message) => void;
}) {
  const model = useModel();
  const { messaging } = model;
  const box = useRef<HTMLDivElement>(null);
  const kept = useRef({ height: 0, atEnd: true });
  const timeline = messaging.timelines.value.get(conversation.id);
  const outgoing = messaging.outgoing.value.filter((each) => each.conversationId === conversation.id);
  const typing = [...(messaging.typing.value.get(conversation.id) ?? [])].map((id) => messaging.nameOf(id));
  const messages = timeline?.messages ?? [];

  // New messages keep the end in sight; older ones that were loaded above keep what is seen in place.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (kept.current.atEnd) element.scrollTop = element.scrollHeight;
    else if (element.scrollTop < 80) element.scrollTop += element.scrollHeight - kept.current.height;
    kept.current.height = element.scrollHeight;
  }, [messages.length, outgoing.length, messages[0]?.seq, typing.length]);

  const onScroll = (): void => {
    const element = box.current;
    if (!element) return;
    kept.current = { height: element.scrollHeight, atEnd: element.scrollHeight - element.scrollTop - element.clientHeight < 40 };
    if (element.scrollTop < 80) void messaging.loadOlder(conversation.id);
  };

  return (
    <div class="timeline" ref={box} onScroll={onScroll} tabIndex={0} role="log" aria-label="Messages">
      {timeline?.loading && <p class="quiet centre">Loading…</p>}
      {timeline && !timeline.hasMore && <p class="quiet centre">The conversation begins here.</p>}
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const newDay = !before || dayOf(before.createdAt) !== dayOf(message.createdAt);
        return (
          <div key={message.id}>
            {newDay && <p class="day"><span>{dayOf(message.createdAt)}</span></p>}
            <Bubble message={message} conversation={conversation} onReply={onReply} onEdit={onEdit}
              showSender={conversation.type !== 'DIRECT' && (newDay || before?.senderId !== message.senderId)} />
          </div>
        );
      })}
      {outgoing.map((each) => <Waiting outgoing={each} key={each.clientMessageId} />)}
      {typing.length > 0 && <p class="typing-note" role="status">{typing.join(', ')} {typing.length > 1 ? 'are' : 'is'} typing…</p>}
    </div>
  );
}

function receipt(conversation: Conversation, message: Message): { mark: string; text: string } {
  const others = conversation.members.filter((member) => member.userId !== message.senderId);
  if (others.length > 0 && others.every((member) => member.readSeq >= message.seq)) return { mark: 'read', text: 'Read' };
  if (others.length > 0 && others.every((member) => Math.max(member.deliveredSeq, member.readSeq) >= message.seq)) {
    return { mark: 'delivered', text: 'Delivered' };
  }
  return { mark: 'sent', text: 'Sent' };
}

function Bubble({ message, conversation, showSender, onReply, onEdit }: {
  message: Message; conversation: Conversation; showSender: boolean;
  onReply: (message: Message) => void; onEdit: (message: Message) => void;
}) {
  const model = useModel();
  const { messaging } = model;
  const [choosing, setChoosing] = useState(false);
  const mine = message.senderId === model.myId();
  const state = receipt(conversation, message);
  return (
    <article class={`bubble${mine ? ' mine' : ''}`} data-message={message.id} tabIndex={0}>
      {showSender && !mine && <span class="sender">{message.sender?.name ?? message.senderId}</span>}
      {message.replyTo && <blockquote><strong>{messaging.nameOf(message.replyTo.senderId)}</strong> {message.replyTo.content}</blockquote>}
      {message.isDeleted ? <p class="deleted">This message was deleted.</p> : <p class="content">{message.content}</p>}
      {(message.attachments ?? []).map((attachment) => <AttachmentLink attachment={attachment} key={attachment.url} />)}
      <footer>
        {message.isEdited && <span>edited</span>}
        <time dateTime={message.createdAt}>{when(message.createdAt)}</time>
        {mine && !message.isDeleted && (
          <span class={`receipt ${state.mark}`} title={state.text} aria-label={state.text}>{state.mark === 'sent' ? '✓' : '✓✓'}</span>
        )}
      </footer>
      {(message.reactions?.length ?? 0) > 0 && (
        <div class="reactions">
          {message.reactions?.map((reaction) => (
            <button key={reaction.emoji} aria-pressed={reaction.userIds.includes(model.myId())}
              aria-label={`${reaction.emoji} ${reaction.count}`} onClick={() => messaging.react(message, reaction.emoji)}>
              {reaction.emoji} {reaction.count}
            </button>
          ))}
        </div>
      )}
      {!message.isDeleted && (
        <div class="actions">
          <IconButton icon="smile" label="React" onClick={() => setChoosing(!choosing)} />
          <IconButton icon="reply" label="Reply" onClick={() => onReply(message)} />
          {mine && <IconButton icon="edit" label="Edit" onClick={() => onEdit(message)} />}
          {mine && <IconButton icon="trash" label="Delete" onClick={() => messaging.remove(message)} />}
        </div>
      )}
      {choosing && (
        <div class="emojis" role="group" aria-label="Reactions">
          {emojis.map((emoji) => (
            <button key={emoji} aria-label={`React with ${emoji}`} onClick={() => {
              messaging.react(message, emoji);
              setChoosing(false);
            }}>{emoji}</button>
          ))}
        </div>
      )}
    </article>
  );
}

function AttachmentLink({ attachment }: { attachment: Attachment }) {
  const safe = /^https?:\/\//i.test(attachment.url);
  return (
    <a class="attachment" href={safe ? attachment.url : undefined} target="_blank" rel="noopener noreferrer">
      <Icon name="clip" /> {attachment.name}
    </a>
  );
}

function Waiting({ outgoing }: { outgoing: Outgoing }) {
  const { messaging } = useModel();
  return (
    <article class="bubble mine waiting">
      <p class="content">{outgoing.content}</p>
      <footer>
        {outgoing.failure ? (
          <>
            <span class="failure">{outgoing.failure}</span>
            <button class="ghost" onClick={() => messaging.retry(outgoing)}>Try again</button>
          </>
        ) : <span>Sending…</span>}
      </footer>
    </article>
  );
}

function Composer({ conversation, replyTo, editing, onDone }: {
  conversation: Conversation; replyTo: Message | null; editing: Message | null; onDone: () => void;
}) {
  const { messaging } = useModel();
  const [text, setText] = useState('');
  const [attaching, setAttaching] = useState(false);
  const [attachments, setAttachments] = useState<Attachment[]>([]);
  const input = useRef<HTMLTextAreaElement>(null);
  const lastTyping = useRef(0);
  useEffect(() => {
    if (editing) setText(editing.content);
    if (editing || replyTo) input.current?.focus();
  }, [editing, replyTo]);

  const submit = (): void => {
    const content = text.trim();
    if (!content && attachments.length === 0) return;
    if (editing) messaging.edit(editing, content);
    else messaging.send(conversation.id, content, replyTo ?? undefined, attachments);
    if (lastTyping.current) messaging.setTyping(conversation.id, false);
    lastTyping.current = 0;
    setText('');
    setAttachments([]);
    onDone();
  };
  const onInput = (value: string): void => {
    setText(value);
    if (value && Date.now() - lastTyping.current > typingEvery) {
      lastTyping.current = Date.now();
      messaging.setTyping(conversation.id, true);
    }
  };
  return (
    <form class="composer" onSubmit={(event) => {
      event.preventDefault();
      submit();
    }}>
      {(replyTo || editing) && (
        <div class="about">
          <span class="grow">{editing ? 'Editing' : `Replying to ${messaging.nameOf(replyTo?.senderId ?? '')}`}: {(editing ?? replyTo)?.content.slice(0, 80)}</span>
          <IconButton icon="close" label="Leave it" onClick={() => {
            setText('');
            onDone();
          }} />
        </div>
      )}
      {attachments.length > 0 && (
        <div class="about">
          {attachments.map((attachment) => <span key={attachment.url}>📎 {attachment.name}</span>)}
          <IconButton icon="close" label="Without attachments" onClick={() => setAttachments([])} />
        </div>
      )}
      <div class="line">
        <IconButton icon="clip" label="Attach by address" onClick={() => setAttaching(true)} />
        <textarea ref={input} rows={1} value={text} aria-label="Message" placeholder="Write a message" maxLength={16384}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              submit();
            }
          }} />
        <button class="primary round" type="submit" aria-label="Send"><Icon name="send" /></button>
      </div>
      {attaching && <Attach onClose={() => setAttaching(false)} onAttach={(each) => setAttachments([...attachments, each])} />}
    </form>
  );
}

function Attach({ onClose, onAttach }: { onClose: () => void; onAttach: (attachment: Attachment) => void }) {
  const [url, setUrl] = useState('');
  const attach = (): void => {
    if (!/^https?:\/\/\S+$/i.test(url)) return;
    const name = decodeURIComponent(new URL(url).pathname.split('/').pop() || url);
    onAttach({ url, name, size: 0, mimeType: 'application/octet-stream' });
    onClose();
  };
  return (
    <Dialog title="Attach by address" onClose={onClose}>
      <label for="attachment-url">Address of the file</label>
      <input id="attachment-url" type="url" placeholder="https://example.org/plan.pdf" value={url} onInput={(event) => setUrl(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            attach();
          }
        }} />
      <button class="primary" type="button" onClick={attach}>Attach</button>
    </Dialog>
  );
}
