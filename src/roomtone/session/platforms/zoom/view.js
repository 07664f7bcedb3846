// Marks the shared screen while there is one, so that view.css can let it fill the picture. Its containers are in the
// document all the time, with no size while nobody shares.
() => {
  const SURFACES = [".sharee-container__viewport", ".sharee-container", "[class*='sharee-container']"];
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
  const look = () => {
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
  };
}
