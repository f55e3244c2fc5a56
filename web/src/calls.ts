// A call between two: the server owns its state, this side owns the media. A page that was reloaded in the middle of a
// call finds its id in the tab's memory, makes a new peer connection and renegotiates.
import { signal } from '@preact/signals';
import type { Connection } from './connection';
import { explainMedia, openMedia, replaceVideo, stopMedia } from './media';

const nsp = '/video-calls';
const memory = 'mentara.call';
const statsEvery = 10_000;

export type CallPhase = 'calling' | 'ringing' | 'incoming' | 'connecting' | 'active' | 'peer-reconnecting' | 'resuming' | 'ended';

export interface Call {
  callId: string;
  peerId: string;
  phase: CallPhase;
  video: boolean;
  outgoing: boolean;
  since?: number;
  ended?: string;
  peerMedia: { audio: boolean; video: boolean; screen: boolean; hold: boolean };
}

interface IceServers {
  iceServers: RTCIceServer[];
}

type Incoming = { callId: string; fromUserId: string; offer: RTCSessionDescriptionInit; media?: { audio?: boolean; video?: boolean } };

const endings: Record<string, string> = {
  completed: 'The call has ended.', rejected: 'The call was declined.', cancelled: 'The call was cancelled.',
  missed: 'Nobody answered.', busy: 'Busy in another call.', failed: 'The call failed.', peer_lost: 'The connection to the other side was lost.',
};

export class Calls {
  readonly current = signal<Call | null>(null);
  readonly local = signal<MediaStream | null>(null);
  readonly remote = signal<MediaStream | null>(null);
  readonly muted = signal(false);
  readonly cameraOff = signal(false);
  readonly sharing = signal(false);
  readonly problem = signal('');
  private peer: RTCPeerConnection | null = null;
  private offer: RTCSessionDescriptionInit | null = null;
  private early: RTCIceCandidateInit[] = [];
  private camera: MediaStreamTrack | null = null;
  private iceServers: RTCIceServer[] = [];
  private statsTimer = 0;

  constructor(private readonly connection: Connection, private readonly myId: () => string) {
    connection.on(nsp, 'connected', () => void this.onConnected());
    connection.on<Incoming>(nsp, 'video:incoming-call', (incoming) => this.onIncoming(incoming));
    this.onCall<{ callId: string }>('video:ringing', () => this.update({ phase: 'ringing' }));
    this.onCall<{ callId: string; answer: RTCSessionDescriptionInit }>('video:answer-received', ({ answer }) => void this.onAnswer(answer));
    this.onCall<{ callId: string; candidate?: RTCIceCandidateInit; candidates?: RTCIceCandidateInit[] }>('video:ice-candidate', (candidate) => {
      for (const each of candidate.candidates ?? (candidate.candidate ? [candidate.candidate] : [])) void this.addCandidate(each);
    });
    this.onCall<{ callId: string; description: RTCSessionDescriptionInit; restart?: boolean }>('video:renegotiate', (news) =>
      void this.onRenegotiate(news.description));
    this.onCall<{ callId: string; audio: boolean; video: boolean; screen: boolean; hold: boolean }>('video:media-state', (state) =>
      this.update({ peerMedia: { audio: state.audio, video: state.video, screen: state.screen, hold: state.hold } }));
    this.onCall<{ callId: string }>('video:peer-reconnecting', () => this.update({ phase: 'peer-reconnecting' }));
    this.onCall<{ callId: string }>('video:peer-reconnected', () => this.update({ phase: 'active' }));
    this.onCall<{ callId: string }>('video:answered-elsewhere', () => this.end('Answered on another device.'));
    for (const event of ['video:call-rejected', 'video:call-ended', 'video:call-missed']) {
      this.onCall<{ callId: string; reason?: string }>(event, ({ reason }) => this.end(endings[reason ?? 'completed'] ?? 'The call has ended.'));
    }
  }

  async call(peerId: string, video: boolean): Promise<void> {
    if (this.current.value && this.current.value.phase !== 'ended') return;
    const callId = crypto.randomUUID();
    this.begin({ callId, peerId, phase: 'calling', video, outgoing: true });
    if (!(await this.open(video))) return;
    const peer = await this.connect();
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await this.connection.request(nsp, 'video:offer', {
      callId, fromUserId: this.myId(), toUserId: peerId, offer: peer.localDescription?.toJSON(), media: { audio: true, video },
    });
    if (!answer.success) this.end(answer.error);
    else this.remember();
  }

  async accept(video: boolean): Promise<void> {
    const call = this.current.value;
    if (call?.phase !== 'incoming' || !this.offer) return;
    this.update({ phase: 'connecting', video });
    if (!(await this.open(video))) {
      void this.connection.request(nsp, 'video:reject-call', { callId: call.callId, reason: 'failed' });
      return;
    }
    const peer = await this.connect();
    await peer.setRemoteDescription(this.offer);
    await peer.setLocalDescription(await peer.createAnswer());
    const answer = await this.connection.request(nsp, 'video:answer', {
      callId: call.callId, fromUserId: this.myId(), toUserId: call.peerId, answer: peer.localDescription?.toJSON(),
    });
    if (!answer.success) this.end(answer.error);
    else this.remember();
    await this.takeEarly();
  }

