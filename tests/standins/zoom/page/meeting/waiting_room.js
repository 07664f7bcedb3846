// The waiting room: it stands inside the meeting's app, and the footer is gone.
import { make, text } from "../markup.js";

// kind: "hold" (put back), "knock" (host is there), "host" (host is not), "webinar". Returns the element for the app.
export function waitingRoom({ config, kind, leave }) {
  const lines = {
    hold: [text("wr_on_hold"), ""],
    knock: [text("wr_host_joined"), text("wr_let_in")],
    soon: [text("wr_soon"), ""],
    host: [text("wr_host_start"), ""],
    webinar: [text("wr_webinar"), text("wr_webinar_soon")],
  }[kind];
  if (config.variant.form === "classic") return olderRoom({ config, lines, leave });
  return make("div", { class: `meeting-on-hold ${kind === "hold" ? "on-hold" : ""}`.trim() },
    make("div", { class: "waiting-room-container on-hold-main" },
      make("div", { class: "wr-header" }, make("button", { type: "button", class: "zm-btn leave-btn", onclick: leave }, "Exit")),
      make("div", { class: "wr-content" },
        make("div", { class: "wr-information" },
          make("span", { class: "wr-loading-icon", role: "img", "aria-label": "Loading" }),
          make("div", { class: "wr-tip" }, lines[0]),
          make("div", { class: "wr-tip wr-tip--second" }, lines[1]),
          make("div", { class: "wr-topic" }, config.topic)),
        make("div", { class: "waiting-room-preview" },
          make("div", { class: "waiting-room-preview__picture" }),
          make("div", { class: "waiting-room-preview__controls" },
            make("button", { type: "button", class: "zm-btn", "aria-label": "Mute" }, "Mute"),
            make("button", { type: "button", class: "zm-btn", "aria-label": "Start Video" }, "Start Video"))))));
}

// The older client's.
function olderRoom({ config, lines, leave }) {
  return make("div", { class: "bhold" },
    make("div", { class: "wr-default__title" }, lines[0]),
    make("div", { class: "wr-default__text" }, lines[1]),
    make("div", { class: "wr-default__topic" }, config.topic),
    make("button", { type: "button", class: "zm-btn wr-leave-btn", onclick: leave }, "Leave"));
}
