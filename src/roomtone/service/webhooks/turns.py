"""Whose turn it is: a slow receiver fills its own share of the attempts and no more. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roomtone.service.store.deliveries import Delivery

AT_ONCE = 256
"""Most attempts at the same time."""
AT_ONCE_PER_RECEIVER = 8
"""Most attempts at the same time to one receiver."""

Lane = tuple[str, str]
"""A bot's id and its lane: within one, each delivery waits for the one before."""


def lane_of(delivery: Delivery) -> Lane:
    """The delivery's lane."""
    return delivery.bot_id, delivery.lane


def busy_receivers(in_flight: Mapping[Lane, str]) -> set[str]:
    """Receivers whose share is full; ``in_flight`` has each busy lane's receiver."""
    return {receiver for receiver, n in Counter(in_flight.values()).items() if n >= AT_ONCE_PER_RECEIVER}


def chosen(due: Iterable[Delivery], in_flight: Mapping[Lane, str]) -> list[Delivery]:
    """Which of the due deliveries to attempt now, in their order."""
    share = Counter(in_flight.values())
    taken: dict[Lane, Delivery] = {}
    for delivery in due:
        if len(in_flight) + len(taken) >= AT_ONCE:
            break
        lane = lane_of(delivery)
        if lane in in_flight or lane in taken or share[delivery.receiver] >= AT_ONCE_PER_RECEIVER:
            continue
        share[delivery.receiver] += 1
        taken[lane] = delivery
    return list(taken.values())
