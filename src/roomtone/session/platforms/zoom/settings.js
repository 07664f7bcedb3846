// What Zoom's client would ask a person in its settings, answered before it starts: sound joined by itself and muted,
// no camera, no tile of the bot's own. Left alone where the client has remembered an answer.
(() => {
  if (!/(^|\.)zoom(gov)?\.(us|com)$/.test(location.hostname)) return;
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
