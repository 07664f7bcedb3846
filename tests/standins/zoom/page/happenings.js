// Tells the stand-in what a person sees now; the scenario table counts its seconds from it. Zoom has nothing like it.
export function happened(what, text) {
  navigator.sendBeacon("/standin/happening", JSON.stringify({ what, ...(text ? { text } : {}) }));
}
