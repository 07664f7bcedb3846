"""Finds what is shown in closed shadow roots that no script made, so that a look at the page sees it too.

A root that a script makes is noted when it is made (``shadow_roots.js``); one that stands in the document's
own markup, or is set as markup, is known to the browser alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

MOST_ROOTS = 50
"""Closed roots that are noted at a time."""
_NOTE = """function () {
  const noted = globalThis.__roomtoneShadowRoots;
  if (noted === undefined || [...noted].some((ref) => ref.deref() === this)) return;
  noted.add(new WeakRef(this));
}"""


async def note_closed_roots(page: Page) -> int:
    """Make later looks see into every closed shadow root of the page and of its frames; how many there are.

    Costs a walk through the whole document: for pages on which nothing else helps. Raises ``PageSilent``.
    """
    session = await answered(page.context.new_cdp_session(page), READ_DEADLINE_S)
    try:
        document = await answered(
            session.send("DOM.getDocument", {"depth": -1, "pierce": True}), READ_DEADLINE_S
        )
        roots = closed_roots_in(document["root"])[:MOST_ROOTS]
        for node in roots:
            await answered(_note(session, node), READ_DEADLINE_S)
    finally:
        await answered(session.detach(), READ_DEADLINE_S)
    return len(roots)


def closed_roots_in(root: dict[str, Any]) -> list[int]:
    """The ids of the closed shadow roots in a document as ``DOM.getDocument`` gives it. Pure."""
    found: list[int] = []
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        shadows = node.get("shadowRoots", [])
        found += [one["backendNodeId"] for one in shadows if one.get("shadowRootType") == "closed"]
        inner = [node["contentDocument"]] if "contentDocument" in node else []
        open_nodes += [*node.get("children", []), *shadows, *inner]
    return found


async def _note(session: CDPSession, node: int) -> None:
    resolved = await session.send("DOM.resolveNode", {"backendNodeId": node})
    await session.send(
        "Runtime.callFunctionOn",
        {"objectId": resolved["object"]["objectId"], "functionDeclaration": _NOTE},
    )
