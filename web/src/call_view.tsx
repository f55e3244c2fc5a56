import { useEffect, useRef, useState } from 'preact/hooks';
import { useModel } from './model';
import { Avatar, Dialog, IconButton } from './parts';

export function Video({ stream, label, muted, mirrored }: { stream: MediaStream | null; label: string; muted?: boolean; mirrored?: boolean }) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current && element.current.srcObject !== stream) element.current.srcObject = stream;
  }, [stream]);
  return <video ref={element} autoplay playsInline muted={muted} class={mirrored ? 'mirrored' : ''} aria-label={label} />;
}

const phases = {
  calling: 'Calling…', ringing: 'Ringing…', incoming: '', connecting: 'Connecting…', active: '',
  'peer-reconnecting': 'The other side is reconnecting…', resuming: 'Coming back into the call…', ended: '',
};

export function CallView() {
  const { calls, messaging, connection } = useModel();
  const call = calls.current.value;
  if (!call) return null;
  const name = messaging.nameOf(call.peerId);
  if (call.phase === 'incoming') {
    return (
      <Dialog title={`${name} is calling`} onClose={() => calls.hangUp()}>
        <div class="incoming">
          <Avatar name={name} id={call.peerId} />
          <p>{call.video ? 'Video call' : 'Call'}</p>
          <div class="buttons">
            <button class="primary" onClick={() => void calls.accept(call.video)}>Answer</button>
            {call.video && <button onClick={() => void calls.accept(false)}>Without video</button>}
            <button class="danger" onClick={() => calls.hangUp()}>Decline</button>
          </div>
        </div>
      </Dialog>
    );
  }
  const offline = connection.state.value.kind === 'offline';
  const hasPicture = calls.remote.value?.getVideoTracks().some((track) => track.readyState === 'live') && (call.peerMedia.video || call.peerMedia.screen);
  return (
    <section class="call" aria-label={`Call with ${name}`} data-phase={call.phase}>
      <Video stream={calls.remote.value} label={`${name}'s picture`} />
      {!hasPicture && <div class="no-picture"><Avatar name={name} id={call.peerId} /></div>}
      <div class="call-top">
        <strong>{name}</strong>
        <span role="status">
          {call.phase === 'ended' ? call.ended : offline ? 'No connection to the server; the call goes on.' : phases[call.phase] || <Elapsed since={call.since} />}
          {!call.peerMedia.audio && call.phase === 'active' ? ' · muted' : ''}
          {call.peerMedia.screen && call.phase === 'active' ? ' · shares the screen' : ''}
        </span>
      </div>
      <div class="self"><Video stream={calls.local.value} label="Your own picture" muted mirrored={!calls.sharing.value} /></div>
      <div class="call-buttons">
        {call.phase !== 'ended' && (
          <>
            <IconButton icon={calls.muted.value ? 'micOff' : 'mic'} label={calls.muted.value ? 'Unmute' : 'Mute'} active={calls.muted.value} onClick={() => calls.toggleMicrophone()} />
            <IconButton icon={calls.cameraOff.value ? 'cameraOff' : 'camera'} label={calls.cameraOff.value ? 'Camera on' : 'Camera off'} active={calls.cameraOff.value} onClick={() => calls.toggleCamera()} />
            <IconButton icon="screen" label={calls.sharing.value ? 'Stop sharing the screen' : 'Share the screen'} active={calls.sharing.value} onClick={() => void calls.toggleScreen()} />
          </>
        )}
        <IconButton icon={call.phase === 'ended' ? 'close' : 'hangUp'} label={call.phase === 'ended' ? 'Close' : 'Hang up'} kind="danger" onClick={() => calls.hangUp()} />
      </div>
    </section>
  );
}

function Elapsed({ since }: { since: number | undefined }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - (since ?? now)) / 1000));
  return <>{`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`}</>;
}
