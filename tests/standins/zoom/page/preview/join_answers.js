// What the answer to the join request does to the form, by its code.
import { botWall, hiddenBotWall, openDialog } from "../dialogs.js";
import { happened } from "../happenings.js";
import { text } from "../markup.js";

const signIn = () => { location.href = "/switch_account"; };

function wall(form, config) {
  const { outcome } = config.variant;
  // In the closed root's build the page's own text says nothing; Join just stays disabled.
  form.inline(outcome === "bot-wall-shadow" ? [] : [text("bot_inline")], { wall: true, message: true });
  if (outcome === "bot-wall-shadow") hiddenBotWall({ signIn });
  else if (outcome !== "bot-wall-inline") botWall({ signIn });
}

function blocked() {
  openDialog({ modal: "zm-modal", title: text("unable_join"), lines: [text("error_1132")], buttons: [["Cancel"], ["Report to ZOOM", null, { primary: true }]] });
}

function registration(answer) {
  if (answer.result?.redirect) location.href = answer.result.redirect;
  else openDialog({ modal: "zm-modal", title: text("register_title"), lines: [text("register_text")], buttons: [["OK", null, { primary: true }]] });
}

const ANSWERS = {
  3004: (form) => form.passcodeWrong(),
  9503: (form) => form.fieldError("name", text("name_empty")),
  9504: (form) => form.fieldError("email", text("email_invalid")),
  3005: (form) => form.fieldError("email", text("email_invalid")),
  9505: (form, config) => form.captcha.ask(config.variant.outcome === "captcha-google" ? "google" : "picture"),
  9515: (form) => form.inline([text("recaptcha_failed"), text("recaptcha_again")]),
  9516: wall,
  1132: blocked,
  9506: (form, config, answer) => registration(answer),
  3099: (form, config, answer) => registration(answer),
  3110: (form, config, answer) => registration(answer),
};

// True: go on into the meeting. Codes without an entry and without a message do nothing that can be seen.
export function joinAnswered({ answer, form, config }) {
  if (answer.status && !answer.errorCode) return true;
  const act = ANSWERS[answer.errorCode];
  if (act || answer.errorMessage) happened("refusal_shown", String(answer.errorCode));
  if (act) act(form, config, answer);
  else if (answer.errorMessage) openDialog({ modal: "zm-modal", title: text("unable_join"), lines: [answer.errorMessage], buttons: [["OK", null, { primary: true }]] });
  return false;
}
