import { useState } from 'preact/hooks';
import { panel } from './app';
import { useModel } from './model';
import { Avatar, Dialog, IconButton, when } from './parts';
import { signOut } from './session';
import type { SearchHit } from './messaging';
import type { Conversation } from './types';

export function Sidebar() {
  const { messaging, notifications } = useModel();
  const [creating, setCreating] = useState(false);
  const [showArchived, setShowArchived] = useState(false);
  const [query, setQuery] = useState('');
  const all = messaging.sorted.value;
  const shown = all.filter((conversation) => (conversation.settings?.archived ?? false) === showArchived);
  const archived = all.length - all.filter((conversation) => !conversation.settings?.archived).length;
  return (
    <nav class="sidebar" aria-label="Conversations">
      <Me />
      <div class="tools">
        <SearchBox query={query} setQuery={setQuery} />
        <span class="badged">
          <IconButton icon="bell" label={`Notifications, ${notifications.count.value} unread`} active={panel.value === 'notifications'}
            onClick={() => toggle('notifications')} />
          {notifications.count.value > 0 && <span class="badge" aria-hidden="true">{notifications.count.value}</span>}
        </span>
        <IconButton icon="code" label="Event inspector" active={panel.value === 'inspector'} onClick={() => toggle('inspector')} />
      </div>
      {query ? <SearchResults query={query} /> : (
        <ul class="conversations">
          {shown.map((conversation) => <Row conversation={conversation} key={conversation.id} />)}
          {shown.length === 0 && <li class="quiet pad">{showArchived ? 'Nothing is archived.' : 'No conversations yet.'}</li>}
        </ul>
      )}
      <div class="foot">
        <button class="primary" onClick={() => setCreating(true)}>New conversation</button>
        {(archived > 0 || showArchived) && (
          <button class="ghost" onClick={() => setShowArchived(!showArchived)}>{showArchived ? 'Back' : `Archived (${archived})`}</button>
        )}
      </div>
      {creating && <NewConversation onClose={() => setCreating(false)} />}
    </nav>
  );
}

function toggle(which: 'notifications' | 'inspector'): void {
  panel.value = panel.value === which ? 'none' : which;
}

function Me() {
  const { connection, messaging, push } = useModel();
  const me = connection.me.value;
  const state = connection.state.value;
  const text = {
    online: 'Connected', connecting: 'Connecting…', 'catching-up': 'Catching up…',
    offline: state.kind === 'offline' ? `No connection (${state.why}). Trying again…` : '',
  }[state.kind];
  const name = me?.user.name ?? me?.userId ?? '…';
  return (
    <header class="me">
      <Avatar name={name} id={me?.userId ?? ''} />
      <div class="grow">
        <strong>{name}</strong>
        <span class={`connection ${state.kind}`} role="status">{text}</span>
      </div>
      <label class="hidden" for="presence">How others see you</label>
      <select id="presence" onChange={(event) => messaging.setPresence(event.currentTarget.value)}>
        <option value="ONLINE">Online</option>
        <option value="AWAY">Away</option>
        <option value="BUSY">Busy</option>
        <option value="INVISIBLE">Invisible</option>
      </select>
      <IconButton icon="exit" label="Sign out" onClick={() => void push.forget().finally(() => signOut())} />
    </header>
  );
}

function Row({ conversation }: { conversation: Conversation }) {
  const { messaging, myId } = useModelRow();
  const other = conversation.type === 'DIRECT' ? conversation.members.find((member) => member.userId !== myId) : undefined;
  const title = messaging.titleOf(conversation);
  const typing = [...(messaging.typing.value.get(conversation.id) ?? [])];
  const last = conversation.lastMessage;
  const unread = conversation.unreadCount ?? 0;
  const preview = typing.length > 0 ? 'typing…' : last ? (last.isDeleted ? 'Message deleted' : last.content || 'Attachment') : 'No messages yet';
  return (
    <li>
      <button class="row" aria-current={messaging.openId.value === conversation.id} onClick={() => void messaging.select(conversation.id)}>
        <Avatar name={title} id={other?.userId ?? conversation.id} presence={other && messaging.presence.value.get(other.userId)} />
        <span class="grow">
          <span class="line">
            <span class="title">{conversation.settings?.pinned ? '📌 ' : ''}{title}{conversation.settings?.muted ? ' 🔕' : ''}</span>
            <time>{when(last?.createdAt ?? conversation.createdAt)}</time>
          </span>
          <span class="line">
            <span class={`preview${typing.length > 0 ? ' typing' : ''}`}>{preview}</span>
            {unread > 0 && <span class="badge">{unread}<span class="hidden"> unread</span></span>}
          </span>
        </span>
      </button>
    </li>
  );
}

function useModelRow() {
  const model = useModel();
  return { messaging: model.messaging, myId: model.myId() };
}

function SearchBox({ query, setQuery }: { query: string; setQuery: (query: string) => void }) {
  return (
    <input type="search" class="grow" aria-label="Search messages" placeholder="Search messages" value={query}
      onInput={(event) => setQuery(event.currentTarget.value)} />
  );
}

function SearchResults({ query }: { query: string }) {
  const { messaging } = useModel();
  const [found, setFound] = useState<{ query: string; hits: SearchHit[]; problem: string }>({ query: '', hits: [], problem: '' });
  if (found.query !== query) {
    setFound({ ...found, query });
    setTimeout(async () => {
      const answer = await messaging.search(query);
      setFound((now) => now.query !== query ? now
        : { query, hits: answer.success ? answer.messages : [], problem: answer.success ? '' : answer.error });
    }, 200);
  }
  return (
    <ul class="conversations" aria-label="Search results">
      {found.problem && <li class="failure pad">{found.problem}</li>}
      {!found.problem && found.hits.length === 0 && <li class="quiet pad">Nothing found.</li>}
      {found.hits.map((hit) => (
        <li key={hit.id}>
          <button class="row" onClick={() => void messaging.loadAround(hit.conversationId, hit.seq)}>
            <span class="grow">
              <span class="line"><span class="title">{hit.sender?.name ?? hit.senderId}</span><time>{when(hit.createdAt)}</time></span>
              <span class="preview">{hit.snippet ?? hit.content}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function NewConversation({ onClose }: { onClose: () => void }) {
  const { messaging } = useModel();
  const [people, setPeople] = useState('');
  const [title, setTitle] = useState('');
  const [problem, setProblem] = useState('');
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const ids = people.split(/[\s,]+/).filter(Boolean);
    const failure = await messaging.create(ids, title.trim());
    if (failure) setProblem(failure);
    else onClose();
  };
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <form onSubmit={(event) => void create(event)}>
        <label for="people">With whom (user ids, with commas between)</label>
        <input id="people" value={people} onInput={(event) => setPeople(event.currentTarget.value)} placeholder="bob, carol" autocomplete="off" />
        <label for="title">Title (makes it a group)</label>
        <input id="title" value={title} onInput={(event) => setTitle(event.currentTarget.value)} maxLength={200} autocomplete="off" />
        {problem && <p class="failure" role="alert">{problem}</p>}
        <button class="primary" type="submit">Begin</button>
      </form>
    </Dialog>
  );
}
