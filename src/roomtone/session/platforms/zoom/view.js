// Marks the shared screen while there is one, so that view.css can let it fill the picture. Its containers are in the
// document all the time, with no size while nobody shares. Marks the bot's own tiles too, while others have some.
(ownName) => {
  const SURFACES = [".sharee-container__viewport", ".sharee-container", "[class*='sharee-container']"];
  const TILES = "[class*='-container__video-frame']";
  const NAMES = ".video-avatar__avatar-footer, .video-avatar__avatar-name";
  const LEAST_PX = 100;
  const EVERY_MS = 300;
  let pinned = null;
  let around = [];

  const unpin = () => {
    pinned?.removeAttribute("data-roomtone-share");
    for (const element of around) element.removeAttribute("data-roomtone-around");
    pinned = null;
    around = [];
  };
  const isSurface = (element) => {
    if (!element.checkVisibility()) return false;
    const box = element.getBoundingClientRect();
    return (
      box.width >= LEAST_PX && box.height >= LEAST_PX && element.querySelector("canvas, video, video-player") !== null
    );
  };
  const pin = (element) => {
    pinned = element;
    element.setAttribute("data-roomtone-share", "");
    for (let one = element.parentElement; one !== null && one !== document.body; one = one.parentElement) {
      one.setAttribute("data-roomtone-around", "");
      around.push(one);
    }
  };
  const markOwnTiles = () => {
    const tiles = [...document.querySelectorAll(TILES)];
    const names = tiles.map((tile) => (tile.querySelector(NAMES)?.textContent ?? "").trim());
    const isOwn = (name) => name.replace(/\s*\(me\)$/i, "") === ownName;
    const hasOthers = names.some((name) => name !== "" && !isOwn(name));
    tiles.forEach((tile, n) => tile.toggleAttribute("data-roomtone-own", hasOthers && isOwn(names[n])));
  };
  const look = () => {
    markOwnTiles();
    // Measured as the client laid it out; nothing is painted between here and the end of this call.
    unpin();
    for (const selector of SURFACES) {
      const found = [...document.querySelectorAll(selector)].find(isSurface);
      if (found !== undefined) {
        pin(found);
        return;
      }
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => {
    clearInterval(timer);
    unpin();
    for (const tile of document.querySelectorAll("[data-roomtone-own]")) tile.removeAttribute("data-roomtone-own");
  };
}
