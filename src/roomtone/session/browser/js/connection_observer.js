// Tells the session when every media connection of this frame is gone, and when one is back.
//
//   {type: "connections", frame, connected, lost}   sent when either number changes
//
// A network that dies says nothing: the sockets stay open and silent tracks go on being silent. ICE notices,
// because the other side stops answering its consent checks.
(() => {
  const link = globalThis.__roomtone;
  const inner = globalThis.RTCPeerConnection;
  if (!link || !inner || globalThis.__roomtoneConnections) return;
  globalThis.__roomtoneConnections = true;

  const LOST = new Set(["disconnected", "failed"]);
  const frame = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let references = [];
  let told = "0/0";

  const tell = () => {
    let connected = 0;
    let lost = 0;
    references = references.filter((reference) => {
      const state = reference.deref()?.connectionState ?? "closed";
      if (state === "connected") connected += 1;
      if (LOST.has(state)) lost += 1;
      return state !== "closed";
    });
    if (told === `${connected}/${lost}`) return;
    told = `${connected}/${lost}`;
    link.send({ type: "connections", frame, connected, lost });
  };

  const observed = new Proxy(inner, {
    construct(target, args, newTarget) {
      const connection = Reflect.construct(target, args, newTarget === observed ? target : newTarget);
      references.push(new WeakRef(connection));
      connection.addEventListener("connectionstatechange", tell);
      return connection;
    },
  });
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) {
    if (name in globalThis) globalThis[name] = observed;
  }
  // Closing fires no event, and a lost connection is closed and replaced by many a client.
  const close = inner.prototype.close;
  inner.prototype.close = function () {
    close.call(this);
    setTimeout(tell, 0);
  };
})();
