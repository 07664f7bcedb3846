// Lets a platform's script read the answers of chosen requests that the page makes, without touching them.
//
//   globalThis.__roomtoneRequests.onAnswer(matches, callback)
//     matches(url)               whether a request to this absolute address (a URL) is wanted; every other answer is
//                                left alone and never read
//     callback({url, status, text})   its answer: status and content, at most MOST_CHARACTERS
//
// Heard are fetch and XMLHttpRequest. It knows no platform.
(() => {
  if (globalThis.__roomtoneRequests) return;
  const MOST_CHARACTERS = 1_000_000;
  const readers = [];

  const wanting = (address) => {
    try {
      const url = new URL(address, document.baseURI);
      return { url, callbacks: readers.filter(({ matches }) => matches(url)).map(({ callback }) => callback) };
    } catch {
      return { url: null, callbacks: [] };
    }
  };
  const tell = ({ url, callbacks }, status, text) => {
    if (typeof text !== "string" || text.length > MOST_CHARACTERS) return;
    for (const callback of callbacks) {
      try {
        callback({ url: url.href, status, text });
      } catch {
        // A reader's mistake must never reach the page.
      }
    }
  };

  if (typeof globalThis.fetch === "function") {
    globalThis.fetch = new Proxy(globalThis.fetch, {
      apply(target, self, args) {
        const answer = Reflect.apply(target, self, args);
        const request = args[0];
        const wanted = wanting(request instanceof Request ? request.url : String(request));
        if (wanted.callbacks.length > 0) {
          answer
            .then((response) => {
              const copy = response.clone(); // at once, before the page can use up the body
              return copy.text().then((text) => tell(wanted, copy.status, text));
            })
            .catch(() => undefined);
        }
        return answer;
      },
    });
  }

  globalThis.__roomtoneRequests = { onAnswer: (matches, callback) => readers.push({ matches, callback }) };

  const prototype = globalThis.XMLHttpRequest?.prototype;
  if (!prototype) return;
  const addresses = new WeakMap();
  const contentOf = (request) => {
    if (request.responseType === "" || request.responseType === "text") return request.responseText;
    return request.responseType === "json" ? JSON.stringify(request.response) : null;
  };
  prototype.open = new Proxy(prototype.open, {
    apply(target, self, args) {
      addresses.set(self, String(args[1]));
      return Reflect.apply(target, self, args);
    },
  });
  prototype.send = new Proxy(prototype.send, {
    apply(target, self, args) {
      const wanted = wanting(addresses.get(self));
      if (wanted.callbacks.length > 0) {
        self.addEventListener("load", () => tell(wanted, self.status, contentOf(self)), { once: true });
      }
      return Reflect.apply(target, self, args);
    },
  });
})();
