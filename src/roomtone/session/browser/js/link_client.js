// The page's end of the link: finds a place for the socket (SharedWorker, worker, page) and talks to it.
// In scope: `configuration` {url, instance}, `workerMains` {name: function}.

const isTopFrame = (() => {
  try {
    return globalThis.top === globalThis;
  } catch {
    return false;
  }
})();

const native = {
  Audio: globalThis.Audio,
  MediaStream: globalThis.MediaStream,
  MediaStreamTrackGenerator: globalThis.MediaStreamTrackGenerator,
  MediaStreamTrackProcessor: globalThis.MediaStreamTrackProcessor,
  SharedWorker: globalThis.SharedWorker,
  Worker: globalThis.Worker,
  play: globalThis.HTMLMediaElement?.prototype.play,
};

// The blob URL of a worker that runs `js/<name>.js` with `settings` in scope.
function workerUrl(name, settings = {}) {
  const source = `(${workerMains[name]})(self, ${JSON.stringify(settings)})`;
  return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
}

const linkClient = (() => {
  const ANSWER_WITHIN_MS = 5000;
  const MAXIMUM_WAITING = 2000;
  const listeners = new Map();
  let port = null;
  let waiting = [];
  let started = false;

  const starters = {
    shared_worker(settings) {
      const worker = new native.SharedWorker(workerUrl('link_worker', settings));
      return { worker, port: worker.port };
    },
    worker(settings) {
      const worker = new native.Worker(workerUrl('link_worker', settings));
      const channel = new MessageChannel();
      worker.postMessage({ port: channel.port1 }, [channel.port1]);
      return { worker, port: channel.port2 };
    },
    page(settings) {
      const scope = {};
      const channel = new MessageChannel();
      workerMains.link_worker(scope, settings);
      scope.onmessage({ data: { port: channel.port1 } });
      return { worker: null, port: channel.port2 };
    },
  };

  function received({ data }) {
    if (data.text === undefined) return;
    for (const callback of listeners.get(data.text.type) ?? []) {
      try {
        callback(data.text);
      } catch (error) {
        send({ type: 'fault', what: 'page_script_failed', detail: `${data.text.type}: ${error.name}` });
      }
    }
  }

  function tryTransport(transport) {
    return new Promise((resolve, reject) => {
      const settings = { ...configuration.link, transport, top: isTopFrame };
      const place = starters[transport](settings);
      const timer = setTimeout(() => reject(new Error('no answer')), ANSWER_WITHIN_MS);
      if (place.worker) place.worker.onerror = () => reject(new Error('not started'));
      place.port.onmessage = (event) => {
        if (event.data.ready !== undefined) {
          clearTimeout(timer);
          resolve(place);
        } else {
          received(event);
        }
      };
    });
  }

  async function start() {
    if (started) return;
    started = true;
    const refused = [];
    for (const transport of Object.keys(starters)) {
      try {
        const place = await tryTransport(transport);
        port = place.port;
        linkClient.place = place; // a SharedWorker lives as long as somebody holds it
        break;
      } catch (error) {
        refused.push({ type: 'fault', what: 'worker_failed', detail: `${transport}: ${error.name}` });
      }
    }
    if (port === null) return;
    const kept = [...refused.map((text) => [{ text }, []]), ...waiting];
    waiting = [];
    for (const [message, transfer] of kept) port.postMessage(message, transfer);
  }

  // Before the place is found messages wait; the oldest goes when there are too many.
  function post(message, transfer = []) {
    start();
    if (port !== null) port.postMessage(message, transfer);
    else {
      waiting.push([message, transfer]);
      if (waiting.length > MAXIMUM_WAITING) waiting.shift();
    }
  }

  function send(object) {
    try {
      post({ text: JSON.parse(JSON.stringify(object)) });
    } catch (error) {
      post({ text: { type: 'fault', what: 'unsendable', detail: error.name } });
    }
  }

  function openPort() {
    const channel = new MessageChannel();
    post({ port: channel.port1 }, [channel.port1]);
    return channel.port2;
  }

  function onMessage(type, callback) {
    if (!listeners.has(type)) listeners.set(type, []);
    listeners.get(type).push(callback);
  }

  return { start, send, openPort, onMessage, place: null };
})();

const reportFault = (what, detail = '', more = {}) => linkClient.send({ type: 'fault', what, detail, ...more });

// The session's clock now, microseconds; null before the link has told it.
let clockOffsetUs = null;
linkClient.onMessage('clock', (message) => {
  clockOffsetUs = message.offset_us;
});
const sessionClockUs = () =>
  clockOffsetUs === null ? null : (performance.timeOrigin + performance.now()) * 1000 + clockOffsetUs;

// Replaces a method by a Proxy, so that name, length and toString() stay the browser's.
function wrapMethod(owner, name, around) {
  const original = owner?.[name];
  if (typeof original !== 'function') return;
  owner[name] = new Proxy(original, { apply: (target, self, args) => around(target, self, args) });
}
