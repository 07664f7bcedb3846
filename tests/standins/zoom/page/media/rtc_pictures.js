// Pictures as WebRTC tracks in <video> elements; the media socket carries their negotiation.
import { socketAddress } from "./server_address.js";
import { videoElement } from "./surfaces.js";

const DELAY_PERIOD_MS = 500;

export class RtcPictures {
  constructor({ config }, clock) {
    Object.assign(this, { config, clock });
    this.elements = new Map();
    this.lines = new Map();
    this.tracks = new Map();
    this.queue = Promise.resolve();
  }

  attach(container, userId, share) {
    const node = userId + (share ? 512 : 1);
    const element = videoElement();
    if (share) element.className = "sharee-container__video";
    container.append(element);
    const elements = this.elements.get(node) ?? new Set();
    this.elements.set(node, elements.add(element));
    this.watch();
    this.connect();
    return () => {
      element.srcObject = null;
      element.remove();
      elements.delete(element);
      if (elements.size === 0 && this.elements.get(node) === elements) {
        this.elements.delete(node);
        this.watch();
      }
    };
  }

  watch() {
    const socket = this.open();
    const say = () => socket.send(JSON.stringify({ method: "watch", params: { nodes: [...this.elements.keys()] } }));
    if (socket.readyState === WebSocket.OPEN) say();
    else socket.onopen = say;
  }

  open() {
    if (this.socket) return this.socket;
    const { meetingNumber, conID } = this.config;
    this.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.peer.ontrack = ({ track, transceiver }) => {
      this.tracks.set(transceiver.mid, new MediaStream([track]));
      this.connect();
    };
    this.peer.onicecandidate = ({ candidate }) => this.say("trickle", { candidate });
    this.delays = setInterval(() => {
      for (const receiver of this.peer.getReceivers()) receiver.jitterBufferTarget = Math.min(1000, this.clock.delayMs);
    }, DELAY_PERIOD_MS);
    this.socket = new WebSocket(socketAddress(this.config, `/wc/media/${meetingNumber}`, { type: "v", cid: conID ?? "", mode: 2 }));
    this.socket.onmessage = ({ data }) => {
      const { method, params } = JSON.parse(data);
      if (method === "offer") this.queue = this.queue.then(() => this.answer(params)).catch((problem) => console.warn("pictures", problem.name));
      if (method === "lines") this.assign(params);
    };
    return this.socket;
  }

  async answer(offer) {
    await this.peer.setRemoteDescription(offer);
    await this.peer.setLocalDescription();
    this.say("answer", { desc: this.peer.localDescription.toJSON() });
  }

  assign(lines) {
    this.lines = new Map(Object.entries(lines).map(([mid, node]) => [node, mid]));
    this.connect();
  }

  connect() {
    for (const [node, elements] of this.elements) {
      const stream = this.tracks.get(this.lines.get(node));
      if (!stream) continue;
      for (const element of elements) if (element.srcObject !== stream) element.srcObject = stream;
    }
  }

  say(method, params) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ method, params }));
  }

  close() {
    clearInterval(this.delays);
    if (this.socket) this.socket.onopen = null;
    this.socket?.close();
    this.peer?.close();
    for (const elements of this.elements.values()) for (const element of elements) element.remove();
    this.elements.clear();
  }
}
