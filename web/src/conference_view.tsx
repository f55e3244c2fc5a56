import { Video } from './call_view';
import { useModel } from './model';
import { IconButton } from './parts';

export function ConferenceView() {
  const { conference, messaging } = useModel();
  const room = conference.roomId.value;
  if (!room) return null;
  const conversation = messaging.conversations.value.get(room);
  const guests = [...conference.guests.value.values()];
  return (
    <section class="call conference" aria-label="Conference">
      <div class="grid" data-count={guests.length + 1}>
        <figure>
          <Video stream={conference.local.value} label="Your own picture" muted mirrored />
          <figcaption>You{conference.muted.value ? ' (muted)' : ''}</figcaption>
        </figure>
        {guests.map((guest) => (
          <figure key={`${guest.userId} ${guest.deviceId}`}>
            <Video stream={guest.stream} label={`${guest.name ?? guest.userId}'s picture`} />
            <figcaption>{guest.name ?? guest.userId}</figcaption>
          </figure>
        ))}
      </div>
      <div class="call-top">
        <strong>{conversation ? messaging.titleOf(conversation) : 'Conference'}</strong>
        <span role="status">{guests.length === 0 ? 'Nobody else is here yet.' : `${guests.length + 1} people`}</span>
      </div>
      <div class="call-buttons">
        <IconButton icon={conference.muted.value ? 'micOff' : 'mic'} label={conference.muted.value ? 'Unmute' : 'Mute'} active={conference.muted.value} onClick={() => conference.toggleMicrophone()} />
        <IconButton icon={conference.cameraOff.value ? 'cameraOff' : 'camera'} label={conference.cameraOff.value ? 'Camera on' : 'Camera off'} active={conference.cameraOff.value} onClick={() => conference.toggleCamera()} />
        <IconButton icon="hangUp" label="Leave the conference" kind="danger" onClick={() => conference.leave()} />
      </div>
    </section>
  );
}
