// Pictures as VP8 packets over sockets of their own, decoded here, drawn on canvases or put into video players.
import { CanvasSurface, PlayerSurface } from "./surfaces.js";
import { socketAddress } from "./server_address.js";

const HEADER_BYTES = 12;
const KEY = 1;
const PICTURES_PER_S = 30;
const TOO_LATE_MS = 300;
const CAMERAS = 2;
const SHARES = 5;
const SMALL_PX = 660;

export class PacketPictures {
  constructor({ config }, clock, kind) {
    Object.assign(this, { config, clock });
    this.Surface = kind === "canvas" ? CanvasSurface : PlayerSurface;
    this.shown = new Map();
    this.sockets = new Map();
  }

  attach(container, userId, share) {
    const node = userId + (share ? 512 : 1);
    if (!this.shown.has(node)) this.shown.set(node, new Shown(this.clock));
    const surface = new this.Surface(container, { node: share ? userId + 512 : userId, share });
    const shown = this.shown.get(node);
    shown.surfaces.add(surface);
    const sizes = new ResizeObserver(() => this.watch(share));
    sizes.observe(surface.element);
    this.watch(share);
    return () => {
      sizes.disconnect();
      if (!shown.surfaces.delete(surface)) return;
      surface.remove();
      if (shown.surfaces.size === 0 && this.shown.get(node) === shown) {
        shown.close();
        this.shown.delete(node);
      }
      this.watch(share);
    };
  }

  // Tell the server which pictures are wanted now.
  watch(share) {
    const mode = share ? SHARES : CAMERAS;
    const socket = this.socket(mode);
    const say = () => {
      const message = JSON.stringify({ watch: this.wanted(share) });
      if (socket.said !== message) socket.send(message);
      socket.said = message;
    };
    if (socket.readyState === WebSocket.OPEN) say();
    else socket.onopen = say;
  }

  wanted(share) {
    const shown = [...this.shown].filter(([node]) => Boolean(node & 512) === share);
    return shown.map(([node, { surfaces }]) => ({ node, small: [...surfaces].every(isSmall) }));
  }

  socket(mode) {
    const known = this.sockets.get(mode);
    if (known && known.readyState <= WebSocket.OPEN) return known;
    const { meetingNumber, conID } = this.config;
    const query = { type: "v", cid: conID ?? "", mode };
    const socket = new WebSocket(socketAddress(this.config, `/wc/media/${meetingNumber}`, query));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") return;
      const view = new DataView(data);
      this.shown.get(view.getUint32(4, true))?.take(view, new Uint8Array(data, HEADER_BYTES));
    };
    this.sockets.set(mode, socket);
    return socket;
  }

  close() {
    for (const socket of this.sockets.values()) {
      socket.onopen = null;
      socket.close();
    }
    for (const shown of this.shown.values()) shown.close();
    this.shown.clear();
  }
}

function isSmall({ element }) {
  return element.clientWidth * devicePixelRatio <= SMALL_PX;
}

// The pictures of one node, on all its surfaces.
class Shown {
  constructor(clock) {
    this.clock = clock;
    this.surfaces = new Set();
    this.due = [];
  }

  take(view, data) {
    const isKey = (view.getUint8(1) & KEY) !== 0;
    const atS = view.getUint32(8, true) / PICTURES_PER_S;
    if (!isKey && this.decoder?.state !== "configured") return;
    if (this.decoder?.state !== "configured") this.open();
    this.clock.arrived(atS);
    this.decoder.decode(new EncodedVideoChunk({ type: isKey ? "key" : "delta", timestamp: Math.round(atS * 1e6), data }));
  }

  open() {
    this.decoder = new VideoDecoder({
      output: (frame) => this.queue(frame),
      error: (problem) => console.warn("pictures", problem.message),
    });
    this.decoder.configure({ codec: "vp8", optimizeForLatency: true });
  }

  // Each picture waits for its moment, so that it is seen when its sound is heard.
  queue(frame) {
    const wait = this.clock.dueMs(frame.timestamp / 1e6) - performance.now();
    if (wait < -TOO_LATE_MS || this.closed) return frame.close();
    this.due.push(frame);
    setTimeout(() => this.show(frame), Math.max(0, wait));
  }

  show(frame) {
    const place = this.due.indexOf(frame);
    if (place < 0) return;
    for (const earlier of this.due.splice(0, place)) earlier.close();
    this.due.shift();
    if (!this.closed) for (const surface of this.surfaces) surface.show(frame);
    frame.close();
  }

  close() {
    this.closed = true;
    for (const frame of this.due.splice(0)) frame.close();
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    for (const surface of this.surfaces) surface.remove();
    this.surfaces.clear();
  }
}
