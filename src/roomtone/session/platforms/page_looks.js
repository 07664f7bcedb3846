// Looks at one frame: which of the wanted marks it shows. One round trip; shadow roots are searched too, closed ones
// as far as they were noted when they were made (shadow_roots.js).
//
// queries: [[name, selector, text, pattern, url, presence, buttons], ...] -> [name, ...]
(queries) => {
  const plain = (text) => (text ?? "").replace(/[‘’ʼ]/g, "'").replace(/\s+/g, " ").trim().toLowerCase();

  const rootsUnder = (root, found) => {
    found.push(root);
    const noted = globalThis.__roomtoneShadowRoots;
    if (noted === undefined || noted.size === 0) return found;
    for (const ref of noted) {
      const shadow = ref.deref();
      if (shadow === undefined) noted.delete(ref);
      else if (shadow.host.isConnected) found.push(shadow);
    }
    return found;
  };
  const roots = rootsUnder(document, []);

  const candidates = new Map();
  const elementsOf = (selector) => {
    if (!candidates.has(selector)) {
      const found = [];
      for (const root of roots) {
        try {
          found.push(...root.querySelectorAll(selector));
        } catch {
          break; // a selector that this browser does not know finds nothing
        }
      }
      candidates.set(selector, found);
    }
    return candidates.get(selector);
  };

  // Something in a box of no size that cuts off what does not fit is laid out, and nobody sees it; unless it
  // is placed by a box further out.
  const isCutOff = (element) => {
    let { position } = getComputedStyle(element);
    for (let box = element.parentElement; box !== null && position !== "fixed"; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (position === "absolute" && style.position === "static") continue;
      const isEmpty = box.clientWidth === 0 || box.clientHeight === 0;
      if (isEmpty && style.overflow !== "visible" && !style.display.startsWith("inline")) return true;
      position = style.position;
    }
    return false;
  };
  const isPlaced = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    if (box.width < 40 || box.height < 15) return false;
    // Left of and above the page nobody can scroll.
    if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return false;
    return !isCutOff(element);
  };
  const isPresent = {
    attached: () => true,
    rendered: (element) => element.checkVisibility(),
    placed: isPlaced,
    shown: (element) => isPlaced(element) && element.checkVisibility({ opacityProperty: true }),
  };

  // The text of what is not laid out is in no layout; its document text is the next best.
  const textOf = (element) => element.innerText ?? element.textContent;
  const fits = (element, text, pattern, presence) => {
    if (!isPresent[presence](element)) return false;
    if (!text && !pattern) return true;
    const words = plain(textOf(element));
    if (text && !words.includes(plain(text))) return false;
    if (!pattern) return true;
    const lines = textOf(element).split("\n").map(plain);
    return [words, ...lines, plain(element.getAttribute("aria-label"))].some((said) => said && pattern.test(said));
  };

  // A box may be made of several that all fit its selector: the buttons of the outermost count.
  const hasOnly = (element, selector, allowed) => {
    let box = element;
    for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
      if (outer.matches(selector)) box = outer;
    }
    return [...box.querySelectorAll("button, [role=button]")]
      .filter((button) => button.checkVisibility())
      .map((button) => [plain(textOf(button)), plain(button.getAttribute("aria-label"))].filter(Boolean))
      .every((names) => names.length === 0 || names.some((name) => allowed.test(name)));
  };

  return queries
    .filter(([, selector, text, pattern, url, presence, buttons]) => {
      if (url && !new RegExp(url, "i").test(location.href)) return false;
      if (!selector) return true;
      const wanted = pattern ? new RegExp(pattern, "i") : null;
      const allowed = buttons ? new RegExp(buttons, "i") : null;
      return elementsOf(selector).some(
        (element) =>
          fits(element, text, wanted, presence) && (allowed === null || hasOnly(element, selector, allowed)),
      );
    })
    .map(([name]) => name);
}
