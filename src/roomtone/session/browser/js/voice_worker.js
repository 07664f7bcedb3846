// Writes the bot's voice into its microphone, and sends what was played back to the session as a track of its own.
// In scope: `self` and `settings` {top}.
//
// Takes {port, writable} first, then {held, open}: whether the page holds a track of the microphone, and whether one of
// them is not muted. Posts {speaking} when the bot begins and ceases to, and {failed: detail}. From the port (the link's
// worker) come {voice: ArrayBuffer}, pieces of sound, and {text} of the types `voice_stop` {turn} and `clock`.
const RATE_HZ = 48000;
const BLOCK_SAMPLES = 960;
const BLOCK_MS = 20;
const AHEAD_MS = 20; // a timer may be late by so much before anybody hears it
const LATE_MS = 200; // later than this, time is not caught up with: it would all be played at once
const HEADER_BYTES = 24;
const KIND_AUDIO = 1;
const FIRST_TRACK = 1000000; // the tap counts its own from 1
const REPORT_EVERY_BLOCKS = 10;
const QUIET_BLOCKS = 15; // so much silence ends the track

let link = null;
let writer = null;
let clockOffsetUs = null;
let held = false;
let open = true;
let timer = null;
let dueMs = 0; // when the next block is to be heard
let pieces = []; // {turn, samples}, in order
let silenced = 0; // the last turn that was to be silent
let turn = 0;
let played = 0; // samples of this turn
let track = 0; // 0: the bot does not speak
let tracks = 0;
let sent = 0;
let quiet = 0;

const say = (text) => link.postMessage({ text });

function report(state) {
  say({ type: 'voice', turn, played, state, open: held && open });
}

// The next block into `block`; gives how many samples of it are voice.
function fill(block) {
  let filled = 0;
  while (filled < block.length && pieces.length > 0) {
    const [{ turn: its, samples }] = pieces;
    if (its !== turn) {
      turn = its;
      played = 0;
    }
    const part = samples.subarray(0, block.length - filled);
    block.set(part, filled);
    filled += part.length;
    played += part.length;
    if (part.length === samples.length) pieces.shift();
    else pieces[0].samples = samples.subarray(part.length);
  }
  return filled;
}

// Voice is written with a closer eye on the time than silence.
function keepTime() {
  clearInterval(timer);
  timer = setInterval(step, track === 0 ? BLOCK_MS : BLOCK_MS / 2);
}

function beginTrack() {
  tracks += 1;
  track = FIRST_TRACK + tracks;
  sent = 0;
  say({
    type: 'track_opened', track, kind: 'audio', source: 'own', media_track_id: '', stream_id: '', mid: '', top: settings.top,
  });
  self.postMessage({ speaking: true });
  report('begun');
  keepTime();
}

function endTrack() {
  report('ended');
  say({ type: 'track_closed', track });
  track = 0;
  self.postMessage({ speaking: false });
  keepTime();
}

// What the meeting was given in this block; a muted microphone gives nothing.
function sendBack(block, atMs) {
  const message = new ArrayBuffer(HEADER_BYTES + 2 * block.length);
  const view = new DataView(message);
  view.setUint8(0, KIND_AUDIO);
  view.setUint32(4, track, true);
  view.setFloat64(8, (performance.timeOrigin + atMs) * 1000 + (clockOffsetUs ?? 0), true);
  view.setFloat64(16, sent, true);
  if (held && open) new Int16Array(message, HEADER_BYTES).set(block);
  sent += block.length;
  link.postMessage({ binary: message }, [message]);
}

function writeBlock() {
  const block = new Int16Array(BLOCK_SAMPLES);
  const filled = fill(block);
  if (filled > 0 && track === 0) beginTrack();
  quiet = filled > 0 ? 0 : quiet + 1;
  const data = new AudioData({
    format: 's16', sampleRate: RATE_HZ, numberOfFrames: BLOCK_SAMPLES, numberOfChannels: 1, timestamp: dueMs * 1000, data: block,
  });
  writer.write(data).catch((error) => stop(error.name));
  if (track === 0) return;
  sendBack(block, dueMs);
  if (quiet >= QUIET_BLOCKS) endTrack();
  else if ((sent / BLOCK_SAMPLES) % REPORT_EVERY_BLOCKS === 0) report('playing');
}

function step() {
  const nowMs = performance.now();
  if (nowMs - dueMs > LATE_MS) dueMs = nowMs;
  while (timer !== null && dueMs < nowMs + AHEAD_MS) {
    writeBlock();
    dueMs += BLOCK_MS;
  }
  if (!held && track === 0) {
    clearInterval(timer);
    timer = null;
  }
}

function start() {
  if (timer !== null || writer === null) return;
  dueMs = performance.now();
  keepTime();
  step();
}

function stop(detail) {
  if (writer === null) return;
  writer = null;
  clearInterval(timer);
  timer = null;
  self.postMessage({ failed: detail });
}

function takeVoice(message) {
  const view = new DataView(message);
  const its = view.getUint32(4, true);
  // Nobody holds the microphone: nobody is spoken to, and what is late must not be said later.
  if (its <= silenced || !held || writer === null) return;
  pieces.push({ turn: its, samples: new Int16Array(message, HEADER_BYTES) });
  start();
}

function silence(its) {
  silenced = Math.max(silenced, its);
  pieces = pieces.filter((piece) => piece.turn > silenced);
  if (track !== 0) report('stopped');
}

function fromLink({ data }) {
  if (data.voice !== undefined) takeVoice(data.voice);
  else if (data.text?.type === 'voice_stop') silence(data.text.turn);
  else if (data.text?.type === 'clock') clockOffsetUs = data.text.offset_us;
}

self.onmessage = ({ data }) => {
  if (data.port !== undefined) {
    link = data.port;
    link.onmessage = fromLink;
    link.postMessage({ wants: 'voice' });
    writer = data.writable.getWriter();
  } else {
    if (data.held !== held) say({ type: 'voice', state: data.held ? 'held' : 'let_go' });
    ({ held, open } = data);
    if (held) start();
    else pieces = [];
  }
};
