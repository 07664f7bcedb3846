// The launch page: it tries the native app by itself and at every press; the link to the browser's client comes after the second press.
const PRESSES_BEFORE_LINK = 2;
const FIRST_TRY_MS = 1200;
const config = window.MeetingConfig;
let presses = 0;

function launchApp() {
  location.href = `zoommtg://zoom.us/join?action=join&confno=${config.meetingNumber}`;
}

function clientAddress() {
  const query = new URLSearchParams(location.search);
  query.set("launched", "1");
  return `/wc/${config.meetingNumber}/join?${query}`;
}

function press() {
  presses += 1;
  launchApp();
  document.getElementById("download").hidden = false;
  document.getElementById("from-browser").hidden = presses < PRESSES_BEFORE_LINK;
}

const button = document.getElementById("launch");
button.addEventListener("click", press);
button.addEventListener("keydown", (event) => { if (event.key === "Enter") press(); });
document.getElementById("download-now").addEventListener("click", (event) => { event.preventDefault(); press(); });
document.getElementById("join-from-browser").href = clientAddress();
setTimeout(launchApp, FIRST_TRY_MS);
