// The practice meeting's signal reader: the meeting's own messages first, the page's tiles as the fallback.
//
//   {type: "signal", source: "socket", body: {type, ...}}       a message of the meeting's socket, as it came
//   {type: "signal", source: "socket", body: {type: "closed"}}  that socket closed
//   {type: "signal", source: "page", tiles: [{id, name, self, speaking, streams}]}
//                       what the tiles show, sent when it changes and only while the socket says nothing known
(() => {
  const link = globalThis.__roomtone;
  const sockets = globalThis.__roomtoneSockets;
  if (!link || !sockets || globalThis.top !== globalThis) return;

  const PATH = /^\/practice\/[^/]+\/socket$/;
  const TOLD = new Set([
    "waiting", "admitted", "denied", "ended", "participant_joined", "participant_changed", "participant_left",
    "active_speakers", "chat", "bot_muted_by_host",
  ]);
  const TILES_EVERY_MS = 200;
  let isSocketKnown = false;
  let observer = null;

  sockets.onEvent(({ url, kind, data }) => {
    if (!PATH.test(new URL(url).pathname)) return;
    let body = { type: "closed" };
    if (kind === "text") {
      try {
        body = JSON.parse(data);
      } catch {
        return;
      }
      if (!body || !TOLD.has(body.type)) return;
    }
    if (body.type === "admitted") {
      isSocketKnown = true;
      observer?.disconnect();
    }
    link.send({ type: "signal", source: "socket", body });
  });

  const streamsOf = (tile) =>
    [...tile.querySelectorAll("video, audio")].map((element) => element.srcObject?.id).filter(Boolean);
  const readTiles = () =>
    [...document.querySelectorAll(".tile[data-participant-id]")].map((tile) => ({
      id: tile.dataset.participantId,
      name: tile.querySelector(".tile-name")?.textContent.trim() ?? "",
      self: tile.dataset.self === "true",
      speaking: tile.dataset.speaking === "true",
      streams: streamsOf(tile),
    }));

  let sent = "[]";
  let isReadPlanned = false;
  const readSoon = () => {
    if (isReadPlanned || isSocketKnown) return;
    isReadPlanned = true;
    setTimeout(() => {
      isReadPlanned = false;
      const tiles = readTiles();
      const text = JSON.stringify(tiles);
      if (isSocketKnown || text === sent) return;
      sent = text;
      link.send({ type: "signal", source: "page", tiles });
    }, TILES_EVERY_MS);
  };
  const watchTiles = () => {
    if (isSocketKnown) return;
    observer = new MutationObserver(readSoon);
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ["data-speaking", "data-participant-id", "hidden"],
    });
    readSoon();
  };
  if (document.body) watchTiles();
  else document.addEventListener("DOMContentLoaded", watchTiles, { once: true });
})();
