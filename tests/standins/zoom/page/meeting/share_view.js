// Somebody's shared screen, with the client's own bars over it.
import { make } from "../markup.js";

export class ShareView {
  constructor({ attachShare }) {
    Object.assign(this, { attachShare, id: null, detach: null });
    this.viewport = make("div", { class: "sharee-container__viewport" });
    this.banner = make("span", { class: "sharee-container__sharing-text" });
    this.options = make("div", { class: "sharee-container__view-options-menu", role: "menu", hidden: true },
      ...["Fit to Window", "50%", "100% (Original Size)", "Annotate", "Exit Full Screen"].map((words) => make("a", { role: "menuitem", href: "#", onclick: (event) => { event.preventDefault(); this.options.hidden = true; } }, words)));
    this.element = make("div", { class: "sharee-container", hidden: true },
      this.viewport,
      make("div", { class: "sharee-container__indicator" }, this.banner,
        make("button", { type: "button", class: "sharee-container__view-options", "aria-label": "View Options", onclick: () => { this.options.hidden = !this.options.hidden; } }, "View Options ▾"),
        this.options),
      make("div", { class: "annotation-entry" }, make("button", { type: "button", "aria-label": "Annotate" }, "✎")));
  }

  show(sharer) {
    if ((sharer?.id ?? null) === this.id) return;
    this.detach?.();
    this.viewport.replaceChildren();
    this.id = sharer?.id ?? null;
    this.element.hidden = !sharer;
    this.options.hidden = true;
    this.banner.textContent = sharer ? `You are viewing ${sharer.name}'s screen` : "";
    this.detach = sharer ? this.attachShare(this.viewport, sharer.id) : null;
  }
}
