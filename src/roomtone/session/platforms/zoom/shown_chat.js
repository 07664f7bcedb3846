// The words of chat messages as the page shows them for some seconds, for messages that the gateway passed on
// encrypted. What is written in a chat is told as such and never looked at as anything else.
//
//   {type: "signal", source: "chat", sender, text}   `sender`: the line over the message, such as "Ada To Everyone"
(() => {
  const link = globalThis.__roomtone;
  const heard = globalThis.__roomtoneZoom;
  if (!link || !heard) return;

  const LOOK_EVERY_MS = 200;
  const LOOK_FOR_MS = 6000;
  const SAME_AGAIN_AFTER_MS = 1000;
  const TIP = ".last-chat-message-tip__container";
  let timer = null;
  let untilMs = 0;
  let told = "";
  let repeatedAtMs = Infinity;

  const look = () => {
    const sender = document.querySelector(`${TIP} [class*="__from-to"]`)?.textContent.trim() ?? "";
    const text = document.querySelector(`${TIP} [class*="__content"]`)?.textContent.trim() ?? "";
    const now = text && `${sender}\n${text}`;
    const isNew = now !== told || performance.now() >= repeatedAtMs;
    if (now && isNew) {
      repeatedAtMs = Infinity;
      link.send({ type: "signal", source: "chat", sender, text });
    }
    told = now;
    if (performance.now() < untilMs) return;
    clearInterval(timer);
    timer = null;
  };
  heard.onChat = () => {
    untilMs = performance.now() + LOOK_FOR_MS;
    // The last message's words still stand. When they do so after a while, the new one has the same.
    repeatedAtMs = performance.now() + SAME_AGAIN_AFTER_MS;
    timer ??= setInterval(look, LOOK_EVERY_MS);
  };
})();
