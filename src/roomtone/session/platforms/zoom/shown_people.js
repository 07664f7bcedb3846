// Zoom's people as the page shows them: the fallback where the gateway is not heard.
//
//   {type: "signal", source: "page", people: [{name, me, muted, waiting}], count, active: [name]}
//        people of the participants pane, else of the tiles; count: the number at the participants button, which counts
//        the bot too, or null; active: names of who is marked as talking. Sent when it changed, and every two seconds.
//
// It looks at the page only in a frame that shows a meeting, and only while the gateway has told no roster, or nobody
// who speaks: after 5 s where no gateway is heard at all, after 45 s where it says nothing that is understood. Controls
// come and go; once a meeting was seen its stage is enough, and these times are not waited for again. Names that were
// told as talking and are not seen for three seconds are told to talk no more.
(() => {
  const link = globalThis.__roomtone;
  const heard = globalThis.__roomtoneZoom;
  if (!link || !heard) return;

  const LOOK_EVERY_MS = 250;
  const AGAIN_AFTER_MS = 2000;
  const EXPIRED_AFTER_MS = 3000;
  const NO_GATEWAY_AFTER_MS = 5000;
  const NOTHING_UNDERSTOOD_AFTER_MS = 45_000;
  const MEETING = "#wc-footer, #foot-bar, .footer__leave-btn-container";
  const STAGE = '[class*="-container__video-frame"], #meeting-app';
  const COUNTER = '[aria-label*="participants list"] .footer-button__number-counter';
  const ROWS = ".participants-li, .participants-item__item-layout";
  const FRAMES = '[class*="-container__video-frame"]';
  // Marks of who is talking, the surest first; a mark counts only where no surer one is found.
  const TALKING = [
    ".participants-icon__voip-speaking-icon, .phone-speaking-icon",
    '[class*="talking-indicator"]',
    '[class*="-container__video-frame--active"]',
    ".speaker-active-container__video-frame, .multi-speaker-main-container__video-frame",
    '[class*="single-"][class*="-container__video-frame"]',
  ];

  const textOf = (root, selector) => root?.querySelector(selector)?.textContent.trim() ?? "";
  const isRendered = (element) => element.getClientRects().length > 0;
  const rowsOf = (root) => [...root.querySelectorAll(ROWS)].filter((row) => !row.parentElement.closest(ROWS));
  const nameOfRow = (row) => textOf(row, ".participants-item__display-name");
  const nameOfFrame = (frame) =>
    textOf(frame, ".video-avatar__avatar-footer") || textOf(frame, ".video-avatar__avatar-name");
  const nameAround = (mark) => {
    const row = mark.closest(ROWS);
    if (row) return nameOfRow(row);
    return nameOfFrame(mark.closest(FRAMES) ?? mark.parentElement);
  };

  const mutedOf = (label) => (/\bunmuted\b/i.test(label) ? false : /\bmuted\b|no audio/i.test(label) ? true : null);
  const personOfRow = (row) => {
    const label = row.getAttribute("aria-label") ?? row.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
    return {
      name: nameOfRow(row),
      me: /\bme\b/i.test(textOf(row, ".participants-item__name-label")),
      muted: mutedOf(label),
      waiting: row.matches('[id^="waitingRoom-li"], [id^="waitingRoom-li"] *'),
    };
  };
  const people = () => {
    const rows = rowsOf(document);
    if (rows.length > 0) return rows.map(personOfRow);
    const names = [...document.querySelectorAll(FRAMES)].filter(isRendered).map(nameOfFrame);
    return [...new Set(names)].map((name) => ({ name, me: false, muted: null, waiting: false }));
  };
  const active = () => {
    for (const selector of TALKING) {
      const marks = [...document.querySelectorAll(selector)].filter(isRendered);
      const names = [...new Set(marks.map(nameAround))].filter(Boolean);
      if (names.length > 0) return names;
    }
    return [];
  };
  const look = () => {
    const counter = /\d+/.exec(textOf(document, COUNTER) || textOf(document, ".footer-button__number-counter"));
    return { people: people().filter(({ name }) => name), count: counter ? Number(counter[0]) : null, active: active() };
  };

  let observer = null;
  let isDirty = true;
  let meetingSinceMs = null;
  let before = "";
  let sent = "";
  let sentAtMs = 0;
  let seenAtMs = 0;
  let last = null; // what was sent last

  const isNeeded = (nowMs) => {
    if (heard.roster && heard.speakers) return false;
    if (document.querySelector(MEETING)) meetingSinceMs ??= nowMs;
    else if (meetingSinceMs === null || !document.querySelector(STAGE)) return false;
    return nowMs - meetingSinceMs >= (heard.gateway ? NOTHING_UNDERSTOOD_AFTER_MS : NO_GATEWAY_AFTER_MS);
  };
  const tell = (seen, nowMs) => {
    last = seen;
    sent = JSON.stringify(seen);
    sentAtMs = nowMs;
    link.send({ type: "signal", source: "page", ...seen });
  };
  const expire = (nowMs) => {
    if (last?.active.length > 0 && nowMs - seenAtMs >= EXPIRED_AFTER_MS) tell({ ...last, active: [] }, nowMs);
  };
  const watch = () => {
    observer = new MutationObserver(() => {
      isDirty = true;
    });
    const attributeFilter = ["class", "style", "aria-label"];
    observer.observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributeFilter });
  };
  const turn = () => {
    const nowMs = performance.now();
    if (!isNeeded(nowMs)) {
      observer?.disconnect();
      observer = null;
      if (!(heard.roster && heard.speakers)) expire(nowMs);
      return;
    }
    if (observer === null) {
      watch();
      isDirty = true;
    }
    const isDue = nowMs - sentAtMs >= AGAIN_AFTER_MS;
    if (!isDirty && before === sent && !isDue) {
      seenAtMs = nowMs;
      return;
    }
    isDirty = false;
    const seen = look();
    const text = JSON.stringify(seen);
    // Marks flicker: what is seen counts when it is seen twice.
    const isSteady = text === before;
    before = text;
    const isStillTold = last !== null && last.active.every((name) => seen.active.includes(name));
    if (isSteady || isStillTold) seenAtMs = nowMs;
    else expire(nowMs);
    if (isSteady && (text !== sent || isDue)) tell(seen, nowMs);
  };
  setInterval(turn, LOOK_EVERY_MS);
})();
