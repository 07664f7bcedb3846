"""What the practice meeting tells its guests, in the events of Zoom's signalling. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standins.zoom import events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.standins.zoom.events import Event


def translated(message: Mapping[str, Any], own: Mapping[str, Any], *, as_maps: bool) -> list[Event]:
    """The events for a message of the practice meeting; what Zoom would not tell gives none.

    Args:
        message: With a ``type``, as `roomtone.practice.meeting` sends it.
        own: The client's own ``participant``.
        as_maps: Whether roster updates and removals are maps keyed by id.
    """
    told: list[Event] = []
    match message:
        case {"type": "admitted", "participants": list(others)}:
            told = _admitted(others, own, as_maps=as_maps)
        case {"type": "participant_joined", "participant": dict(member)}:
            told = [events.roster(add=[events.user(member)], as_maps=as_maps)]
        case {"type": "participant_changed", "participant": dict(member)}:
            told = [events.roster(update=[_changed(member)], as_maps=as_maps)]
        case {"type": "participant_left", "id": str(member_id)}:
            told = [events.roster(remove=[int(member_id)], as_maps=as_maps)]
        case {"type": "chat"}:
            told = [events.chat(message)]
        case {"type": "active_speakers", "ids": list(ids)}:
            told = [events.active_speakers(ids)]
        case {"type": "bot_muted_by_host"}:
            told = [events.roster(update=[{"id": int(own["id"]), "muted": True}], as_maps=as_maps)]
        case {"type": "reload"}:
            told = [(events.Evt.KEEP_ALIVE, {"standin": "reload"})]
    return told


def _admitted(others: Sequence[Mapping[str, Any]], own: Mapping[str, Any], *, as_maps: bool) -> list[Event]:
    everybody = [*(events.user(member) for member in others), events.user(own, joined_audio=False)]
    return [
        events.attributes(),
        *events.media_ready(),
        events.roster(add=everybody, as_maps=as_maps),
    ]


def _changed(member: Mapping[str, Any]) -> dict[str, Any]:
    entry = events.user(member)
    return {key: entry[key] for key in ("id", "dn2", "muted", "bVideoOn", "bShareOn")}
