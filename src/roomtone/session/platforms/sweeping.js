// Presses away what lies in the way in one frame; see sweeping.py.
//
// rows: [[name, box, button, words, label, never], ...] -> names of what was pressed
(rows) => {
  const plain = (text) => (text ?? "").replace(/[‘’ʼ]/g, "'").replace(/\s+/g, " ").trim().toLowerCase();
  const roots = [document];
  for (const ref of globalThis.__roomtoneShadowRoots ?? []) {
    const shadow = ref.deref();
    if (shadow?.host.isConnected) roots.push(shadow);
  }
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const says = (text, words) => words.some((word) => text.includes(plain(word)));

  const buttonOf = (box, selector, label) => {
    const found = selector === ":scope" ? [box] : [...box.querySelectorAll(selector)];
    const wanted = label.map(plain);
    return found.find((button) => {
      if (!button.checkVisibility()) return false;
      if (wanted.length === 0) return true;
      return wanted.includes(plain(button.innerText)) || wanted.includes(plain(button.getAttribute("aria-label")));
    });
  };

  const swept = [];
  for (const [name, selector, button, words, label, never] of rows) {
    for (const box of all(selector)) {
      if (!box.checkVisibility()) continue;
      const text = plain(box.innerText);
      if ((words.length > 0 && !says(text, words)) || says(text, never)) continue;
      const target = buttonOf(box, button, label);
      if (target === undefined) continue;
      target.click();
      swept.push(name);
      break;
    }
  }
  return swept;
}
