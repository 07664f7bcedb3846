"""A meeting script, parsed: who comes, what they say and show, and how it ends. Plain frozen data.

Times are seconds on the meeting clock, whose zero is the opening of the meeting (`Clock.FIRST_ARRIVAL`) or
the moment the bot is let in (`Clock.BOT_ADMITTED`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Client(StrEnum):
    """Whose web client shows the meeting: ours, or a replica of a platform's."""

    PRACTICE = "practice"
    ZOOM = "zoom"
    GOOGLE_MEET = "google_meet"
    TEAMS = "teams"


class Clock(StrEnum):
    """What happens at second zero."""

    FIRST_ARRIVAL = "first_arrival"
    BOT_ADMITTED = "bot_admitted"


class AdmissionMode(StrEnum):
    """Whether guests walk in or wait: in the lobby, or for the host to start the meeting and let them in."""

    OPEN = "open"
    LOBBY = "lobby"
    HOST = "host"


class AdmissionOutcome(StrEnum):
    """What becomes of a guest in the lobby."""

    ADMIT = "admit"
    DENY = "deny"
    NEVER = "never"


class CameraKind(StrEnum):
    """What a scripted camera shows."""

    NONE = "none"
    PATTERN = "pattern"
    FLASH = "flash"
    PICTURE = "picture"
    VIDEO = "video"


class Tone(StrEnum):
    """A sound made by the meeting itself."""

    BEEP = "beep"


class EventKind(StrEnum):
    """Something the script does to the bot or to a participant."""

    BOT_MUTED_BY_HOST = "bot_muted_by_host"
    BOT_REMOVED = "bot_removed"
    BOT_PAGE_RELOADED = "bot_page_reloaded"
    BOT_PUT_ON_HOLD = "bot_put_on_hold"
    BOT_LET_IN_AGAIN = "bot_let_in_again"
    PARTICIPANT_RENAMED = "participant_renamed"


class Ending(StrEnum):
    """How a meeting ends."""

    ENDED = "ended"
    BOT_REMOVED = "bot_removed"
    EVERYONE_LEFT = "everyone_left"
    CONNECTION_LOST = "connection_lost"


@dataclass(frozen=True, slots=True)
class Admission:
    """How guests get in.

    Attributes:
        after_s: Seconds in the lobby before the outcome, from the host's coming on when it is the host who
            is waited for; unused when the mode is open or the outcome is never.
    """

    mode: AdmissionMode = AdmissionMode.OPEN
    after_s: float = 0.0
    outcome: AdmissionOutcome = AdmissionOutcome.ADMIT


@dataclass(frozen=True, slots=True)
class Camera:
    """A scripted camera.

    Attributes:
        file: The picture or video; None for the drawn kinds.
        width: Pixels; the picture is fitted into them, its shape kept.
        height: Pixels.
    """

    kind: CameraKind = CameraKind.NONE
    file: Path | None = None
    width: int = 1280
    height: int = 720


@dataclass(frozen=True, slots=True)
class Utterance:
    """A clip or tone on a participant's voice.

    Attributes:
        at_s: When its first sample is heard.
        file: The sound file; None when it is a tone.
        tone: The tone; None when it is a file.
        to_s: When it is cut off; None lets it play to its end (for ever, when it repeats).
        every_s: Period of its repetition; None plays it once, or back to back when `loop` is set.
        loop: Whether it begins again when it has ended.
        gain_db: Decibels added.
    """

    at_s: float
    file: Path | None = None
    tone: Tone | None = None
    to_s: float | None = None
    every_s: float | None = None
    loop: bool = False
    gain_db: float = 0.0

    @property
    def label(self) -> str:
        """What to call it in a report: its file's name, or the tone's."""
        return self.file.name if self.file else str(self.tone)


@dataclass(frozen=True, slots=True)
class Share:
    """A shared screen from `from_s` until `to_s` (None: until its owner leaves)."""

    from_s: float
    to_s: float | None
    file: Path


@dataclass(frozen=True, slots=True)
class ScriptedParticipant:
    """Somebody who is played by the script.

    Attributes:
        leaves_s: None: stays until the end.
        hears: Whether the guests' voices are listened to and kept, for comparison.
    """

    name: str
    host: bool = False
    joins_s: float = 0.0
    leaves_s: float | None = None
    camera: Camera = field(default_factory=Camera)
    says: tuple[Utterance, ...] = ()
    shares: tuple[Share, ...] = ()
    hears: bool = False


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A chat message of a scripted participant, named by the index in `Script.participants`."""

    at_s: float
    participant: int
    text: str


@dataclass(frozen=True, slots=True)
class ScriptEvent:
    """Something done to the bot, or a rename (then `participant` is an index and `name` the new name)."""

    at_s: float
    what: EventKind
    participant: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """When and how the meeting ends.

    Attributes:
        code: The platform's own number for it, for replicas; None takes the usual one.
    """

    at_s: float
    how: Ending
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A whole meeting.

    Attributes:
        bot: Name by which the bot is known among the guests; None means that every guest is treated as the
            bot.
        ends: None: the meeting is over when the scripted people have left and no guest is there any more.
    """

    participants: tuple[ScriptedParticipant, ...]
    client: Client = Client.PRACTICE
    variant: str = "default"
    title: str = "Practice meeting"
    admission: Admission = field(default_factory=Admission)
    clock: Clock = Clock.FIRST_ARRIVAL
    bot: str | None = None
    chat: tuple[ChatLine, ...] = ()
    events: tuple[ScriptEvent, ...] = ()
    ends: Ends | None = None
