// Which tracks are tapped, by whom, and under which number. A track is tapped once, however many want it heard.

// What is known about where a track's sound comes from: 'rtc' (tapped as a remote track) or 'local' (a device of
// this machine), 'microphone' (the bot's voice); nothing: the page made it.
const provenance = new WeakMap();

const registry = (() => {
  const byTrack = new Map(); // MediaStreamTrack -> {number, kind, holders: Set, element, announcement}
  const byNumber = new Map();
  const callbacks = [];
  const elements = new WeakSet(); // our own, which pull the jitter buffers
  let next = 0; // the session makes the numbers of different frames unique
  let worker = null;

  function audioWorker() {
    if (worker !== null) return worker;
    worker = new native.Worker(workerUrl('audio_worker', { pageOriginMs: performance.timeOrigin }));
    worker.onerror = () => reportFault('worker_failed', 'audio_worker');
    worker.onmessage = ({ data }) => {
      if (data.ended !== undefined) closeNumber(data.ended);
      else if (data.failed !== undefined) {
        reportFault('track_unheard', data.detail, { track: data.failed });
        closeNumber(data.failed);
      } else if (data.heard !== undefined) registry.heard = data.heard;
    };
    const port = linkClient.openPort();
    worker.postMessage({ port }, [port]);
    return worker;
  }

  // A remote track that nobody plays delivers nothing: an element of our own pulls its jitter buffer, unheard.
  function pull(track) {
    const element = new native.Audio();
    elements.add(element);
    element.muted = true;
    element.srcObject = new native.MediaStream([track]);
    native.play.call(element).catch((error) => reportFault('track_unplayed', error.name));
    return element;
  }

  function open(track, holder, { source, streamId = '', mid = '' }) {
    const known = byTrack.get(track);
    if (known !== undefined) {
      if (known.announcement.streamId === streamId || source !== 'rtc') {
        known.holders.add(holder);
        return known.number;
      }
      closeNumber(known.number); // the same line of a meeting now carries somebody else
    }
    next += 1;
    const number = next;
    const announcement = { track: number, kind: track.kind, source, mediaTrack: track, streamId, mid };
    const entry = { number, track, holders: new Set([holder]), element: null, announcement };
    byTrack.set(track, entry);
    byNumber.set(number, entry);
    linkClient.send({
      type: 'track_opened', track: number, kind: track.kind, source,
      media_track_id: track.id, stream_id: streamId, mid, top: isTopFrame,
    });
    if (track.kind === 'audio') listen(entry);
    for (const callback of callbacks) tell(callback, announcement);
    return number;
  }

  function listen(entry) {
    try {
      if (entry.announcement.source === 'rtc') entry.element = pull(entry.track);
      const { readable } = new native.MediaStreamTrackProcessor({ track: entry.track });
      audioWorker().postMessage({ open: { track: entry.number, readable } }, [readable]);
    } catch (error) {
      reportFault('track_unheard', error.name, { track: entry.number });
    }
  }

  function tell(callback, announcement) {
    try {
      callback({ ...announcement });
    } catch (error) {
      reportFault('page_script_failed', `onTrack: ${error.name}`);
    }
  }

  // One holder less; the track is closed with the last one.
  function release(track, holder) {
    const entry = byTrack.get(track);
    if (entry === undefined) return;
    entry.holders.delete(holder);
    if (entry.holders.size === 0) closeNumber(entry.number);
  }

  function closeNumber(number) {
    const entry = byNumber.get(number);
    if (entry === undefined) return;
    byNumber.delete(number);
    byTrack.delete(entry.track);
    if (entry.track.kind === 'audio') worker?.postMessage({ close: number });
    if (entry.element !== null) entry.element.srcObject = null;
    // The last samples are still on their way through the worker; the word must not overtake them.
    setTimeout(() => linkClient.send({ type: 'track_closed', track: number }), 100);
  }

  function onTrack(callback) {
    callbacks.push(callback);
    for (const entry of byNumber.values()) tell(callback, entry.announcement);
  }

  return { open, release, onTrack, isOurs: (element) => elements.has(element), entries: () => byNumber, heard: {} };
})();
