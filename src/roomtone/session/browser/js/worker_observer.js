// Lets a platform's script hear what workers tell the page, without touching it.
//
//   globalThis.__roomtoneWorkers.onMessage(callback)
//     callback({id, data})   a worker told the page something; `data` as it came, not to be changed. It is looked
//                            at for every message of every worker, media included: look at its type first.
//   `id` counts the document's workers and ports.
//
// Heard are dedicated and shared workers, ports that a worker hands to the page, and the page's own ends of channels
// whose other ends it gave to a worker. It knows no platform.
(() => {
  if (globalThis.__roomtoneWorkers || !globalThis.Worker) return;
  const callbacks = [];
  const observed = new WeakSet();
  const partners = new WeakMap(); // of a channel's ports
  let count = 0;

  const observe = (source) => {
    if (!source || observed.has(source)) return;
    observed.add(source);
    const id = (count += 1);
    source.addEventListener("message", ({ data, ports }) => {
      for (const port of ports) observe(port);
      for (const callback of callbacks) {
        try {
          callback({ id, data });
        } catch {
          // A reader's mistake must never reach the page.
        }
      }
    });
  };

  const hookConstructor = (name, found) => {
    const native = globalThis[name];
    if (typeof native !== "function") return;
    const hooked = new Proxy(native, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget === hooked ? target : newTarget);
        found(made);
        return made;
      },
    });
    globalThis[name] = hooked;
  };
  hookConstructor("Worker", observe);
  hookConstructor("SharedWorker", ({ port }) => observe(port));
  hookConstructor("MessageChannel", ({ port1, port2 }) => {
    partners.set(port1, port2);
    partners.set(port2, port1);
  });

  const hookPost = (owner) => {
    if (!owner) return;
    owner.postMessage = new Proxy(owner.postMessage, {
      apply(target, self, args) {
        const moved = Array.isArray(args[1]) ? args[1] : args[1]?.transfer;
        if (moved?.length) for (const one of moved) observe(partners.get(one));
        return Reflect.apply(target, self, args);
      },
    });
  };
  hookPost(globalThis.Worker.prototype);
  hookPost(globalThis.MessagePort?.prototype);

  globalThis.__roomtoneWorkers = { onMessage: (callback) => callbacks.push(callback) };
})();
