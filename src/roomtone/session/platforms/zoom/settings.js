// Before Zoom's client starts: what it would ask a person in its settings (sound joined by itself and muted, no camera,
// no tile of the bot's own) is answered, where it has not remembered an answer; and its launch page does not start
// Zoom's own program, for the browser's question about that would stand in the way.
(() => {
  if (!/(^|\.)zoom(gov)?\.(us|com)$/.test(location.hostname)) return;
  globalThis.navigation?.addEventListener("navigate", (event) => {
    if (/^zoom\w*:/i.test(event.destination.url) && event.cancelable) event.preventDefault();
  });

  const answers = {
    "WEB-CLIENT-ENABLE-AUTO-JOIN-AUDIO": true,
    "WEB-CLIENT-ENABLE-MUTE-WHEN-JOIN-MEETING": true,
    "WEB-CLIENT-ENABLE-TURN-OFF-VIDEO-WHEN-JOIN-MEETING": true,
    "WEB-CLIENT-ENABLE-HIDE-SELF-VIEW": true,
  };
  try {
    for (const [key, value] of Object.entries(answers)) {
      if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value));
    }
  } catch {
    // A frame without storage has no settings either.
  }
})();
