// Decodes audio packets (README: "Media packets") and mixes everybody into one stereo signal.
const HEADER_BYTES = 12;
const TICK = 0;
const PACKET_SAMPLES = 960;
const RING = 65_536;
const DELAY = 5_760;
const FURTHEST = 48_000;
const REPORT_EVERY = 48_000 / 128;

class ZoomAudio extends AudioWorkletProcessor {
  constructor() {
    super();
    this.rings = new Map();
    this.position = null;
    this.ahead = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => {
      data.packets.onmessage = (packet) => this.take(packet.data);
    };
  }

  take(data) {
    const view = new DataView(data);
    const begin = view.getUint32(8, true) * PACKET_SAMPLES;
    this.place(begin);
    if (view.getUint8(1) === TICK) return;
    const node = view.getUint32(4, true);
    if (!this.rings.has(node)) this.rings.set(node, new Float32Array(RING));
    const ring = this.rings.get(node);
    const samples = new Int16Array(data, HEADER_BYTES);
    for (let i = 0; i < samples.length; i++) ring[(begin + i) % RING] = samples[i] / 32768;
  }

  // Keep what is played `DELAY` behind what arrives; a packet that comes late moves it back.
  place(begin) {
    const ahead = this.position === null ? -1 : begin - this.position;
    if (ahead < 0 || ahead > FURTHEST) {
      this.position = begin - DELAY;
      this.ahead = 0;
      for (const ring of this.rings.values()) ring.fill(0);
    }
    this.ahead = Math.max(this.ahead, begin - this.position);
  }

  process(_, [output]) {
    if (this.position === null) return true;
    const [left, right] = output;
    for (const ring of this.rings.values()) {
      for (let i = 0; i < left.length; i++) {
        const at = (this.position + i) % RING;
        left[i] += ring[at];
        ring[at] = 0;
      }
    }
    right?.set(left);
    this.position += left.length;
    if (++this.blocks % REPORT_EVERY === 0) {
      this.port.postMessage({ aheadMs: this.ahead / 48 });
      this.ahead = 0;
    }
    return true;
  }
}

registerProcessor("zoomAudioWorklet", ZoomAudio);
