// Zoom's signal reader: what the client's own gateway tells it, wherever the client keeps the socket.
//
//   {type: "signal", source: "gateway", socket, evt, body}   a message of the gateway: its number and its content
//   {type: "signal", source: "closed", socket}               a socket that such messages came over closed
//   {type: "signal", source: "pulse"}                        once a second while the gateway is known: time passes
//
// `socket` is a word that tells this document's sockets apart. Runs in every frame: the client may live in one.
(() => {
  const link = globalThis.__roomtone;
  const sockets = globalThis.__roomtoneSockets;
  if (!link || !sockets || globalThis.__roomtoneZoom) return;
  globalThis.__roomtoneZoom = true;

  const PULSE_EVERY_MS = 1000;
  const document_ = crypto.getRandomValues(new Uint32Array(2)).join("-");
  const send = (message) => link.send({ type: "signal", ...message });

  // Fields that some reader of ours knows; every other message of the gateway stays in the page.
  const FIELDS = /"(?:add|update|remove|asn\d+|res|reason|bHold|senderName|destNodeID|meetingTopic|cmrServerStatus)"\s*:/;
  const speakerEvents = new Set([12033]);
  const known = new Set();
  let pulse = null;

  // The envelope in a text, or in a text that is itself written as a JSON text; null: it is none.
  const envelopeOf = (text) => {
    if (typeof text !== "string" || !text.includes("evt")) return null;
    try {
      let envelope = JSON.parse(text);
      if (typeof envelope === "string") envelope = JSON.parse(envelope);
      if (!envelope || typeof envelope.evt !== "number") return null;
      let { body } = envelope;
      if (typeof body === "string" && body.startsWith("{")) body = JSON.parse(body);
      return { evt: envelope.evt, body: body && typeof body === "object" && !Array.isArray(body) ? body : {} };
    } catch {
      return null;
    }
  };

  const heard = (socket, text) => {
    const envelope = envelopeOf(text);
    if (envelope === null) return;
    if (!known.has(socket)) {
      known.add(socket);
      pulse ??= setInterval(() => send({ source: "pulse" }), PULSE_EVERY_MS);
    }
    const names = Object.keys(envelope.body);
    if (names.some((name) => /^asn\d+$/.test(name))) speakerEvents.add(envelope.evt);
    const isKnown = names.length === 0 ? speakerEvents.has(envelope.evt) : FIELDS.test(JSON.stringify(envelope.body));
    if (isKnown) send({ source: "gateway", socket, ...envelope });
  };
  const closed = (socket) => {
    if (known.delete(socket)) send({ source: "closed", socket });
  };

  sockets.onEvent(({ id, kind, data }) => {
    const socket = `${document_}/${id}`;
    if (kind === "text") heard(socket, data);
    else if (kind === "closed") closed(socket);
  });
})();
