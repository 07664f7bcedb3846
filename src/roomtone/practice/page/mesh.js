// One RTCPeerConnection to each other participant: three media lines, voice, camera and share.
class Peer {
  constructor(id, { send, devices, received }) {
    Object.assign(this, { id, send, devices, received });
    this.waiting = [];
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate) send({ type: "signal", to: id, candidate: candidate.toJSON() });
    });
    this.connection.addEventListener("track", ({ track, streams }) => {
      for (const stream of streams.length ? streams : [new MediaStream([track])]) received(id, stream);
    });
  }

  async offer() {
    for (const kind of ["audio", "video", "video"]) this.connection.addTransceiver(kind, { direction: "sendrecv" });
    await this.lend();
    await this.describe();
  }

  async take({ description, candidate }) {
    if (description) {
      await this.connection.setRemoteDescription(description);
      for (const early of this.waiting.splice(0)) await this.connection.addIceCandidate(early);
      if (description.type === "offer") {
        await this.lend();
        await this.describe();
      }
    } else if (candidate && this.connection.remoteDescription) {
      await this.connection.addIceCandidate(candidate);
    } else if (candidate) {
      this.waiting.push(candidate);
    }
  }

  async describe() {
    await this.connection.setLocalDescription();
    this.send({ type: "signal", to: this.id, description: this.connection.localDescription.toJSON() });
  }

  // Put our tracks on the three lines; a line without a track stays and sends nothing.
  async lend() {
    const { main, share } = this.devices;
    const tracks = this.devices.tracks();
    const lines = this.connection.getTransceivers();
    for (const [place, stream] of [main, main, share].entries()) {
      const line = lines[place];
      if (!line) continue;
      line.direction = "sendrecv";
      line.sender.setStreams(stream);
      if (line.sender.track !== tracks[place]) await line.sender.replaceTrack(tracks[place]);
    }
  }
}

export class Mesh {
  constructor(options) {
    this.options = options;
    this.peers = new Map();
    this.queues = new Map();
    options.devices.onTracks = () => { for (const id of this.peers.keys()) this.queue(id, (peer) => peer.lend()); };
  }

  call(id) {
    this.queue(id, (peer) => peer.offer());
  }

  take(message) {
    this.queue(message.from, (peer) => peer.take(message));
  }

  hangUp(id) {
    this.peers.get(id)?.connection.close();
    this.peers.delete(id);
    this.queues.delete(id);
  }

  // Steps of one connection run one after the other; a failed one is not the end of the others.
  queue(id, step) {
    if (!this.peers.has(id)) this.peers.set(id, new Peer(id, this.options));
    const peer = this.peers.get(id);
    const next = (this.queues.get(id) ?? Promise.resolve())
      .then(() => (peer.connection.signalingState === "closed" ? undefined : step(peer)))
      .catch((problem) => console.warn("connection step failed", problem.name));
    this.queues.set(id, next);
  }

  close() {
    for (const id of [...this.peers.keys()]) this.hangUp(id);
  }
}
