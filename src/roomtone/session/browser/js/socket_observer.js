// Lets a platform's script hear what the page's own WebSockets are told, without touching it.
//
//   globalThis.__roomtoneSockets.onEvent(callback)
//     callback({url, id, kind: "text", data})   a text message came, before or after the page heard it
//     callback({url, id, kind: "closed"})       the socket closed, for whatever reason
//   `id` counts the document's sockets.
//
// It knows no platform: which socket and which message matters is the platform's script's affair.
(() => {
  if (globalThis.__roomtoneSockets || !globalThis.WebSocket) return;
  const callbacks = [];
  const tell = (event) => {
    for (const callback of callbacks) {
      try {
        callback(event);
      } catch {
        // A reader's mistake must never reach the page.
      }
    }
  };
  let sockets = 0;
  const observe = (socket) => {
    const { url } = socket;
    const id = (sockets += 1);
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") tell({ url, id, kind: "text", data });
    });
    socket.addEventListener("close", () => tell({ url, id, kind: "closed" }));
  };
  const native = globalThis.WebSocket;
  const observed = new Proxy(native, {
    construct(target, args, newTarget) {
      const socket = Reflect.construct(target, args, newTarget === observed ? target : newTarget);
      observe(socket);
      return socket;
    },
  });
  globalThis.WebSocket = observed;
  globalThis.__roomtoneSockets = { onEvent: (callback) => callbacks.push(callback) };
})();
