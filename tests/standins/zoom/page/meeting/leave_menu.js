// Leaving asks back: only the red button leaves, Enter cancels.
import { make, text } from "../markup.js";

export class LeaveMenu {
  constructor({ holder, leave }) {
    Object.assign(this, { holder, leave, menu: null });
  }

  toggle() {
    if (this.menu) return this.close();
    this.cancel = make("button", { type: "button", class: "leave-meeting-options__btn leave-meeting-options__btn--cancel", onclick: () => this.close() }, "Cancel");
    this.menu = make("div", { class: "leave-meeting-options", role: "menu" },
      make("button", { type: "button", class: "leave-meeting-options__btn leave-meeting-options__btn--default leave-meeting-options__btn--danger", onclick: () => { this.close(); this.leave(); } }, text("leave_meeting")),
      this.cancel);
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    this.holder.append(this.menu);
    return this.cancel.focus();
  }

  close() {
    this.menu?.remove();
    this.menu = null;
  }
}
