// What the chat of Zoom's client shows in one frame.
//
// [editor, text] -> {
//   isHere    whether there is a chat in this frame
//   receiver  who is written to; "": the client names nobody
//   fixed     whether that cannot be changed
//   disabled  why nobody may write, in the client's words
//   refusal   what the client says in place of sending
//   draft     what stands in the box
//   shown     how many messages of this text the list has
// }
([editor, text]) => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
  const wordsOf = (element) => (element?.innerText || element?.getAttribute("aria-label") || "").trim();
  const bare = (words) => (words ?? "").replace(/\s+/g, "");

  const box = shown(editor)[0];
  const chosen = shown(".chat-receiver-list__receiverName")[0] ?? shown("#chatReceiverMenu button")[0];
  const fixed = shown(".chat-receiver-list__read-only-receiver")[0];
  const labelled = shown("[aria-label^='Send chat to' i]")[0]?.getAttribute("aria-label") ?? "";
  const disabled = shown(".chat-container__chat-disabled")[0];
  const warning = shown(".chat-container__warning-in-chat-text")[0];
  const policy = shown("[role=dialog]").find((one) => /etiquette polic|chat policy/i.test(one.innerText));

  const wanted = bare(text);
  const texts = shown(
    ":is(.chat-container, [aria-label='Chat Message List']) " +
      ":is([class*='chat-message__text-box'], .chat-rtf-box__display)",
  );
  // A box within a box is one message.
  const outermost = texts.filter((one) => !texts.some((other) => other !== one && other.contains(one)));
  return {
    isHere: box !== undefined || disabled !== undefined,
    receiver: wordsOf(chosen) || wordsOf(fixed) || (/^Send chat to (.*?) please select/i.exec(labelled)?.[1] ?? ""),
    fixed: chosen === undefined && fixed !== undefined,
    disabled: wordsOf(disabled),
    refusal: wordsOf(warning) || wordsOf(policy),
    draft: box ? (box.value ?? box.innerText) : "",
    shown: wanted ? outermost.filter((one) => bare(one.textContent) === wanted).length : 0,
  };
}
