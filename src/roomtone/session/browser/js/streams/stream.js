// One participant's picture: read, thinned, encoded as VP8, sent.

const KIND_STREAM = 3;
const HEADER_BYTES = 24;
const MOST_QUEUED = 3; // pictures waiting in the encoder; more and a new one is left out
const MOST_RESTARTS = 5;
const REPEAT_US = 1_000_000; // a source that stands still is shown again this often, so that the file goes on

class ParticipantStream {
  // settings: stream, max_fps, longest_side, key_interval_s. send(ArrayBuffer), fault(what, detail, stream), now(): session clock, us.
  constructor(settings, readable, { send, fault, now }) {
    this.settings = settings;
    this.send = send;
    this.fault = fault;
    this.now = now;
    this.reader = readable.getReader();
    this.clock = new SourceClock();
    this.choice = new SizeChoice(settings.longest_side);
    this.interval = 1e6 / settings.max_fps;
    this.due = -Infinity; // the next picture's stamp at the highest rate
    this.stamp = -Infinity; // of the last picture
    this.keyAt = -Infinity;
    this.last = null;
    this.encoder = null;
    this.sent = 0;
    this.dropped = 0;
    this.restarts = 0;
    this.ended = false;
  }

  async read() {
    while (!this.ended) {
      let result;
      try {
        result = await this.reader.read();
      } catch {
        return; // cancelled, or the track is gone
      }
      if (result.done) return;
      try {
        this.take(result.value);
      } catch (problem) {
        this.fault("stream_frame_failed", String(problem), this.settings.stream);
      } finally {
        result.value.close();
      }
    }
  }

  take(frame) {
    const stamp = this.clock.stamp(frame.timestamp, this.now());
    const jitter = 0.2 * this.interval; // is let through
    if (this.ended || stamp <= this.stamp || stamp < this.due - jitter) return;
    this.due = Math.max(this.due, stamp - jitter) + this.interval;
    if (this.choice.take(frame.displayWidth, frame.displayHeight, stamp) || !this.encoder) this.configure();
    this.encode(frame, stamp);
    this.keep(frame);
  }

  // Called about every tenth of a second.
  tick() {
    const stamp = Math.round(this.now() - this.clock.lag);
    if (!this.ended && this.last && this.encoder && stamp - this.stamp >= REPEAT_US) this.encode(this.last, stamp);
  }

  keep(frame) {
    this.last?.close();
    this.last = frame.clone();
  }

  configure() {
    const { width, height } = this.choice.size;
    const framerate = this.settings.max_fps;
    const config = {
      codec: "vp8", width, height, framerate,
      bitrate: bitsPerSecond(this.choice.size, framerate), latencyMode: "realtime",
    };
    if (!this.encoder) {
      this.encoder = new VideoEncoder({
        output: (chunk) => this.emit(chunk),
        error: (problem) => this.fail(problem),
      });
    }
    this.encoder.configure(config);
    this.keyAt = -Infinity;
  }

  encode(frame, stamp) {
    if (this.encoder.encodeQueueSize >= MOST_QUEUED) {
      this.dropped += 1;
      return;
    }
    const keyFrame = stamp - this.keyAt >= this.settings.key_interval_s * 1e6;
    if (keyFrame) this.keyAt = stamp;
    this.stamp = stamp;
    const picture = new VideoFrame(frame, { timestamp: stamp });
    try {
      this.encoder.encode(picture, { keyFrame });
    } finally {
      picture.close();
    }
  }

  fail(problem) {
    this.encoder = null;
    this.restarts += 1;
    this.fault("stream_encoder_error", problem.name || String(problem), this.settings.stream);
    if (this.restarts > MOST_RESTARTS) this.stop();
  }

  emit(chunk) {
    const buffer = new ArrayBuffer(HEADER_BYTES + chunk.byteLength);
    const header = new DataView(buffer);
    header.setUint8(0, KIND_STREAM);
    header.setUint8(1, chunk.type === "key" ? 1 : 0);
    header.setUint32(4, this.settings.stream, true);
    header.setFloat64(8, chunk.timestamp, true);
    header.setFloat64(16, this.sent, true);
    chunk.copyTo(new Uint8Array(buffer, HEADER_BYTES));
    this.sent += 1;
    this.send(buffer);
  }

  stop() {
    if (this.ended) return;
    this.ended = true;
    this.reader.cancel().catch(() => {});
    this.last?.close();
    this.last = null;
    const encoder = this.encoder;
    this.encoder = null;
    // What is in the encoder was seen before the end.
    encoder?.flush().then(() => encoder.close(), () => {});
  }
}
