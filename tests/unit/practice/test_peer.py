"""Session descriptions are changed where they must be and nowhere else."""

from __future__ import annotations

from roomtone.practice.peer import with_stream_ids, without_mdns

SDP = (
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=msid:old track-1\r\na=candidate:1 1 udp 2 127.0.0.1 9 typ host\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=msid:old track-2\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=msid:old track-3\r\n"
)


def test_tracks_are_announced_under_their_streams() -> None:
    """Voice and camera share one stream, the screen has another; the tracks keep their ids."""
    changed = with_stream_ids(SDP, ["main", "main", "share"])
    assert [line for line in changed.split("\r\n") if line.startswith("a=msid:")] == [
        "a=msid:main track-1",
        "a=msid:main track-2",
        "a=msid:share track-3",
    ]
    assert changed.replace("main", "old").replace("share", "old") == SDP


def test_hidden_addresses_are_left_out() -> None:
    """Candidates under .local names go, others stay."""
    hidden = "a=candidate:2 1 udp 3 0b9e-11.local 9 typ host\r\n"
    assert without_mdns(SDP + hidden) == SDP
