"""Whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.store.deliveries import Delivery
from roomtone.service.webhooks.turns import (
    AT_ONCE,
    AT_ONCE_PER_RECEIVER,
    busy_receivers,
    chosen,
    lane_of,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def _delivery(number: int, receiver: str, bot_id: str | None = None, lane: str = "callback") -> Delivery:
    return Delivery(
        id=number, event_id=number, bot_id=bot_id or f"bot{number}", sequence=1, event=None,
        workspace_id="w", lane=lane, endpoint_id=None, receiver=receiver, url="https://example.com",
        webhook_id=f"msg_{number}", state="pending", attempts=0, created_at=NOW, next_attempt_at=NOW,
        finished_at=None, replayed_at=None, last_status=None, last_error=None, body={},
    )  # fmt: skip


def test_a_slow_receiver_has_its_share_alone():
    """A hundred due at one receiver leave room for the one due at another, wherever it stands."""
    due = [_delivery(number, "slow") for number in range(100)] + [_delivery(100, "quick")]
    mine = chosen(due, {})
    assert [delivery.receiver for delivery in mine] == ["slow"] * AT_ONCE_PER_RECEIVER + ["quick"]
    in_flight = {lane_of(delivery): delivery.receiver for delivery in mine}
    assert busy_receivers(in_flight) == {"slow"}
    assert chosen(due, in_flight) == []


def test_lanes_of_one_bot_do_not_wait_for_each_other():
    """A bot's callback and a workspace endpoint are two lanes; within one there is one at a time."""
    due = [_delivery(1, "a", "bot"), _delivery(2, "b", "bot", "ep_1"), _delivery(3, "c", "bot", "ep_1")]
    assert [delivery.id for delivery in chosen(due, {})] == [1, 2]
    assert [delivery.id for delivery in chosen(due, {("bot", "callback"): "a"})] == [2]


@given(
    due=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 40)), max_size=400),
    busy=st.dictionaries(st.integers(0, 400), st.integers(0, 40), max_size=AT_ONCE),
)
def test_no_share_is_ever_exceeded(due: list[tuple[int, int]], busy: dict[int, int]):
    """Whatever is due and in flight: no lane twice, and neither limit is passed by what is chosen."""
    in_flight = {(f"bot{bot}", "callback"): str(receiver) for bot, receiver in busy.items()}
    mine = chosen([_delivery(n, str(r), f"bot{bot}") for n, (bot, r) in enumerate(due)], in_flight)
    lanes = [lane_of(delivery) for delivery in mine]
    assert len(set(lanes)) == len(lanes)
    assert not set(lanes) & set(in_flight)
    assert len(in_flight) + len(mine) <= max(AT_ONCE, len(in_flight))
    for delivery in mine:
        others = [*in_flight.values(), *(other.receiver for other in mine)]
        assert others.count(delivery.receiver) <= AT_ONCE_PER_RECEIVER
