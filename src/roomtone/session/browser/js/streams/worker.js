// The worker of participants' own pictures: keeps the streams, the session's clock and the way to the link.

const TICK_MS = 100;
const FAULT_EVERY_MS = 10_000;

const streams = new Map(); // number -> ParticipantStream
const faultsAt = new Map(); // what -> when it was told last
let port = null;
let clockOffset = 0; // session clock minus performance.now(), microseconds

const outside = {
  now: () => performance.now() * 1000 + clockOffset,
  send: (binary) => port.postMessage({ binary }, [binary]),
  // A fault that comes with each picture is told once in a while.
  fault(what, detail, stream) {
    const time = performance.now();
    if (time - (faultsAt.get(what) ?? -Infinity) < FAULT_EVERY_MS) return;
    faultsAt.set(what, time);
    port.postMessage({ text: { type: "fault", part: "streams", what, detail, stream } });
  },
};

function open(message) {
  port = message.port;
  clockOffset = message.clockUs - performance.now() * 1000;
  port.onmessage = ({ data }) => {
    if (data.text?.type === "clock") clockOffset = performance.timeOrigin * 1000 + data.text.offset_us;
  };
  setInterval(() => streams.forEach((stream) => stream.tick()), TICK_MS);
}

function start({ settings, readable }) {
  const stream = new ParticipantStream(settings, readable, outside);
  streams.set(settings.stream, stream);
  stream.read();
}

function stop(number) {
  streams.get(number)?.stop();
  streams.delete(number);
}

self.onmessage = ({ data }) => {
  if (data.type === "open") open(data);
  else if (data.type === "start") start(data);
  else if (data.type === "stop") stop(data.stream);
};
