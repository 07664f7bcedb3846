// The WebRTC audio bridge: a publisher (us, mute) and a subscriber (everybody else, a line each).
import { AudioTags } from "./audio_tags.js";
import { watchDelay } from "./playout_clock.js";
import { socketAddress } from "./server_address.js";

const PING_MS = 2000;
const PUBLISHER = 1;
const SUBSCRIBER = 0;

export class Bridge {
  constructor({ config }, clock) {
    this.config = config;
    this.clock = clock;
    this.tags = new AudioTags();
    this.waiting = new Map();
    this.early = [];
    this.queue = Promise.resolve();
    this.nextId = 1;
  }

  async join() {
    const { config } = this;
    const query = { rwg: config.rwg ?? "", cid: config.conID ?? "", token: config.ABtoken ?? "", prob: 0 };
    this.socket = new WebSocket(socketAddress(config, "/ab/signal", query));
    this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    await new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = () => reject(new Error("bridge unreachable"));
    });
    await this.call("ping");
    this.pings = setInterval(() => this.call("ping"), PING_MS);
    this.connect();
    await this.publisher.setLocalDescription(await this.publisher.createOffer());
    const { answer } = await this.call("join", { offer: this.publisher.localDescription.toJSON(), cid: config.conID });
    await this.publisher.setRemoteDescription(answer);
    await this.connected;
  }

  connect() {
    this.publisher = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.subscriber = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.publisher.addTransceiver("audio", { direction: "sendrecv" });
    this.publisher.addTransceiver("audio", { direction: "sendrecv" });
    this.publisher.onicecandidate = ({ candidate }) => this.notify("trickle", { candidate, role: PUBLISHER });
    this.subscriber.onicecandidate = ({ candidate }) => this.notify("trickle", { candidate, role: SUBSCRIBER });
    this.subscriber.ontrack = ({ track, streams }) => this.hear(track, streams[0]);
    this.connected = new Promise((resolve) => {
      this.publisher.onconnectionstatechange = () => this.publisher?.connectionState === "connected" && resolve();
    });
    this.delays = watchDelay(this.subscriber, this.clock);
  }

  take({ id, method, params, result }) {
    if (method === "offer") {
      this.queue = this.queue.then(() => this.answer(params)).catch((problem) => console.warn("bridge offer", problem.name));
    } else if (method === "trickle") {
      this.candidate(params);
    } else if (this.waiting.has(id)) {
      this.waiting.get(id)(result);
      this.waiting.delete(id);
    }
  }

  async answer(offer) {
    await this.subscriber.setRemoteDescription(offer);
    for (const candidate of this.early.splice(0)) await this.subscriber.addIceCandidate(candidate);
    await this.subscriber.setLocalDescription(await this.subscriber.createAnswer());
    await this.call("answer", { desc: this.subscriber.localDescription.toJSON() }, { reply: false });
  }

  candidate({ candidate, role }) {
    const peer = role === PUBLISHER ? this.publisher : this.subscriber;
    if (peer.remoteDescription) peer.addIceCandidate(candidate);
    else if (role === SUBSCRIBER) this.early.push(candidate);
  }

  // A line plays while packets come; its stream's id says whose it is.
  hear(track, stream) {
    const name = decodeURIComponent(stream.id);
    track.onunmute = () => this.tags.play(name, stream);
    track.onmute = () => this.tags.drop(name);
    if (!track.muted) this.tags.play(name, stream);
  }

  call(method, params = {}, { reply = true } = {}) {
    const id = this.nextId++;
    const answered = reply ? new Promise((resolve) => this.waiting.set(id, resolve)) : null;
    this.write({ id, method, params });
    return answered;
  }

  notify(method, params) {
    this.write({ method, params });
  }

  write(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  close() {
    clearInterval(this.pings);
    clearInterval(this.delays);
    this.publisher?.close();
    this.subscriber?.close();
    this.socket?.close();
    this.tags.close();
  }
}
