// Up to eight people of one conversation, each connected to each. Who joins offers to those who are there.
import { signal } from '@preact/signals';
import type { Connection } from './connection';
import { explainMedia, openMedia, stopMedia } from './media';

const nsp = '/video-calls';

interface Participant {
  userId: string;
  deviceId: string;
  name?: string;
}

export interface Guest extends Participant {
  stream: MediaStream | null;
}

interface Signal {
  description?: RTCSessionDescriptionInit;
  candidate?: RTCIceCandidateInit;
}

export class Conference {
  readonly roomId = signal<string | null>(null);
  readonly guests = signal(new Map<string, Guest>());
  readonly local = signal<MediaStream | null>(null);
  readonly muted = signal(false);
  readonly cameraOff = signal(false);
  readonly problem = signal('');
  private readonly peers = new Map<string, RTCPeerConnection>();
  private iceServers: RTCIceServer[] = [];

  constructor(private readonly connection: Connection) {
    connection.on(nsp, 'connected', () => {
      const room = this.roomId.value;
      if (room) void this.enter(room); // our place was lost with the connection
    });
    connection.on<{ roomId: string; participant: Participant }>(nsp, 'video:participant-joined', ({ roomId, participant }) => {
      if (roomId === this.roomId.value) this.put(participant, null);
    });
    connection.on<{ roomId: string; participant: Participant }>(nsp, 'video:participant-left', ({ roomId, participant }) => {
      if (roomId !== this.roomId.value) return;
      const me = this.connection.me.value;
      if (participant.userId === me?.userId && participant.deviceId === me.deviceId) { // it was not our wish
        this.close();
        this.problem.value = 'You are no longer part of this conference.';
      } else {
        this.drop(keyOf(participant));
      }
    });
    connection.on<{ roomId: string; fromUserId: string; fromDeviceId: string; signal: Signal }>(nsp, 'video:room-signal', (message) => {
      if (message.roomId === this.roomId.value) void this.onSignal({ userId: message.fromUserId, deviceId: message.fromDeviceId }, message.signal);
    });
  }

  async join(roomId: string): Promise<void> {
    if (this.roomId.value) return;
    this.problem.value = '';
    try {
      this.local.value = await openMedia(true);
    } catch (error) {
      this.problem.value = explainMedia(error);
      return;
    }
    await this.enter(roomId);
  }

  leave(): void {
    const roomId = this.roomId.value;
    if (roomId) void this.connection.request(nsp, 'video:room-leave', { roomId });
    this.close();
  }

  toggleMicrophone(): void {
    this.muted.value = !this.muted.value;
    for (const track of this.local.value?.getAudioTracks() ?? []) track.enabled = !this.muted.value;
  }

  toggleCamera(): void {
    this.cameraOff.value = !this.cameraOff.value;
    for (const track of this.local.value?.getVideoTracks() ?? []) track.enabled = !this.cameraOff.value;
  }

  private async enter(roomId: string): Promise<void> {
    for (const key of [...this.peers.keys()]) this.drop(key);
    const answer = await this.connection.request<{ participants: Participant[]; iceServers: RTCIceServer[] }>(nsp, 'video:room-join', { roomId });
    if (!answer.success) {
      this.close();
      this.problem.value = answer.error;
      return;
    }
    this.roomId.value = roomId;
    this.iceServers = answer.iceServers;
    const me = this.connection.me.value;
    for (const participant of answer.participants) {
      if (participant.userId === me?.userId && participant.deviceId === me.deviceId) continue;
      const peer = this.connect(participant);
      await peer.setLocalDescription(await peer.createOffer());
      this.say(participant, { description: peer.localDescription?.toJSON() as RTCSessionDescriptionInit });
    }
  }

  private connect(participant: Participant): RTCPeerConnection {
    const key = keyOf(participant);
    this.peers.get(key)?.close();
    const peer = new RTCPeerConnection({ iceServers: this.iceServers });
    this.peers.set(key, peer);
    this.put(participant, null);
    const local = this.local.value;
    for (const track of local?.getTracks() ?? []) peer.addTrack(track, local as MediaStream);
    peer.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) this.say(participant, { candidate: candidate.toJSON() });
    });
    peer.addEventListener('track', ({ streams }) => this.put(participant, streams[0] ?? null));
    return peer;
  }

  private async onSignal(from: Participant, message: Signal): Promise<void> {
    const key = keyOf(from);
    if (message.description?.type === 'offer') {
      const peer = this.connect(from);
      await peer.setRemoteDescription(message.description);
      await peer.setLocalDescription(await peer.createAnswer());
      this.say(from, { description: peer.localDescription?.toJSON() as RTCSessionDescriptionInit });
    } else if (message.description) {
      await this.peers.get(key)?.setRemoteDescription(message.description);
    } else if (message.candidate) {
      try {
        await this.peers.get(key)?.addIceCandidate(message.candidate);
      } catch {
        // of a connection that has been replaced meanwhile
      }
    }
  }

  private say(to: Participant, message: Signal): void {
    void this.connection.request(nsp, 'video:room-signal', {
      roomId: this.roomId.value, toUserId: to.userId, toDeviceId: to.deviceId, signal: message,
    });
  }

  private put(participant: Participant, stream: MediaStream | null): void {
    const known = this.guests.value.get(keyOf(participant));
    this.guests.value = new Map(this.guests.value).set(keyOf(participant), {
      ...known, ...participant, name: participant.name ?? known?.name ?? participant.userId, stream: stream ?? known?.stream ?? null,
    });
  }

  private drop(key: string): void {
    this.peers.get(key)?.close();
    this.peers.delete(key);
    const guests = new Map(this.guests.value);
    guests.delete(key);
    this.guests.value = guests;
  }

  private close(): void {
    for (const key of [...this.peers.keys()]) this.drop(key);
    this.guests.value = new Map();
    stopMedia(this.local.value);
    this.local.value = null;
    this.roomId.value = null;
    this.muted.value = this.cameraOff.value = false;
  }
}

const keyOf = (participant: Participant): string => `${participant.userId} ${participant.deviceId}`;