  // Declines, cancels or ends it, whichever is the case.
  hangUp(): void {
    const call = this.current.value;
    if (!call) return;
    if (call.phase === 'ended') {
      this.current.value = null;
      return;
    }
    const event = call.phase === 'incoming' ? 'video:reject-call'
      : call.outgoing && (call.phase === 'calling' || call.phase === 'ringing') ? 'video:cancel-call' : 'video:end-call';
    void this.connection.request(nsp, event, { callId: call.callId });
    this.end('');
    this.current.value = null;
  }

  toggleMicrophone(): void {
    this.muted.value = !this.muted.value;
    for (const track of this.local.value?.getAudioTracks() ?? []) track.enabled = !this.muted.value;
    this.tellMedia();
  }

  toggleCamera(): void {
    this.cameraOff.value = !this.cameraOff.value;
    if (this.camera) this.camera.enabled = !this.cameraOff.value;
    this.tellMedia();
  }

  async toggleScreen(): Promise<void> {
    if (!this.peer) return;
    let track = this.camera;
    if (!this.sharing.value) {
      try {
        const screen = await navigator.mediaDevices.getDisplayMedia({ video: true });
        track = screen.getVideoTracks()[0] ?? null;
      } catch {
        return; // the person thought better of it
      }
      track?.addEventListener('ended', () => this.sharing.value && void this.toggleScreen());
    }
    const added = await replaceVideo([this.peer], track);
    this.sharing.value = !this.sharing.value;
    const audio = this.local.value?.getAudioTracks() ?? [];
    this.local.value = new MediaStream(track ? [...audio, track] : audio);
    this.tellMedia();
    if (added) await this.renegotiate(false);
  }

  private onCall<T extends { callId: string }>(event: string, handler: (data: T) => void): void {
    this.connection.on<T>(nsp, event, (data) => {
      if (data.callId === this.current.value?.callId) handler(data);
    });
  }

  private begin(call: Omit<Call, 'peerMedia'>): void {
    this.problem.value = '';
    this.early = [];
    this.muted.value = this.cameraOff.value = this.sharing.value = false;
    this.current.value = { ...call, peerMedia: { audio: true, video: call.video, screen: false, hold: false } };
  }

  private update(changes: Partial<Call>): void {
    if (this.current.value) this.current.value = { ...this.current.value, ...changes };
  }

  private onIncoming({ callId, fromUserId, offer, media }: Incoming): void {
    const call = this.current.value;
    if (call && call.phase !== 'ended') return; // the server has told the caller that we are busy, or tells it again
    this.offer = offer;
    this.begin({ callId, peerId: fromUserId, phase: 'incoming', video: media?.video ?? true, outgoing: false });
  }

  private async onConnected(): Promise<void> {
    const answer = await this.connection.request<IceServers>(nsp, 'video:ice-servers');
    if (answer.success) this.iceServers = answer.iceServers;
    const call = this.current.value;
    if (call && (call.phase === 'active' || call.phase === 'connecting')) {
      await this.renegotiate(true); // the network may be another one now
      return;
    }
    const remembered = sessionStorage.getItem(memory);
    if (remembered && !call) await this.resume(JSON.parse(remembered) as { callId: string; peerId: string; video: boolean });
  }

  private async resume({ callId, peerId, video }: { callId: string; peerId: string; video: boolean }): Promise<void> {
    this.begin({ callId, peerId, phase: 'resuming', video, outgoing: false });
    if (!(await this.open(video))) return;
    await this.connect();
    await this.renegotiate(true);
  }

  private async open(video: boolean): Promise<boolean> {
    try {
      const stream = await openMedia(video);
      this.local.value = stream;
      this.camera = stream.getVideoTracks()[0] ?? null;
      return true;
    } catch (error) {
      const call = this.current.value;
      this.end(explainMedia(error));
      if (call?.outgoing === false && call.phase === 'resuming') sessionStorage.removeItem(memory);
      return false;
    }
  }

  private async connect(): Promise<RTCPeerConnection> {
    this.peer?.close();
    const peer = new RTCPeerConnection({ iceServers: this.iceServers });
    this.peer = peer;
    const local = this.local.value;
    for (const track of local?.getTracks() ?? []) peer.addTrack(track, local as MediaStream);
    if (local && local.getVideoTracks().length === 0) peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addEventListener('icecandidate', ({ candidate }) => {
      const call = this.current.value;
      if (!candidate || !call) return;
      void this.connection.request(nsp, 'video:ice-candidate', {
        callId: call.callId, fromUserId: this.myId(), toUserId: call.peerId, candidate: candidate.toJSON(),
      });
    });
    peer.addEventListener('track', ({ track, streams }) => {
      this.remote.value = streams[0] ?? new MediaStream([...(this.remote.value?.getTracks() ?? []), track]);
    });
    peer.addEventListener('connectionstatechange', () => {
      if (peer !== this.peer) return;
      if (peer.connectionState === 'connected') {
        this.update({ phase: 'active', since: this.current.value?.since ?? Date.now() });
        this.reportStats();
      }
      if (peer.connectionState === 'failed' && this.current.value?.outgoing) void this.renegotiate(true);
    });
    return peer;
  }

