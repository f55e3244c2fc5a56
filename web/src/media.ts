// The person's camera, microphone and screen.
export async function openMedia(video: boolean): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: video && { width: 1280, height: 720 } });
  } catch (error) {
    if (!video) throw error;
    return navigator.mediaDevices.getUserMedia({ audio: true }); // no camera: at least a voice
  }
}

export function stopMedia(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export function explainMedia(error: unknown): string {
  if (!(error instanceof Error)) return 'The microphone cannot be used.';
  if (error.name === 'NotAllowedError') return 'The browser may not use the microphone or camera: allow it, then call again.';
  if (error.name === 'NotFoundError') return 'There is no microphone on this device.';
  return `The microphone or camera cannot be used: ${error.message}`;
}

// Puts another picture (camera, screen) into what is being sent.
export async function replaceVideo(peers: Iterable<RTCPeerConnection>, track: MediaStreamTrack | null): Promise<boolean> {
  let added = false;
  for (const peer of peers) {
    const sender = peer.getTransceivers().find((each) => each.receiver.track.kind === 'video')?.sender;
    if (sender) await sender.replaceTrack(track);
    else if (track) {
      peer.addTrack(track);
      added = true;
    }
  }
  return added;
}
