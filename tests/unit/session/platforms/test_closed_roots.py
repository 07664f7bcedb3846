"""Closed shadow roots are found anywhere in a document."""

from __future__ import annotations

from roomtone.session.platforms.closed_roots import closed_roots_in


def test_closed_roots_are_found_in_children_frames_and_other_roots():
    """Open roots are not counted, but looked into."""
    closed = {"backendNodeId": 7, "shadowRootType": "closed", "children": []}
    within_open = {"backendNodeId": 3, "shadowRootType": "open", "children": [{"shadowRoots": [closed]}]}
    frame = {"contentDocument": {"children": [{"shadowRoots": [{**closed, "backendNodeId": 9}]}]}}
    nested = {**closed, "backendNodeId": 5, "children": [{"shadowRoots": [{**closed, "backendNodeId": 6}]}]}
    document = {"children": [{"shadowRoots": [within_open]}, frame, {"shadowRoots": [nested]}]}
    assert sorted(closed_roots_in(document)) == [5, 6, 7, 9]
    assert closed_roots_in({"children": [{}]}) == []
