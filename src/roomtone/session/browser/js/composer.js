// The composer's part in the page: finds the video track that a scene names, hands its pictures to the worker.
// Messages: docs/protocols/page-link.md, "Pictures". The worker's source is put in by composer_script.py.
(() => {
  "use strict";
  const WORKER_SOURCE = "__COMPOSER_WORKER_SOURCE__";
  // A selector list: whatever paints decoded video. Painting costs more than encoding.
  const HIDING_STYLE = "video { display: none !important; }";

  const link = globalThis.__roomtone;
  // One encoder a session: frames inside the page have none (their tracks cannot be shown).
  if (!link || link.configuration?.top === false) return;
  // Taken before the page can put its own in their place.
  const { Worker, MediaStreamTrackProcessor, Blob, URL } = globalThis;

  const tracks = new Map(); // media track id -> MediaStreamTrack
  let worker = null;
  let scene = null;
  let attached = ""; // the media track id that the worker reads
  let hiding = null; // our <style> element while the page's videos are hidden

  function report(what, problem) {
    link.send({ type: "fault", part: "composer", what, detail: String((problem && problem.name) || problem || "") });
  }

  function start(settings) {
    hidePageVideos(Boolean(settings.hide_page_videos));
    if (worker) {
      worker.postMessage({ type: "start", settings });
      return;
    }
    try {
      const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
      worker = new Worker(url, { name: "roomtone-composer" });
      URL.revokeObjectURL(url);
      worker.onerror = (event) => report("worker_error", event.message);
      const port = link.openPort();
      worker.postMessage({ type: "start", settings, port }, [port]);
    } catch (problem) {
      report("worker_refused", problem);
      worker = null;
      return;
    }
    if (scene) show(scene);
  }

  function stop() {
    hidePageVideos(false);
    if (worker) worker.postMessage({ type: "stop" });
    worker = null;
    attached = "";
  }

  function show(next) {
    scene = next;
    if (!worker) return;
    worker.postMessage({ type: "scene", scene });
    attach();
  }

  // Opens the scene's track for the worker; does nothing when it is open or not there yet.
  function attach() {
    const id = (scene && scene.media_track_id) || "";
    if (!worker || id === attached) return;
    if (!id) {
      attached = "";
      worker.postMessage({ type: "source", id: "", readable: null });
      return;
    }
    const track = tracks.get(id);
    if (!track || track.readyState === "ended") return;
    try {
      const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 2 });
      worker.postMessage({ type: "source", id, readable }, [readable]);
      attached = id;
    } catch (problem) {
      report("track_unreadable", problem);
    }
  }

  function hidePageVideos(hide) {
    if (hide && !hiding) {
      hiding = document.createElement("style");
      hiding.textContent = HIDING_STYLE;
      document.documentElement.append(hiding);
    } else if (!hide && hiding) {
      hiding.remove();
      hiding = null;
    }
  }

  link.onTrack(({ kind, mediaTrack }) => {
    if (kind !== "video") return;
    tracks.set(mediaTrack.id, mediaTrack);
    mediaTrack.addEventListener("ended", () => {
      if (tracks.get(mediaTrack.id) === mediaTrack) tracks.delete(mediaTrack.id);
    });
    attach();
  });
  link.onMessage("video_start", start);
  link.onMessage("video_stop", stop);
  link.onMessage("scene", show);
  link.onMessage("hide_page_videos", (message) => hidePageVideos(Boolean(message.hide)));
})();
