// Participants' own pictures, the page's part: hands each wanted track to the worker that encodes it.
// Messages: docs/protocols/page-link.md, "Participants' own pictures". The worker's source is put in by stream_script.py.
(() => {
  "use strict";
  const WORKER_SOURCE = "__STREAMS_WORKER_SOURCE__";

  const link = globalThis.__roomtone;
  if (!link || link.configuration?.top === false) return;
  // Taken before the page can put its own in their place.
  const { Worker, MediaStreamTrackProcessor, Blob, URL } = globalThis;

  const tracks = new Map(); // media track id -> MediaStreamTrack
  const waiting = new Map(); // stream number -> the message that starts it, while its track is not there
  let worker = null;

  function report(what, problem, stream) {
    const detail = String((problem && problem.name) || problem || "");
    link.send({ type: "fault", part: "streams", what, detail, stream });
  }

  function workerOf(message) {
    if (worker) return worker;
    const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
    worker = new Worker(url, { name: "roomtone-streams" });
    URL.revokeObjectURL(url);
    worker.onerror = (event) => report("worker_error", event.message);
    const port = link.openPort();
    worker.postMessage({ type: "open", port, clockUs: message.clock_us }, [port]);
    return worker;
  }

  function start(message) {
    const track = tracks.get(message.media_track_id);
    if (!track || track.readyState === "ended") {
      waiting.set(message.stream, message);
      return;
    }
    waiting.delete(message.stream);
    try {
      const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 2 });
      workerOf(message).postMessage({ type: "start", settings: message, readable }, [readable]);
    } catch (problem) {
      report("stream_unreadable", problem, message.stream);
    }
  }

  function stop({ stream }) {
    waiting.delete(stream);
    worker?.postMessage({ type: "stop", stream });
  }

  link.onTrack(({ kind, mediaTrack }) => {
    if (kind !== "video") return;
    tracks.set(mediaTrack.id, mediaTrack);
    mediaTrack.addEventListener("ended", () => {
      if (tracks.get(mediaTrack.id) === mediaTrack) tracks.delete(mediaTrack.id);
    });
    for (const message of [...waiting.values()]) if (message.media_track_id === mediaTrack.id) start(message);
  });
  link.onMessage("stream_start", start);
  link.onMessage("stream_stop", stop);
})();
