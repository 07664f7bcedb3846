"""Numbers of users and nodes, and how they stand in stream ids and session descriptions."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st
from tests.standins.zoom.media.node_ids import is_share, node_id, stream_id, user_of, with_cnames

USERS = st.integers(16_384, 4_000_000).map(lambda number: number * 1024)


@given(USERS, st.booleans())
def test_a_node_tells_its_user_and_kind(user: int, share: bool) -> None:
    """The low ten bits tell what is sent, the others who sends it."""
    node = node_id(user, share=share)
    assert (user_of(node), is_share(node)) == (user, share)


def test_a_stream_id_begins_with_its_node() -> None:
    """Decoded it reads ``<node>+CS+…``; as it stands it has no plus."""
    assert unquote(stream_id(16778241)) == "16778241+CS+0+0"
    assert "+" not in stream_id(16778241)


def test_sources_are_named_by_their_nodes() -> None:
    """The cname of each known source begins with its node; others keep theirs."""
    sdp = "a=ssrc:11 cname:{x}\r\na=ssrc:12 cname:{x}\r\n"
    assert with_cnames(sdp, {11: 16778241}) == "a=ssrc:11 cname:16778241+CS+0\r\na=ssrc:12 cname:{x}\r\n"
