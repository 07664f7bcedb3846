// Owns the socket to the session. Runs as a SharedWorker (not echoed through the Network domain of the
// browser's remote control), or as a dedicated worker, or in the page, whichever can be had first.
// In scope: `self` and `settings` {url, instance, transport, top}.
//
// Ports speak {text: object}, {binary: ArrayBuffer}, {port: MessagePort} (one more port to serve) and {wants: "voice"}.
// Every text of the session is handed to every port as {text: object}; the bot's voice as {voice: ArrayBuffer} to who wants it.
const MAXIMUM_WAITING_BYTES = 8 * 1024 * 1024;
const MAXIMUM_WAITING_TEXTS = 2000;
const CLOCK_EVERY_MS = 5000;
const FIRST_CLOCKS_MS = [0, 0, 0, 50, 100, 200, 300, 500, 800, 1200, 2000]; // a page is busiest when it begins
const CLOCK_SAMPLES = 12;
const LONGEST_RETRY_MS = 2000;
const KIND_AUDIO = 1;

const ports = new Set();
const voicePorts = new Set();
const openTracks = new Map();
const counted = { dropped_audio: 0, dropped_video: 0, dropped_texts: 0, reconnects: 0 };
const waitingForKey = new Set();
let waiting = [];
let waitingBytes = 0;
let waitingTexts = 0;
let socket = null;
let connections = 0;
let retryMs = 100;
let lostAtMs = 0;
let clockSamples = [];
let clockOffsetUs = null;

const nowUs = () => (performance.timeOrigin + performance.now()) * 1000;
const isOpen = () => socket !== null && socket.readyState === WebSocket.OPEN;

function broadcast(message) {
  for (const port of ports) port.postMessage({ text: message });
}

// Which pictures hang together: those of one kind and number.
const pictureOf = (view) => view.getUint8(0) * 2 ** 32 + view.getUint32(4, true);

// Video that lost a picture cannot be decoded until the next key frame: drop up to it.
function countDropped(buffer) {
  const view = new DataView(buffer);
  if (view.getUint8(0) !== KIND_AUDIO) {
    counted.dropped_video += 1;
    waitingForKey.add(pictureOf(view));
  } else {
    counted.dropped_audio += 1;
  }
}

function waitsForKey(buffer) {
  if (waitingForKey.size === 0) return false;
  const view = new DataView(buffer);
  if (view.getUint8(0) === KIND_AUDIO) return false;
  const encoder = pictureOf(view);
  if (!waitingForKey.has(encoder)) return false;
  if (view.getUint8(1) & 1) {
    waitingForKey.delete(encoder);
    return false;
  }
  counted.dropped_video += 1;
  return true;
}

// Full: the oldest goes first, counted, sound and picture before words.
function keepForLater(message) {
  waiting.push(message);
  if (typeof message === 'string') waitingTexts += 1;
  else waitingBytes += message.byteLength;
  while (waitingBytes > MAXIMUM_WAITING_BYTES) {
    const [gone] = waiting.splice(waiting.findIndex((one) => typeof one !== 'string'), 1);
    waitingBytes -= gone.byteLength;
    countDropped(gone);
  }
  while (waitingTexts > MAXIMUM_WAITING_TEXTS) {
    waiting.splice(waiting.findIndex((one) => typeof one === 'string'), 1);
    waitingTexts -= 1;
    counted.dropped_texts += 1;
  }
}

function sendBinary(buffer) {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < 24) return;
  if (!isOpen()) keepForLater(buffer);
  else if (socket.bufferedAmount > MAXIMUM_WAITING_BYTES) countDropped(buffer);
  else if (!waitsForKey(buffer)) socket.send(buffer);
}

function sendText(message) {
  const body = typeof message === 'string' ? JSON.parse(message) : message;
  if (body.type === 'track_opened') openTracks.set(body.track, body);
  if (body.type === 'track_closed') openTracks.delete(body.track);
  if (body.type === 'statistics') {
    body.link = { ...counted, buffered_bytes: socket === null ? 0 : socket.bufferedAmount };
  }
  if (isOpen()) socket.send(JSON.stringify(body));
  else keepForLater(JSON.stringify(body));
}

function askTheTime() {
  if (isOpen()) socket.send(JSON.stringify({ type: 'clock', sent_us: nowUs() }));
}

// The answer with the shortest way there and back tells the session's clock best.
function readTheTime(answer) {
  const receivedUs = nowUs();
  const wayUs = receivedUs - answer.sent_us;
  clockSamples.push({ wayUs, offsetUs: answer.session_us - (answer.sent_us + receivedUs) / 2 });
  if (clockSamples.length > CLOCK_SAMPLES) clockSamples.shift();
  const best = clockSamples.reduce((a, b) => (b.wayUs < a.wayUs ? b : a));
  if (best.offsetUs === clockOffsetUs) return;
  clockOffsetUs = best.offsetUs;
  broadcast({ type: 'clock', offset_us: clockOffsetUs });
}

function opened() {
  connections += 1;
  retryMs = 100;
  const { instance, transport, top } = settings;
  socket.send(JSON.stringify({ type: 'hello', instance, transport, top, connection: connections }));
  for (const afterMs of FIRST_CLOCKS_MS) setTimeout(askTheTime, afterMs);
  // The session may have missed these words; told twice, it takes them once.
  for (const message of openTracks.values()) socket.send(JSON.stringify(message));
  if (connections > 1) {
    counted.reconnects += 1;
    const fault = { type: 'fault', what: 'link_lost', away_ms: Math.round(performance.now() - lostAtMs), ...counted };
    socket.send(JSON.stringify(fault));
  }
  const kept = waiting;
  waiting = [];
  waitingBytes = 0;
  waitingTexts = 0;
  for (const message of kept) {
    if (typeof message === 'string' || !waitsForKey(message)) socket.send(message);
  }
}

function received(event) {
  if (typeof event.data !== 'string') {
    for (const port of voicePorts) port.postMessage({ voice: event.data });
    return;
  }
  const message = JSON.parse(event.data);
  if (message.type === 'clock') readTheTime(message);
  else broadcast(message);
}

function connect() {
  socket = new WebSocket(settings.url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = opened;
  socket.onmessage = received;
  socket.onclose = () => {
    if (retryMs === 100) lostAtMs = performance.now();
    setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };
}

function attach(port) {
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data.binary !== undefined) sendBinary(data.binary);
    else if (data.text !== undefined) sendText(data.text);
    else if (data.port !== undefined) attach(data.port);
    else if (data.wants === 'voice') voicePorts.add(port);
  };
  if (clockOffsetUs !== null) port.postMessage({ text: { type: 'clock', offset_us: clockOffsetUs } });
  port.postMessage({ ready: settings.transport });
}

self.onconnect = (event) => attach(event.ports[0]);
self.onmessage = (event) => attach(event.data.port);
connect();
setInterval(askTheTime, CLOCK_EVERY_MS);
