// "More": the captions' menu, its language dialog, the full transcript.
import { make } from "../markup.js";

export class MoreMenu {
  constructor({ holder, button, captions }) {
    Object.assign(this, { holder, button, captions, menu: null });
    button.addEventListener("click", () => this.toggle());
    button.addEventListener("keydown", (event) => { if (event.key === "Enter") this.toggle(); });
    document.addEventListener("click", (event) => { if (this.menu && !holder.contains(event.target)) this.close(); });
  }

  toggle() {
    if (this.menu) return this.close();
    return this.show([["Captions", "Captions", () => this.captionsMenu()], ["Settings", "Settings", () => this.close()], ["Reactions", "Reactions", () => this.close()]]);
  }

  captionsMenu() {
    this.close();
    const grouping = "Your caption settings grouping";
    const first = this.captions.on
      ? [`${grouping} Hide Captions`, "Hide Captions", () => { this.close(); this.captions.turnOff(); }]
      : [`${grouping} Show Captions`, "Show Captions", () => { this.close(); this.languageDialog(); }];
    this.show([first, [`${grouping} View Full Transcript`, "View Full Transcript", () => { this.close(); this.captions.showTranscript(true); }],
      ["Host controls grouping My Caption Language", "My Caption Language", () => { this.close(); this.languageDialog(); }]]);
  }

  show(items) {
    this.menu = make("ul", { class: "dropdown-menu more-button__pop-menu", role: "menu" }, ...items.map(([label, words, action]) => make("li", { role: "none" },
      make("a", { class: "dropdown-item", role: "menuitem", href: "#", "aria-label": label, onclick: (event) => { event.preventDefault(); event.stopPropagation(); action(); } }, words))));
    this.holder.append(this.menu);
  }

  languageDialog() {
    const close = () => dialog.remove();
    const dialog = make("div", { class: "zm-modal-overlay" },
      make("div", { class: "zm-modal transcription-language", role: "dialog", "aria-label": "Choose caption language" },
        make("div", { class: "zm-modal-body-title" }, "Choose caption language"),
        make("label", {}, "Speaking language ", make("input", { class: "transcription-language__input", value: "English", role: "combobox" })),
        make("div", { class: "zm-modal-footer-default-actions" },
          make("button", { type: "button", class: "zm-btn zm-btn--default", onclick: close }, "Cancel"),
          make("button", { type: "button", class: "zm-btn zm-btn--primary", onclick: () => { close(); this.captions.ask(); } }, "Save"))));
    document.body.append(dialog);
  }

  close() {
    this.menu?.remove();
    this.menu = null;
  }
}