  private async onAnswer(answer: RTCSessionDescriptionInit): Promise<void> {
    this.update({ phase: 'connecting' });
    await this.peer?.setRemoteDescription(answer);
    await this.takeEarly();
  }

  private async renegotiate(restart: boolean): Promise<void> {
    const call = this.current.value;
    if (!this.peer || !call) return;
    await this.peer.setLocalDescription(await this.peer.createOffer({ iceRestart: restart }));
    const answer = await this.connection.request(nsp, 'video:renegotiate', {
      callId: call.callId, description: this.peer.localDescription?.toJSON(), restart,
    });
    if (!answer.success && (answer.code === 'not_found' || answer.code === 'conflict')) this.end('The call has ended.');
  }

  private async onRenegotiate(description: RTCSessionDescriptionInit): Promise<void> {
    let peer = this.peer;
    if (!peer) return;
    if (description.type === 'answer') {
      if (peer.signalingState === 'have-local-offer') await peer.setRemoteDescription(description);
      await this.takeEarly();
      return;
    }
    // An offer of another session: the other page was loaded anew, and what we had with the old one is gone.
    const known = peer.remoteDescription && sessionOf(peer.remoteDescription.sdp);
    if (known && known !== sessionOf(description.sdp ?? '')) peer = await this.connect();
    if (peer.signalingState === 'have-local-offer') {
      if (this.current.value?.outgoing) return; // both offered at once: the caller's stands
      await peer.setLocalDescription({ type: 'rollback' });
    }
    await peer.setRemoteDescription(description);
    await peer.setLocalDescription(await peer.createAnswer());
    await this.connection.request(nsp, 'video:renegotiate', {
      callId: this.current.value?.callId, description: peer.localDescription?.toJSON(),
    });
    await this.takeEarly();
  }

  private async addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.peer?.remoteDescription) {
      this.early.push(candidate);
      return;
    }
    try {
      await this.peer.addIceCandidate(candidate);
    } catch {
      // of a description that has been replaced meanwhile
    }
  }

  private async takeEarly(): Promise<void> {
    const early = this.early;
    this.early = [];
    for (const candidate of early) await this.addCandidate(candidate);
  }

  private tellMedia(): void {
    const call = this.current.value;
    if (!call) return;
    void this.connection.request(nsp, 'video:media-state', {
      callId: call.callId, audio: !this.muted.value, video: !this.cameraOff.value && this.camera !== null, screen: this.sharing.value, hold: false,
    });
  }

  private reportStats(): void {
    if (this.statsTimer) return;
    this.statsTimer = window.setInterval(() => void this.sendStats(), statsEvery);
  }

  private async sendStats(): Promise<void> {
    const call = this.current.value;
    if (!this.peer || !call) return;
    const report: Record<string, number> = {};
    (await this.peer.getStats()).forEach((entry: { type: string; kind?: string; framesDecoded?: number; packetsLost?: number; jitter?: number }) => {
      if (entry.type !== 'inbound-rtp') return;
      if (entry.framesDecoded !== undefined) report['framesDecoded'] = entry.framesDecoded;
      if (entry.packetsLost !== undefined) report[`${entry.kind}PacketsLost`] = entry.packetsLost;
      if (entry.jitter !== undefined) report[`${entry.kind}Jitter`] = entry.jitter;
    });
    void this.connection.request(nsp, 'video:stats', { callId: call.callId, report });
  }

  private remember(): void {
    const call = this.current.value;
    if (call) sessionStorage.setItem(memory, JSON.stringify({ callId: call.callId, peerId: call.peerId, video: call.video }));
  }

  private end(why: string): void {
    sessionStorage.removeItem(memory);
    window.clearInterval(this.statsTimer);
    this.statsTimer = 0;
    this.peer?.close();
    this.peer = null;
    stopMedia(this.local.value);
    this.camera?.stop();
    this.camera = null;
    this.local.value = this.remote.value = null;
    // What was never answered leaves nothing to look at: a missed call stays as a notification.
    if (this.current.value?.phase === 'incoming') this.current.value = null;
    else this.update({ phase: 'ended', ended: why });
  }
}

// The id of the session in the o= line, which a new page has another of.
function sessionOf(sdp: string): string {
  return /^o=\S+ (\d+)/m.exec(sdp)?.[1] ?? '';
}
