// Zoom's signal reader: what the client's own gateway tells it, wherever the client keeps the socket, and which
// remote tracks the page has.
//
//   {type: "signal", source: "gateway", socket, evt, body}   a message of the gateway: its number and its content
//   {type: "signal", source: "closed", socket}               a socket that such messages came over closed
//   {type: "signal", source: "lines", body}                  a negotiation of media lines outside such messages
//   {type: "signal", source: "answer", ok, code}             the web server's answer to the request to join
//   {type: "signal", source: "tracks", tracks: [{id, kind, stream_id, mid, ssrcs, cnames, element, loop}]}
//                            remote tracks of this frame that are new or changed; `element`: the number in the id of
//                            the audio element that plays it; `loop`: the frame sends it to itself; {id, ended: true}:
//                            it is gone
//   {type: "signal", source: "pulse"}                        once a second while the gateway is known: time passes
//
// `socket` is a word that tells all sockets of all documents apart. Runs in every frame: the client may live in one.
(() => {
  const link = globalThis.__roomtone;
  if (!link || globalThis.__roomtoneZoom) return;
  // What of the gateway was understood, ever; and whom a chat message concerns.
  const seen = { gateway: false, roster: false, speakers: false, onChat: () => undefined };
  globalThis.__roomtoneZoom = seen;

  const PULSE_EVERY_MS = 1000;
  const LONGEST_TEXT = 2_000_000;
  const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
  const send = (message) => link.send({ type: "signal", ...message });

  // The gateway: fields that some reader of ours knows; every other message stays in the page.
  const FIELDS = new RegExp(
    '"(?:add|update|remove|asn\\d+|res|reason|bHold|senderName|destNodeID|meetingTopic|cmrServerStatus|msgI[dD]|changedContent)"\\s*:',
  );
  // Of media lines; a message may be JSON in a text of another, with its quotes escaped.
  const LINE_FIELDS = /"(?:mid|msid|m?line|line_?(?:id|index)|ssrcs?|associate|stream_request_msg_index)\\*"\s*:/i;
  const LINE_TYPES = /(?:main|share)_?(?:audio|video)|"delete"|associate|"media_?type\\*"\s*:/i;
  // Where a message may hold another one, or a list of them.
  const WRAPPINGS = ["payload", "message", "data", "body", "params", "batch", "messages", "events", "content"];
  const MOST_WRAPPED = 5;
  const MOST_IN_A_BATCH = 500;
  const speakerEvents = new Set([12033]);
  const known = new Set();
  let pulse = null;

  // A JSON object or list in a text, or in a text that is itself written as a JSON text; null: it is none.
  const objectOf = (text) => {
    if (typeof text !== "string" || text.length > LONGEST_TEXT || !/^\s*["{[]/.test(text)) return null;
    try {
      const value = JSON.parse(text);
      return typeof value === "string" ? objectOf(value) : value;
    } catch {
      return null;
    }
  };
  const plain = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : null);
  // The gateway's messages in a message: itself, or what it wraps, in however many layers.
  function* envelopesIn(message, depth = 0) {
    const value = typeof message === "string" && message.includes("evt") ? objectOf(message) : message;
    if (!value || typeof value !== "object" || ArrayBuffer.isView(value) || depth > MOST_WRAPPED) return;
    if (Array.isArray(value)) {
      for (const one of value.slice(0, MOST_IN_A_BATCH)) yield* envelopesIn(one, depth + 1);
    } else if (typeof value.evt === "number") {
      const body = plain(value.body) ?? plain(objectOf(value.body)) ?? {};
      if (typeof body.evt === "number") yield* envelopesIn(body, depth + 1);
      else yield { evt: value.evt, body };
    } else {
      for (const name of WRAPPINGS) if (value[name]) yield* envelopesIn(value[name], depth + 1);
    }
  }
  const isAboutLines = (text) => LINE_FIELDS.test(text) && LINE_TYPES.test(text);

  const heardEnvelope = (socket, { evt, body }) => {
    if (!known.has(socket)) {
      known.add(socket);
      seen.gateway = true;
      pulse ??= setInterval(() => send({ source: "pulse" }), PULSE_EVERY_MS);
    }
    const names = Object.keys(body);
    if (names.some((name) => /^asn\d+$/.test(name))) {
      speakerEvents.add(evt);
      seen.speakers = true;
    }
    if ("add" in body || "update" in body) seen.roster = true;
    if ("senderName" in body) seen.onChat();
    const text = names.length === 0 ? "" : JSON.stringify(body);
    if (text === "" ? speakerEvents.has(evt) : FIELDS.test(text) || isAboutLines(text)) {
      send({ source: "gateway", socket, evt, body });
    }
  };
  // `message`: a text, or an object that a worker handed over.
  const heard = (socket, message) => {
    const isText = typeof message === "string";
    // Looked at before it is parsed: most of what workers say is of neither kind.
    if (isText && !message.includes("evt") && !LINE_TYPES.test(message)) return;
    const object = isText ? objectOf(message) : message;
    let isOfGateway = false;
    for (const envelope of envelopesIn(object)) {
      isOfGateway = true;
      heardEnvelope(socket, envelope);
    }
    if (isOfGateway || !isText || plain(object) === null) return;
    if (isAboutLines(JSON.stringify(object))) send({ source: "lines", body: object });
  };
  const closed = (socket) => {
    if (known.delete(socket)) send({ source: "closed", socket });
  };

  globalThis.__roomtoneSockets?.onEvent(({ id, kind, data }) => {
    const socket = `${page}/socket${id}`;
    if (kind === "text") heard(socket, data);
    else if (kind === "closed") closed(socket);
  });

  // A socket in a worker: {type: "message", data, id}, and {type: "close", id} at its end.
  globalThis.__roomtoneWorkers?.onMessage(({ id, data }) => {
    if (typeof data === "string") heard(`${page}/worker${id}`, data);
    else if (data && typeof data === "object" && !(data instanceof ArrayBuffer)) {
      const socket = `${page}/worker${id}/${data.id ?? ""}`;
      if (data.type === "close" || data.type === "closed") closed(socket);
      else heard(socket, data.data ?? data);
    }
  });

  // The request to join, and the one before it that describes the meeting.
  const JOIN_PATHS = [/\/wc\/[^/]+\/join$/, /\/wc\/join\/[^/]+$/, /\/api\/v\d+\/wc\/info$/];
  globalThis.__roomtoneRequests?.onAnswer(
    (url) => JOIN_PATHS.some((path) => path.test(url.pathname)),
    ({ text }) => {
      const answer = plain(objectOf(text));
      if (answer === null || typeof answer.status !== "boolean") return;
      const rest = plain(answer.result?.rsRes);
      const ok = answer.status && rest?.status !== false;
      send({ source: "answer", ok, code: Number(ok ? 0 : answer.errorCode || rest?.errorCode || 0) });
    },
  );

  // Remote tracks, in the words that signalling may use for them.
  const ELEMENT = /^zoom-audio-tag-(\d+)$/;
  const rows = new Map(); // media track id -> row
  let told = new Map(); // media track id -> its row as JSON
  let isTellingPlanned = false;

  const tellTracks = () => {
    isTellingPlanned = false;
    for (const element of document.querySelectorAll("audio[id^=zoom-audio-tag-]")) {
      const track = element.srcObject instanceof MediaStream ? element.srcObject.getAudioTracks()[0] : undefined;
      const row = track && rows.get(track.id);
      if (row) row.element = ELEMENT.exec(element.id)?.[1] ?? "";
    }
    const changed = [...rows.values()].filter((row) => told.get(row.id) !== JSON.stringify(row));
    const ended = [...told.keys()].filter((id) => !rows.has(id)).map((id) => ({ id, ended: true }));
    told = new Map([...rows].map(([id, row]) => [id, JSON.stringify(row)]));
    if (changed.length + ended.length > 0) send({ source: "tracks", tracks: [...ended, ...changed] });
  };
  const tellTracksSoon = (delayMs = 0) => {
    if (isTellingPlanned) return;
    isTellingPlanned = true;
    setTimeout(tellTracks, delayMs);
  };
  const rowOf = (track) => {
    if (!rows.has(track.id)) {
      const words = { stream_id: "", mid: "", ssrcs: [], cnames: [], element: "", loop: false };
      rows.set(track.id, { id: track.id, kind: track.kind, ...words });
      track.addEventListener("ended", () => {
        rows.delete(track.id);
        tellTracksSoon();
      });
    }
    return rows.get(track.id);
  };

  link.onTrack(({ mediaTrack, source, streamId, mid }) => {
    if (source !== "rtc") return;
    Object.assign(rowOf(mediaTrack), { stream_id: streamId, mid });
    tellTracks(); // at once: its sound is on the way
  });
  globalThis.__roomtoneDescriptions?.onLines((lines) => {
    for (const { mediaTrack, mid, streamId, ssrcs, cnames, isLoop } of lines) {
      if (mediaTrack.readyState === "ended") continue;
      const row = rowOf(mediaTrack);
      Object.assign(row, { mid, ssrcs, cnames, loop: isLoop });
      if (streamId && streamId !== "-") row.stream_id = streamId;
    }
    tellTracksSoon();
  });
  // Elements get their streams some time after the tracks came, and others later.
  document.addEventListener("playing", ({ target }) => target instanceof HTMLAudioElement && tellTracksSoon(100), true);
})();
