"""Slots of a node."""

from __future__ import annotations

from roomtone.bot.request import BotRequest
from roomtone.service.nodes.slots import Slots, weight_of

LINK = "http://127.0.0.1:9/practice/room"


def test_a_bot_with_video_weighs_two():
    """Audio-only bots take one slot, others two."""
    assert weight_of(BotRequest(meeting_link=LINK)) == 2
    assert weight_of(BotRequest(meeting_link=LINK, video_required=False)) == 1


def test_a_bot_begins_only_where_it_fits():
    """What was taken is free again after the release."""
    slots = Slots(3)
    slots.take("a", 2)
    assert slots.free == 1
    assert slots.admits(1)
    assert not slots.admits(2)
    slots.take("b", 1)
    assert not slots.admits(1)
    slots.release("a")
    slots.release("unknown")
    assert slots.admits(2)


def test_an_idle_node_admits_a_bot_larger_than_itself():
    """A node of one slot still records video, one bot at a time."""
    slots = Slots(1)
    assert slots.admits(2)
    slots.take("a", 2)
    assert slots.free == -1
    assert not slots.admits(1)
