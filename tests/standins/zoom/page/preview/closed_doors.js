// Pages that stand where the form would be.
import { happened } from "../happenings.js";
import { make, text } from "../markup.js";

const signIn = () => { location.href = "/signin"; };

const PAGES = {
  "sign-in": () => make("div", { class: "sign-in-required" },
    make("h1", { id: "prompt" }, text("sign_in_meeting")),
    make("p", {}, text("sign_in_required")),
    make("button", { type: "button", class: "btn btn-primary login-btn-zoom", onclick: signIn }, text("sign_in_zoom"))),
  "web-client-blocked": () => make("div", { class: "error-page" }, make("h1", {}, text("unable_join_this")), make("p", { class: "error-message" }, text("blocked_policy"))),
  unreachable: () => make("div", { class: "error-page" }, make("h1", {}, text("unable_join")), make("p", { class: "error-message" }, text("network_blocked"))),
  "something-wrong": () => make("div", { class: "error-page" }, make("h1", {}, text("something_wrong")), make("p", { class: "error-message" }, text("fail_to_join"))),
};

// True when such a page was shown.
export function pageInsteadOfForm(root, outcome) {
  const page = PAGES[outcome];
  if (!page) return false;
  root.replaceChildren(page());
  happened("refusal_shown", outcome);
  return true;
}
