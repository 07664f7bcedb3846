// Turns the sound of tapped tracks into 20 ms of int16 at 48 kHz mono and hands it to the link.
// In scope: `self`, `settings` {pageOriginMs}, Resampler, SamplePlacement.
//
// Takes {port} (to the link's worker), {open: {track, readable}} and {close: track}; posts {ended: track} when a
// track's stream has ended, {failed: track, detail} and every 5 s {heard: {[track]: {...}}}.
const CHUNK_SAMPLES = 960;
const HEADER_BYTES = 24;
const HELD_FRAMES = 6; // the stamps of a track's first frames may still be of the page's clock
const REPORT_EVERY_MS = 5000;

const tracks = new Map();
const originUs = performance.timeOrigin * 1000;
const pageAheadUs = (settings.pageOriginMs - performance.timeOrigin) * 1000;
let link = null;
let clockOffsetUs = null;

class TappedTrack {
  constructor(number, reader) {
    this.number = number;
    this.reader = reader;
    this.placement = new SamplePlacement();
    this.held = [];
    this.resampler = null;
    this.rateHz = 0;
    this.chunk = new Int16Array(CHUNK_SAMPLES);
    this.filled = 0;
    this.chunkClockUs = 0;
    this.sent = 0;
    this.heardAtMs = performance.now();
  }

  async run() {
    for (;;) {
      const { value, done } = await this.reader.read();
      if (done) break;
      try {
        this.take(value);
      } finally {
        value.close();
      }
    }
    this.release();
    if (this.filled > 0) this.send(this.filled);
  }

  take(data) {
    const arrivalUs = performance.now() * 1000;
    this.heardAtMs = performance.now();
    const stampUs = stampOf(data.timestamp, arrivalUs);
    const samples = this.atOurRate(monoOf(data), data.sampleRate);
    if (samples.length === 0) return;
    if (this.held === null) {
      this.append(samples, stampUs, arrivalUs);
      return;
    }
    this.held.push({ samples, stampUs, arrivalUs });
    if (this.held.length === HELD_FRAMES) this.release();
  }

  release() {
    if (this.held === null) return;
    const held = this.held;
    this.held = null;
    if (held.length === 0) return;
    const last = held[held.length - 1];
    const before = held.slice(0, -1).reduce((sum, one) => sum + one.samples.length, 0);
    this.placement.begin(last.stampUs, before);
    for (const one of held) this.append(one.samples, this.placement.nextUs, one.arrivalUs);
  }

  atOurRate(samples, rateHz) {
    if (rateHz !== this.rateHz) {
      this.rateHz = rateHz;
      this.resampler = rateHz === 48000 ? null : new Resampler(rateHz, 48000);
    }
    return this.resampler === null ? samples : this.resampler.push(samples);
  }

  append(samples, stampUs, arrivalUs) {
    const { clockUs, gapUs } = this.placement.place(stampUs, arrivalUs, samples.length);
    if (gapUs > 0 && this.filled > 0) {
      this.chunk.fill(0, this.filled);
      this.send(CHUNK_SAMPLES);
    }
    for (let i = 0; i < samples.length; i += 1) {
      if (this.filled === 0) this.chunkClockUs = clockUs + (i * 1e6) / 48000;
      const value = Math.round(samples[i] * 32768);
      this.chunk[this.filled] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
      this.filled += 1;
      if (this.filled === CHUNK_SAMPLES) this.send(CHUNK_SAMPLES);
    }
  }

  send(samples) {
    const message = new ArrayBuffer(HEADER_BYTES + 2 * samples);
    const view = new DataView(message);
    view.setUint8(0, 1);
    view.setUint32(4, this.number, true);
    view.setFloat64(8, this.chunkClockUs + originUs + (clockOffsetUs ?? 0), true);
    view.setFloat64(16, this.sent, true);
    new Int16Array(message, HEADER_BYTES).set(this.chunk.subarray(0, samples));
    this.sent += samples;
    this.filled = 0;
    if (link !== null) link.postMessage({ binary: message }, [message]);
  }
}

// AudioData.timestamp counts from the time origin of the context that reads it (measured), but the first frames of a
// stream that was transferred here still count from the page's, and other versions use the monotonic clock.
function stampOf(timestampUs, arrivalUs) {
  const candidates = [timestampUs, timestampUs + pageAheadUs];
  if (clockOffsetUs !== null) candidates.push(timestampUs - originUs - clockOffsetUs);
  for (const stampUs of candidates) {
    const ageUs = arrivalUs - stampUs;
    if (ageUs > -5000 && ageUs < 10e6) return stampUs;
  }
  return arrivalUs - 20000;
}

function monoOf(data) {
  const frames = data.numberOfFrames;
  const mono = new Float32Array(frames);
  data.copyTo(mono, { planeIndex: 0, format: 'f32-planar' });
  if (data.numberOfChannels === 1) return mono;
  const other = new Float32Array(frames);
  for (let channel = 1; channel < data.numberOfChannels; channel += 1) {
    data.copyTo(other, { planeIndex: channel, format: 'f32-planar' });
    for (let i = 0; i < frames; i += 1) mono[i] += other[i];
  }
  for (let i = 0; i < frames; i += 1) mono[i] /= data.numberOfChannels;
  return mono;
}

async function open({ track, readable }) {
  const tapped = new TappedTrack(track, readable.getReader());
  tracks.set(track, tapped);
  try {
    await tapped.run();
    self.postMessage({ ended: track });
  } catch (error) {
    self.postMessage({ failed: track, detail: error.name });
  } finally {
    tracks.delete(track);
  }
}

function report() {
  const heard = {};
  for (const [number, tapped] of tracks) {
    heard[number] = {
      samples: tapped.sent,
      gaps: tapped.placement.gaps,
      stamp_jumps: tapped.placement.jumps,
      quiet_ms: Math.round(performance.now() - tapped.heardAtMs),
    };
  }
  self.postMessage({ heard });
}

self.onmessage = ({ data }) => {
  if (data.open !== undefined) open(data.open);
  else if (data.close !== undefined) tracks.get(data.close)?.reader.cancel();
  else if (data.port !== undefined) {
    link = data.port;
    link.onmessage = (event) => {
      if (event.data.text?.type === 'clock') clockOffsetUs = event.data.text.offset_us;
    };
  }
};
setInterval(report, REPORT_EVERY_MS);
