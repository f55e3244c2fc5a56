// Small things that several views show.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Presence } from './types';

export function Avatar({ name, id, presence }: { name: string; id: string; presence?: Presence | undefined }) {
  const initials = name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]?.toUpperCase()).join('');
  let hue = 0;
  for (const character of id) hue = (hue * 31 + character.charCodeAt(0)) % 360;
  const status = presence?.status.toLowerCase();
  return (
    <span class="avatar" style={{ '--hue': String(hue) }} aria-hidden="true">
      {initials || '?'}
      {status && <span class={`dot ${presence?.inCall ? 'in-call' : status}`} />}
    </span>
  );
}

export function statusText(presence: Presence | undefined): string {
  if (!presence) return '';
  if (presence.inCall) return 'in a call';
  if (presence.text) return presence.text;
  if (presence.status === 'OFFLINE' && presence.lastSeenAt) return `last seen ${when(presence.lastSeenAt)}`;
  return presence.status.toLowerCase();
}

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"
      stroke-linejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

const paths = {
  bell: 'M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9m4 10.5a2 2 0 0 0 4 0',
  phone: 'M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1C10.7 20 4 13.3 4 5a1 1 0 0 1 1-1',
  video: 'M3 7h12v10H3zm12 3.5 6-3.5v10l-6-3.5',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7m-6.5 9c0-4 2.5-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5m2 3.5c2.5.700 3.5 2.5 3.5 5.5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13m5-2 5 5',
  send: 'M4 12 3 4l18 8-18 8zm0 0h8',
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-3-3L14 7',
  reply: 'M9 7l-5 5 5 5m-5-5h9c4 0 7 2 7 6',
  edit: 'M4 20l1-5L16 4l4 4L9 19z',
  trash: 'M4 7h16M9 7V4h6v3m-8 0 1 13h8l1-13',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.5 14.5c2 2.5 5 2.5 7 0M9 9.5v.5m6-.5v.5',
  more: 'M5 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6m7 0a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6m7 0a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6',
  code: 'M8 7l-5 5 5 5m8-10 5 5-5 5M13.5 5l-3 14',
  mic: 'M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3m-7-4a7 7 0 0 0 14 0m-7 7v3',
  micOff: 'M4 4l16 16M9 9v3a3 3 0 0 0 5 2M15 9V6a3 3 0 0 0-6-.5M5 11a7 7 0 0 0 11 5.5M19 11v1m-7 6v3',
  camera: 'M3 7h12v10H3zm12 3.5 6-3.5v10l-6-3.5',
  cameraOff: 'M3 3l18 18M3 7h3m4 0h5v5m0 3v2H3V7m12 3.5 6-3.5v10l-3-1.7',
  screen: 'M3 5h18v11H3zm6 15h6m-3-4v4',
  hangUp: 'M3 14c4-5 14-5 18 0l-3 3-3.5-2v-2.5a10 10 0 0 0-5 0V15L6 17z',
  check: 'M5 12.5l4.5 4.5L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  pin: 'M9 4h6l-1 7 3 3H7l3-3zm3 10v6',
  exit: 'M14 4h5v16h-5M4 12h10m-4-4 4 4-4 4',
} as const;

export function IconButton({ icon, label, onClick, active, kind }: {
  icon: keyof typeof paths; label: string; onClick: () => void; active?: boolean; kind?: string;
}) {
  return (
    <button class={`icon-button ${kind ?? ''}`} aria-label={label} title={label} aria-pressed={active} onClick={onClick} type="button">
      <Icon name={icon} />
    </button>
  );
}

// A window above the page that holds the keyboard and closes with Escape.
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog ref={element} onClose={onClose} aria-label={title} onClick={(event) => event.target === element.current && onClose()}>
      <header>
        <h2>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      {children}
    </dialog>
  );
}

export function when(iso: string): string {
  const time = new Date(iso);
  const today = new Date();
  const clock = time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return time.toDateString() === today.toDateString() ? clock : `${time.toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${clock}`;
}

export function dayOf(iso: string): string {
  const time = new Date(iso);
  if (time.toDateString() === new Date().toDateString()) return 'Today';
  return time.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}
