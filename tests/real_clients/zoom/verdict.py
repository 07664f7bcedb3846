"""What is wrong with a visit, by its state's expectations. Pure but for reading the session's files."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.real_clients.zoom.messages import CHAT, EVERYONE

if TYPE_CHECKING:
    from tests.real_clients.zoom.state import State
    from tests.real_clients.zoom.visit import Visit


def complaints(state: State, visit: Visit) -> list[str]:
    """What was not as expected, in words; empty: all was."""
    if visit.ended is None:
        return ["the session said no last word"]
    return [
        *_of_the_way(state, visit),
        *_of_the_client(state, visit),
        *_of_the_records(state, visit),
    ]


def complaints_of_page(state: State, alone: str) -> list[str]:
    """What was not as expected when the page alone was looked at."""
    return [] if alone == state.alone else [f"by the page alone {alone}, not {state.alone}"]


def _of_the_way(state: State, visit: Visit) -> list[str]:
    assert visit.ended is not None
    found = []
    if visit.ended.reason is not state.ends:
        found.append(f"ended as {visit.ended.reason}")
    left = iter(visit.kinds)
    found += [f"no {kind}" for kind in state.passes if kind not in left]
    found += [f"{kind} came" for kind in state.never if kind in visit.kinds]
    if visit.seconds > state.within_s:
        found.append(f"took {visit.seconds:.0f} s, allowed {state.within_s:.0f}")
    return found


def _of_the_client(state: State, visit: Visit) -> list[str]:
    asked = visit.said("join")[-1:] or [{}]
    found = [
        f"the form's {key} was another"
        for key, value in state.asked.items()
        if not isinstance(asked[0], dict) or asked[0].get(key) != value
    ]
    found += [f"the client never said {event}" for event in state.said if not visit.said(f"evt {event}")]
    gone = {str(label).strip('"') for label in visit.said("page:dialog-gone")}
    found += [f"{label!r} was not dismissed" for label in state.dismissed if label not in gone]
    if state.writes and not any(_is_said(body, state) for body in visit.said(f"evt {CHAT}")):
        found.append("the client passed no message on to everybody")
    found += _of_what_it_did(state, visit)
    if state.kept_out is not None:
        event, name, value = state.kept_out
        if any(isinstance(body, dict) and body.get(name) == value for body in visit.said(f"evt {event}")):
            found.append(f"the client said {event} {name}={value}")
    return found


def _of_what_it_did(state: State, visit: Visit) -> list[str]:
    if state.does is None:
        return []
    found = [f"told to {state.does}: {visit.answers or 'no answer'}"] if visit.answers != [(True, "")] else []
    said = iter([(what, body) for _, what, body in visit.log if what.startswith("evt ")])
    found += [
        f"the client did not say {event} {name}={value}"
        for event, name, value in state.tells
        if not any(
            what == f"evt {event}" and isinstance(body, dict) and body.get(name) == value
            for what, body in said
        )
    ]
    if state.heard and not visit.said("bridge:heard"):
        found.append("nobody heard the bot")
    return found


def _is_said(body: Any, state: State) -> bool:
    """Whether a chat message is what the bot wrote, as far as it can be read, to everybody."""
    if not isinstance(body, dict) or body.get("destNodeID") != EVERYONE:
        return False
    text = str(body.get("text", ""))
    if state.is_encrypted:
        return bool(text)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode() == state.writes
    except (binascii.Error, ValueError):
        return False


def _of_the_records(state: State, visit: Visit) -> list[str]:
    present = {row.get("name") for row in visit.lines("participants.jsonl")}
    spoke = {row.get("speaker_name") for row in visit.lines("timeline.jsonl")}
    wrote = {row.get("text") for row in visit.lines("chat.jsonl")}
    captioned = {row.get("text") for row in visit.lines("captions.jsonl")}
    found = [f"{name} missing in the roster" for name in state.present if name not in present]
    found += [f"{name} never spoke" for name in state.spoke if name not in spoke]
    found += ["a chat message is missing" for text in state.wrote if text not in wrote]
    found += ["a caption is missing" for text in state.captioned if text not in captioned]
    if state.hears and visit.ended is not None and visit.ended.statistics.audio_tracks < len(state.spoke):
        found.append(f"{visit.ended.statistics.audio_tracks} audio tracks")
    if state.video and not (visit.directory / "recording.mp4").exists():
        found.append("no recording.mp4")
    return found
