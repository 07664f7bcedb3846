// Over the stage: the shield with the topic, the mark of a recording, and the view's menu.
import { icon, make } from "../markup.js";
import { iconPath } from "../icons.js";

export class TopBar {
  constructor({ config, stage }) {
    Object.assign(this, { stage });
    this.mark = make("div", { class: "recording-indication__recording-container", "aria-label": "Recording", hidden: true }, make("span", { class: "recording-indication__dot" }), "Recording");
    this.menu = make("ul", { class: "dropdown-menu full-screen-widget__menu", role: "menu", hidden: true }, ...[["Speaker View", "speaker"], ["Gallery View", "gallery"]].map(([words, mode]) => make("li", { role: "none" },
      make("a", { href: "#", role: "menuitem", "aria-label": words, onclick: (event) => { event.preventDefault(); this.menu.hidden = true; stage.change(mode); } }, words))));
    const single = config.variant.layout === "single";
    this.element = make("div", { class: "meeting-header" },
      make("button", { type: "button", class: "meeting-info-icon__icon-wrap", "aria-label": "Meeting information" }, icon("SvgShield", iconPath.shield)), this.mark,
      single ? null : make("div", { class: "full-screen-widget" }, make("button", { type: "button", class: "full-screen-widget__button", "aria-label": "View", onclick: () => { this.menu.hidden = !this.menu.hidden; } }, "View"), this.menu));
  }

  recording(on) {
    this.mark.hidden = !on;
  }
}
