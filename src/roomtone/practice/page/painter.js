// The painted world: voices arrive as PCM and are played through one AudioContext, pictures as JPEG and are drawn.
const VOICE = 1;
const CAMERA = 2;
const RATE_HZ = 48000;
const BUFFER_S = 0.2;

export class Painter {
  constructor(tiles) {
    this.tiles = tiles;
    this.until = new Map();
  }

  take(data) {
    const bytes = new Uint8Array(data);
    const id = new TextDecoder().decode(bytes.subarray(2, 2 + bytes[1]));
    const payload = data.slice(2 + bytes[1]);
    if (bytes[0] === VOICE) return this.play(id, new Int16Array(payload));
    return this.paint(id, bytes[0] === CAMERA ? "camera" : "share", payload);
  }

  play(id, samples) {
    this.context ??= new AudioContext({ sampleRate: RATE_HZ });
    const buffer = this.context.createBuffer(1, samples.length, RATE_HZ);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    const now = this.context.currentTime;
    const due = this.until.get(id) ?? 0;
    const start = due > now ? due : now + BUFFER_S;
    source.start(start);
    this.until.set(id, start + buffer.duration);
  }

  async paint(id, kind, jpeg) {
    const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    const canvas = this.tiles.canvas(id, kind);
    if (canvas) {
      if (canvas.width !== picture.width) canvas.width = picture.width;
      if (canvas.height !== picture.height) canvas.height = picture.height;
      canvas.getContext("2d").drawImage(picture, 0, 0);
    }
    picture.close();
  }

  close() {
    this.context?.close();
  }
}
