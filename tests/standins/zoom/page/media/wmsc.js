// The second WebRTC engine: one connection, two lines to send, exactly three to receive.
import { AudioTags } from "./audio_tags.js";
import { watchDelay } from "./playout_clock.js";

const EVENT = 32769;
const OFFER = 1;
const ANSWER = 2;
const ACCEPTED = 3;
const GOODBYE = 4;
const STREAM_REQUEST = 7;
const LINES = 3;

export class Wmsc {
  constructor({ config, send, onNegotiation }, clock) {
    Object.assign(this, { config, send, clock });
    this.tags = new AudioTags();
    this.nodes = new Map();
    this.messages = 0;
    onNegotiation(({ evt, body }) => { if (evt === EVENT && !this.closed) this.take(body); });
  }

  async join() {
    this.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (let line = 0; line < 2; line++) this.peer.addTransceiver("audio", { direction: "sendonly" });
    for (let line = 0; line < LINES; line++) this.peer.addTransceiver("audio", { direction: "recvonly" });
    this.peer.ontrack = ({ track, transceiver, streams }) => this.hear(transceiver.mid, track, streams[0]);
    const connected = new Promise((resolve) => {
      this.peer.onconnectionstatechange = () => this.peer.connectionState === "connected" && resolve();
    });
    this.delays = watchDelay(this.peer, this.clock);
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await gathered(this.peer);
    this.tell({ type: OFFER, sdp: this.peer.localDescription.sdp, sdpEncoding: 0 });
    await connected;
  }

  async take(body) {
    if (body.type === ANSWER) {
      await this.peer.setRemoteDescription({ type: "answer", sdp: body.sdp });
      this.tell({ type: ACCEPTED });
    } else if (body.type === STREAM_REQUEST) {
      for (const { mid, user_id: user } of body.associate ?? []) this.nodes.set(mid, user.node_id);
    }
  }

  hear(mid, track, stream) {
    track.onunmute = () => this.tags.play(mid, stream ?? new MediaStream([track]));
    if (!track.muted) track.onunmute();
  }

  tell(body) {
    const { conID: confID } = this.config;
    this.send(EVENT, { confID, sessionID: 2, peerID: 1, msgID: ++this.messages, ...body });
  }

  close() {
    this.closed = true;
    clearInterval(this.delays);
    if (this.peer) this.tell({ type: GOODBYE, sdp: "" });
    this.peer?.close();
    this.tags.close();
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
  });
}
