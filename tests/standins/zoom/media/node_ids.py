"""Zoom's numbers: users, and the nodes through which they send."""

from __future__ import annotations

import re
from urllib.parse import quote

MAIN_NODE = 1
"""Low bits of what a user sends from microphone and camera."""
SHARE_NODE = 512
"""Low bits of what a user shares."""
NODE_BITS = 10

_CNAME = re.compile(r"^a=ssrc:(\d+) cname:\S+", re.MULTILINE)


def node_id(user_id: int, *, share: bool = False) -> int:
    """The node of a user; ``id >> 10 << 10`` of it is the user again."""
    return user_id + (SHARE_NODE if share else MAIN_NODE)


def user_of(node: int) -> int:
    """Whose node it is."""
    return node >> NODE_BITS << NODE_BITS


def is_share(node: int) -> bool:
    """Whether a node carries a share."""
    return bool(node & SHARE_NODE)


def stream_id(node: int) -> str:
    """The id of the bridge's stream that carries a node: ``<node>+CS+0+0``, URL-encoded."""
    return quote(f"{node}+CS+0+0", safe="")


def with_cnames(sdp: str, nodes: dict[int, int]) -> str:
    """A session description whose sources (SSRC -> node) are named by their nodes."""

    def named(found: re.Match[str]) -> str:
        node = nodes.get(int(found[1]))
        return found[0] if node is None else f"a=ssrc:{found[1]} cname:{node}+CS+0"

    return _CNAME.sub(named, sdp)
