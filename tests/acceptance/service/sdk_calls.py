"""Every method of MeetStream's own Python SDK, and what it comes to with a Roomtone server.

The table is what ``docs/meetstream-clients.md`` shows; ``test_sdk.py`` makes the calls with both of the SDK's
clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import meetstream

if TYPE_CHECKING:
    from collections.abc import Callable

LINK = "http://127.0.0.1:9/practice/standin"
NOBODYS_ID = "3e7630c1-f403-4359-93b5-627ec90d3534"
LATER = "2100-01-31T09:00:00Z"
LATER_STILL = "2100-01-31T10:00:00Z"


@dataclass(frozen=True, slots=True)
class World:
    """The bots that the calls are about.

    Attributes:
        done: Recorded, with streams of each participant, and finished.
        live: In its meeting.
        scheduled: Joins in the next century.
        cancelled: As ``scheduled``, for the call that cancels it.
        erased: Recorded and finished, for the call that deletes it.
        transcript: The id of a transcript of ``done``; empty: the server has made none.
        bucket: Fields of a bucket that is there.
    """

    done: str
    live: str
    scheduled: str
    cancelled: str
    erased: str
    transcript: str
    bucket: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One method.

    Attributes:
        method: Its name, such as ``bots.create``.
        make: Calls it on a client.
        gives: The keys that the answer has at least; an exception's type when it is refused.
        means: For the page: what that is.
    """

    method: str
    make: Callable[[Any, World], Any]
    gives: frozenset[str] | type[meetstream.MeetStreamError]
    means: str


def _served(method: str, make: Callable[[Any, World], Any], keys: str, means: str) -> Call:
    return Call(method, make, frozenset(keys.split()), means)


def _not_served(method: str, make: Callable[[Any, World], Any]) -> Call:
    return Call(method, make, meetstream.NotFoundError, "not served: 404")


_BODY = {"meeting_link": LINK, "bot_name": "Notes", "join_at": LATER}

