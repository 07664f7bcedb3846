// The composer's worker: reads the chosen track, paces, composes, encodes, sends. One picture at a time.

const TICK_MS = 10;
const STATISTICS_MS = 500;
const FAULT_EVERY_MS = 10000;
const NO_SOURCE = { id: "", reader: null };

let settings = null;
let port = null;
let encoder = null;
let stage = null;
let pacing = null;
let clockOffset = 0; // capture clock minus performance.now(), microseconds
let isClockTold = false; // by the link; before, the start message's age is the error
let scene = null; // the newest scene
let shown = null; // the scene that the last picture belongs to
let source = NO_SOURCE;
let sourceClock = new SourceClock();
let last = null; // the last composed picture, repeated when the source is slow
let busy = false;
let keyWanted = false; // the next picture starts a scene
let timer = null;
let statisticsAt = 0;
const faultsAt = new Map(); // what -> when it was told last
const counts = { source_frames: 0, frames_encoded: 0, frames_repeated: 0, frames_thinned: 0 };

function now() {
  return performance.now() * 1000 + clockOffset;
}

// A fault that comes with each picture is told once in a while.
function fault(what, detail) {
  const time = performance.now();
  if (time - (faultsAt.get(what) || -Infinity) < FAULT_EVERY_MS) return;
  faultsAt.set(what, time);
  sendText({ type: "fault", part: "composer", what, detail });
}

function sendText(message) {
  if (port) port.postMessage({ text: message });
}

// The link measures the session's clock better than the age of a message does.
function listen(opened) {
  port = opened;
  port.onmessage = ({ data }) => {
    if (data.text === undefined || data.text.type !== "clock") return;
    isClockTold = true;
    clockOffset = performance.timeOrigin * 1000 + data.text.offset_us;
  };
}

async function start(message) {
  stop();
  settings = message.settings;
  if (message.port) listen(message.port);
  if (!isClockTold) clockOffset = settings.clock_us - performance.now() * 1000;
  pacing = new Pacing(settings.min_fps, settings.max_fps);
  stage = new Stage(settings.width, settings.height);
  encoder = new PictureEncoder(settings, (binary) => port.postMessage({ binary }, [binary]), fault);
  const mine = encoder;
  await mine.open();
  if (encoder === mine) timer = setInterval(tick, TICK_MS);
}

function stop() {
  clearInterval(timer);
  if (encoder) encoder.close();
  encoder = null;
  replaceLast(null);
  shown = null;
}

function replaceLast(frame) {
  if (last) last.close();
  last = frame;
}

// Encodes `frame` (kept for repeats) unless the encoder is behind.
function pass(frame, stamp) {
  if (!encoder) {
    frame.close();
    return;
  }
  const copy = new VideoFrame(frame, { timestamp: stamp });
  if (frame !== last) replaceLast(frame);
  if (encoder.encode(copy, keyWanted)) {
    keyWanted = false;
    counts.frames_encoded += 1;
    pacing.passed(stamp);
  }
}

// Time goes on: show a card that is wanted, repeat the last picture, count.
function tick() {
  if (!encoder) return;
  const time = now();
  if (scene && isDrawn(scene) && shown !== scene && time >= notBefore(scene)) showDrawing(time);
  else repeat(time - sourceClock.lag);
  if (time - statisticsAt > STATISTICS_MS * 1000) sendStatistics(time);
}

function begin(next) {
  shown = next;
  keyWanted = true;
}

// Whether a scene shows no track: a card, or nothing at all while the recording is paused.
function isDrawn(wanted) {
  return wanted.kind === "placeholder" || wanted.kind === "black";
}

// Capture clock, microseconds, before which no picture of a scene is shown: a pause ends there.
function notBefore(wanted) {
  return wanted.not_before_us || 0;
}

function showDrawing(time) {
  const stamp = Math.round(Math.max(time, pacing.last + 1000));
  begin(scene);
  sourceClock = new SourceClock();
  pass(scene.kind === "black" ? stage.black(stamp) : stage.card(scene.card, stamp), stamp);
}

function repeat(time) {
  if (!last || busy) return;
  const stamp = pacing.repeatStamp(time);
  if (stamp === null) return;
  counts.frames_repeated += 1;
  pass(last, Math.round(stamp));
}

function sendStatistics(time) {
  statisticsAt = time;
  sendText({
    type: "video_statistics",
    media_track_id: source.id,
    ...counts,
    frames_dropped: encoder.dropped,
    encoder_restarts: encoder.restarts,
  });
  counts.source_frames = 0;
}

// The stamp a source's picture gets, or null when it comes too soon after the last one.
function admit(frame, from, isSwitch) {
  let stamp = from.clock.stamp(frame.timestamp, now());
  // A repeat may have been stamped a little ahead of a picture that came late.
  if (stamp <= pacing.last) stamp = pacing.last + 1000;
  return isSwitch || pacing.admits(stamp) ? stamp : null;
}

async function take(frame, from) {
  counts.source_frames += 1;
  const wanted = scene;
  if (!encoder || !wanted || isDrawn(wanted) || wanted.media_track_id !== from.id) return;
  const stamp = admit(frame, from, shown !== wanted);
  if (stamp === null || stamp < notBefore(wanted)) {
    counts.frames_thinned += 1;
    return;
  }
  sourceClock = from.clock;
  busy = true;
  try {
    const composed = await stage.compose(frame, wanted.plate, stamp);
    if (from !== source || scene !== wanted || stamp <= pacing.last) {
      composed.close();
      return;
    }
    if (shown !== wanted) begin(wanted);
    pass(composed, stamp);
  } finally {
    busy = false;
  }
}

async function read(from) {
  for (;;) {
    let result;
    try {
      result = await from.reader.read();
    } catch {
      return; // cancelled, or the track is gone
    }
    if (result.done) return;
    try {
      await take(result.value, from);
    } catch (problem) {
      fault("frame_failed", String(problem));
    } finally {
      result.value.close();
    }
  }
}

function follow({ id, readable }) {
  if (source.reader) source.reader.cancel().catch(() => {});
  source = readable ? { id, reader: readable.getReader(), clock: new SourceClock() } : NO_SOURCE;
  counts.source_frames = 0;
  if (source.reader) read(source);
}

self.onmessage = ({ data }) => {
  if (data.type === "start") start(data);
  else if (data.type === "scene") scene = data.scene;
  else if (data.type === "source") follow(data);
  else if (data.type === "stop") {
    stop();
    follow(NO_SOURCE);
    self.close();
  }
};
