// Hears and sees what the media of the stand-in bring, as any program in the page could.
import { attachShare, attachVideo, joinAudio, leaveAudio, useMedia } from "/wc/assets/media/media.js";

const RATE_HZ = 48_000;
const recordings = new Map();
const flashes = new Map();

class Recording {
  constructor(track) {
    this.parts = [];
    this.samples = 0;
    this.startMs = Infinity;
    this.read(new MediaStreamTrackProcessor({ track }).readable.getReader());
  }

  async read(reader) {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const part = new Float32Array(value.numberOfFrames);
      value.copyTo(part, { planeIndex: 0, format: "f32-planar" });
      value.close();
      this.parts.push(part);
      this.samples += part.length;
      this.startMs = Math.min(this.startMs, performance.now() - (this.samples / RATE_HZ) * 1000);
    }
  }
}

function listen(name, track) {
  if (!recordings.has(name)) recordings.set(name, new Recording(track));
}

const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode && this instanceof AudioWorkletNode) {
    const tee = this.context.createMediaStreamDestination();
    connect.call(this, tee);
    listen("destination", tee.stream.getAudioTracks()[0]);
  }
  return connect.call(this, target, ...rest);
};

new MutationObserver(() => {
  for (const tag of document.querySelectorAll("html > audio")) {
    for (const track of tag.srcObject?.getAudioTracks() ?? []) listen(`${tag.id} ${tag.srcObject.id}`, track);
  }
}).observe(document.documentElement, { childList: true });

const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (this instanceof HTMLAudioElement && !this.parentNode) {
    for (const track of this.srcObject?.getAudioTracks() ?? []) listen("loop", track);
  }
  return play.call(this);
};

// Times at which the middle of a picture turns white.
function watch(name, element) {
  const small = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
  let bright = false;
  flashes.set(name, []);
  const look = () => {
    requestAnimationFrame(look);
    if (!(element.width || element.videoWidth)) return;
    small.drawImage(element, 0, 0, 8, 8);
    const [red] = small.getImageData(1, 1, 1, 1).data;
    if (red > 180 && !bright) flashes.get(name).push(performance.now());
    bright = red > 180 || (bright && red > 120);
  };
  look();
}

const listeners = [];
let signalling;
let sent = 0;

globalThis.room = {
  negotiations: [],
  async open(variant) {
    signalling = new WebSocket(`ws://${location.host}/wc/api/1`);
    signalling.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      room.negotiations.push({ atMs: performance.now(), body: message.body });
      for (const listener of listeners) listener(message);
    };
    await new Promise((resolve) => { signalling.onopen = resolve; });
    this.given = {
      config: { meetingNumber: "1", conID: "c", rwg: location.host, variant },
      send: (evt, body) => signalling.send(JSON.stringify({ evt, seq: ++sent, body })),
      onNegotiation: (listener) => listeners.push(listener),
    };
    useMedia(this.given);
  },
  join() { return joinAudio(this.given); },
  leave: leaveAudio,
  show(userId, { share = false, sampled = true } = {}) {
    const box = document.createElement("div");
    box.style.cssText = "width:640px;height:360px";
    document.getElementById("boxes").append(box);
    const detach = (share ? attachShare : attachVideo)(box, userId);
    const element = box.querySelector("canvas, video");
    if (sampled) watch(`${userId}`, element);
    return detach;
  },
  flashes: () => Object.fromEntries(flashes),
  names: () => [...recordings.keys()],
  tags: () => [...document.querySelectorAll("html > audio")].map((tag) => [tag.id, tag.srcObject?.id]),
  heard(name) {
    const { parts, samples, startMs } = recordings.get(name);
    const pcm = new Int16Array(samples);
    let at = 0;
    for (const part of parts) for (const value of part) pcm[at++] = Math.max(-32768, Math.min(32767, value * 32768));
    const bytes = new Uint8Array(pcm.buffer);
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return { startMs, pcm: btoa(text) };
  },
};
document.documentElement.dataset.ready = "true";