CALLS: tuple[Call, ...] = (
    _served(
        "bots.create", lambda c, _: c.bots.create(_BODY), "bot_id transcript_id meeting_url status", "201"
    ),
    _served("bots.list", lambda c, _: c.bots.list(), "bots hasNextPage nextCursor", "the newest 50"),
    _served(
        "bots.status", lambda c, w: c.bots.status(w.live), "bot_id status custom_attributes", "where it is"
    ),
    _served("bots.detail", lambda c, w: c.bots.detail(w.done), "bot_details", "everything"),
    _served("bots.participants", lambda c, w: c.bots.participants(w.done), "", "a list"),
    _served("bots.chats", lambda c, w: c.bots.chats(w.done), "metadata speakers chatMessages", "the chat"),
    _served(
        "bots.speaker_timeline",
        lambda c, w: c.bots.speaker_timeline(w.done),
        "chunks totalFileSize",
        "who spoke",
    ),
    _served(
        "bots.screenshots",
        lambda c, w: c.bots.screenshots(w.done),
        "screenshots screenshots_count",
        "pictures",
    ),
    _served("bots.summary", lambda c, w: c.bots.summary(w.done), "bot_details", "made by the server itself"),
    _served("bots.audio", lambda c, w: c.bots.audio(w.done), "audio_url", "a link for an hour"),
    _served(
        "bots.video", lambda c, w: c.bots.video(w.done), "video_url video_info", "a link for ten minutes"
    ),
    _served(
        "bots.wait_for_audio", lambda c, w: c.bots.wait_for_audio(w.done, timeout=5), "audio_url", "the same"
    ),
    _served(
        "bots.wait_for_video",
        lambda c, w: c.bots.wait_for_video(w.done, timeout=5),
        "video_url video_info",
        "the same",
    ),
    _served(
        "bots.audio_streams",
        lambda c, w: c.bots.audio_streams(w.done),
        "bot_id audio_status audio_streams_available participants",
        "each participant's voice",
    ),
    _served(
        "bots.recording_streams",
        lambda c, w: c.bots.recording_streams(w.done),
        "bot_id participants screenshares",
        "each participant's camera",
    ),
    _served(
        "bots.send_message",
        lambda c, w: c.bots.send_message(w.live, "hello"),
        "status bot_id command",
        "in the chat",
    ),
    _served(
        "bots.send_image",
        lambda c, w: c.bots.send_image(w.live, "https://example.com/picture.png", display_duration=5),
        "status bot_id command",
        "as the bot's camera, or else in the chat",
    ),
    _served(
        "bots.pause_recording",
        lambda c, w: c.bots.pause_recording(w.live),
        "status bot_id command",
        "on every platform",
    ),
    _served(
        "bots.resume_recording",
        lambda c, w: c.bots.resume_recording(w.live),
        "status bot_id command",
        "on every platform",
    ),
    _served("bots.remove", lambda c, w: c.bots.remove(w.live), "message", "it leaves, its recording is kept"),
    _served(
        "bots.delete_data",
        lambda c, w: c.bots.delete_data(w.erased),
        "message bot_id deleted_objects",
        "every byte",
    ),
    _served(
        "transcripts.transcribe_bot_audio",
        lambda c, w: c.transcripts.transcribe_bot_audio(w.done, {"provider": {"meeting_captions": {}}}),
        "bot_id transcript_id provider message",
        "with the providers that the server has",
    ),
    _served(
        "transcripts.list_for_bot",
        lambda c, w: c.transcripts.list_for_bot(w.done),
        "bot_id transcriptions",
        "all of them",
    ),
    _served(
        "transcripts.wait_for", lambda c, w: c.transcripts.wait_for(w.transcript, interval=0.2), "", "a list"
    ),
    _served("transcripts.get", lambda c, w: c.transcripts.get(w.transcript), "", "a list"),
    _served(
        "calendar.list_scheduled_bots", lambda c, _: c.calendar.list_scheduled_bots(), "scheduled_bots", ""
    ),
    _served(
        "calendar.reschedule_bot",
        lambda c, w: c.calendar.reschedule_bot(w.scheduled, LATER_STILL),
        "message bot_id updated_fields schedule_updated",
        "",
    ),
    _served(
        "calendar.delete_scheduled_bot",
        lambda c, w: c.calendar.delete_scheduled_bot(w.cancelled),
        "message bot_id",
        "",
    ),
    _served("storage.set", lambda c, w: c.storage.set(w.bucket), "message", "tried before it is kept"),
    _served("storage.get", lambda c, _: c.storage.get(), "", "without the credentials"),
    _served("storage.delete", lambda c, _: c.storage.delete(), "message", "what lies there stays there"),
    _not_served("calendar.list", lambda c, _: c.calendar.list()),
    _not_served("calendar.connect_google", lambda c, _: c.calendar.connect_google({})),
    _not_served("calendar.connect_outlook", lambda c, _: c.calendar.connect_outlook({})),
    _not_served("calendar.disconnect", lambda c, _: c.calendar.disconnect()),
    _not_served("calendar.events", lambda c, _: c.calendar.events()),
    _not_served("calendar.schedule_event", lambda c, _: c.calendar.schedule_event("e")),
    _not_served("calendar.unschedule_event", lambda c, _: c.calendar.unschedule_event("e")),
    _not_served("calendar.enable_auto_schedule", lambda c, _: c.calendar.enable_auto_schedule()),
    _not_served("calendar.disable_auto_schedule", lambda c, _: c.calendar.disable_auto_schedule()),
    _not_served("calendar.auto_schedule_settings", lambda c, _: c.calendar.auto_schedule_settings()),
    _not_served("calendar.toggle_recurrence", lambda c, _: c.calendar.toggle_recurrence()),
    _not_served("google_logins.create_domain", lambda c, _: c.google_logins.create_domain({})),
    _not_served("google_logins.list_domains", lambda c, _: c.google_logins.list_domains()),
    _not_served("google_logins.get_domain", lambda c, _: c.google_logins.get_domain("d")),
    _not_served("google_logins.update_domain", lambda c, _: c.google_logins.update_domain("d", {})),
    _not_served("google_logins.delete_domain", lambda c, _: c.google_logins.delete_domain("d")),
    _not_served("google_logins.create", lambda c, _: c.google_logins.create({})),
    _not_served("google_logins.list", lambda c, _: c.google_logins.list()),
    _not_served("google_logins.update", lambda c, _: c.google_logins.update("l", {})),
    _not_served("google_logins.delete", lambda c, _: c.google_logins.delete("l")),
    _not_served("zoom.authorize_url", lambda c, _: c.zoom.authorize_url()),
    _not_served("zoom.create_connection", lambda c, _: c.zoom.create_connection({})),
    _not_served("zoom.list_connections", lambda c, _: c.zoom.list_connections()),
    _not_served("zoom.get_connection", lambda c, _: c.zoom.get_connection("u")),
    _not_served("zoom.delete_connection", lambda c, _: c.zoom.delete_connection("u")),
    _not_served("mia.create", lambda c, _: c.mia.create({})),
    _not_served("mia.list", lambda c, _: c.mia.list()),
    _not_served("mia.update", lambda c, _: c.mia.update("a", {})),
    _not_served("mia.delete", lambda c, _: c.mia.delete("a")),
)


def methods_of(client: object) -> set[str]:
    """Every public method of a client's resources."""
    return {
        f"{resource}.{method}"
        for resource, held in vars(client).items()
        if resource != "http"
        for method in dir(held)
        if not method.startswith("_")
    }


def rows() -> list[str]:
    """The table of the page, a row a method."""
    return [f"| `{call.method}` | {_result(call)} | {call.means} |" for call in CALLS]


def _result(call: Call) -> str:
    if isinstance(call.gives, frozenset):
        return ", ".join(f"`{key}`" for key in sorted(call.gives)) or "a list, or an object"
    return f"`{call.gives.__name__}`"
