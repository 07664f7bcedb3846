// The one H.264 encoder: bounded, restarted when it fails.

const CODECS = ["avc1.42E01F", "avc1.42001F", "avc1.4D401F", "avc1.64001F"];
const MAX_QUEUE = 3; // pictures waiting in the encoder; more and a new one is left out
const MAX_RESTARTS = 20;
const HEADER_BYTES = 24;
const VIDEO_KIND = 2;

let encodersOpened = 0; // each has a number of its own, also after a new start

class PictureEncoder {
  // settings: width, height, bit_rate, max_fps, key_interval_s. onPacket(ArrayBuffer), onFault(what, detail).
  constructor(settings, onPacket, onFault) {
    this.settings = settings;
    this.onPacket = onPacket;
    this.onFault = onFault;
    this.encoder = null;
    this.sent = 0;
    this.dropped = 0;
    this.restarts = 0;
    this.keyAt = -Infinity; // stamp of the last key frame asked for
    this.broken = false;
  }

  async open() {
    const config = await this.chooseConfig();
    if (!config) {
      this.broken = true;
      this.onFault("no_h264_encoder", "");
      return;
    }
    this.config = config;
    this.reopen();
  }

  async chooseConfig() {
    const { width, height, bit_rate: bitrate, max_fps: framerate } = this.settings;
    for (const codec of CODECS) {
      const config = { codec, width, height, bitrate, framerate, latencyMode: "realtime", avc: { format: "annexb" } };
      try {
        if ((await VideoEncoder.isConfigSupported(config)).supported) return config;
      } catch {
        continue;
      }
    }
    return null;
  }

  reopen() {
    const number = encodersOpened;
    encodersOpened += 1;
    this.encoder = new VideoEncoder({
      output: (chunk) => this.emit(chunk, number),
      error: (problem) => this.fail(problem),
    });
    this.encoder.configure(this.config);
    this.keyAt = -Infinity;
  }

  fail(problem) {
    this.restarts += 1;
    this.onFault("encoder_error", problem.name || String(problem));
    if (this.restarts > MAX_RESTARTS) {
      this.broken = true;
      return;
    }
    try {
      this.reopen();
    } catch (again) {
      this.broken = true;
      this.onFault("encoder_lost", again.name);
    }
  }

  get ready() {
    return !this.broken && this.encoder !== null && this.encoder.state === "configured";
  }

  // Encodes a picture and closes it. Returns whether it was taken; false: the encoder is behind or broken.
  encode(frame, forceKey) {
    try {
      if (!this.ready || this.encoder.encodeQueueSize >= MAX_QUEUE) {
        this.dropped += 1;
        return false;
      }
      const keyFrame = forceKey || frame.timestamp - this.keyAt >= this.settings.key_interval_s * 1e6 - 1000;
      if (keyFrame) this.keyAt = frame.timestamp;
      this.encoder.encode(frame, { keyFrame });
      return true;
    } catch (problem) {
      this.fail(problem);
      return false;
    } finally {
      frame.close();
    }
  }

  emit(chunk, number) {
    const buffer = new ArrayBuffer(HEADER_BYTES + chunk.byteLength);
    const header = new DataView(buffer);
    header.setUint8(0, VIDEO_KIND);
    header.setUint8(1, chunk.type === "key" ? 1 : 0);
    header.setUint32(4, number, true);
    header.setFloat64(8, chunk.timestamp, true);
    header.setFloat64(16, this.sent, true);
    chunk.copyTo(new Uint8Array(buffer, HEADER_BYTES));
    this.sent += 1;
    this.onPacket(buffer);
  }

  close() {
    this.broken = true;
    if (this.encoder && this.encoder.state !== "closed") this.encoder.close();
  }
}
