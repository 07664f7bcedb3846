"""JSON lines between the node agent and a session process: commands in, events out.

Commands go to the session's standard input, events come from its standard output, one JSON object
a line, ``type`` first. The session also appends every event to ``events.jsonl`` in its directory, so
that whoever finds the directory after a crash knows what happened. Standard error is the log.
End of file on standard input means: the service is gone; leave politely and finish the files.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  pydantic reads it at run time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.request import BotRequest  # noqa: TC001

JOURNAL_NAME = "events.jsonl"
"""The session's own copy of every event it sent."""
LOCK_NAME = "session.lock"
"""Held with ``flock`` as long as the session lives; free means that its files are final."""
RECORDING_NAME = "recording.mp4"
"""Fragmented MP4, H.264 and AAC: readable at any moment. Absent when video is not required."""
AUDIO_NAME = "audio.mp3"
"""MP3 of everything heard, written as it goes."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class LiveTranscriptionStart(_Line):
    """Who makes the words while the meeting runs, and how they are reached."""

    provider: str = Field(description="One of the streaming providers, such as local_streaming.")
    options: dict[str, Any] = Field(
        default_factory=dict, description="The provider's, every default filled in."
    )
    api_key: str = Field("", repr=False, description="Of the provider's account; empty: it needs none.")
    base_url: str | None = Field(None, description="Where the provider answers; None: its public address.")
    allow_private_networks: bool = Field(False, description="Whether `base_url` may be a private host.")
    allowed_networks: tuple[str, ...] = ()
    whisper_model_dir: str | None = Field(
        None, description="Folder of a CTranslate2 Whisper model for local_streaming; None: pocketsphinx."
    )


class Start(_Line):
    """The first line: everything a session needs to know. It holds no credentials of the service.

    Never logged and never written to a file: a browser profile's cookies are in it.
    """

    type: Literal["start"] = "start"
    bot_id: str
    request: BotRequest
    directory: str = Field(description="Absolute path of an existing folder that is this session's alone.")
    live_length_bytes: Literal[2, 4] = 4
    allow_private_networks: bool = Field(
        False, description="Whether customers' URLs may lead to loopback and private hosts."
    )
    allowed_networks: tuple[str, ...] = Field(
        (), description="CIDRs that customers' URLs may lead to besides public ones."
    )
    storage_state: dict[str, Any] | None = Field(
        None,
        repr=False,
        description="The cookies and web storage to begin with, as Playwright writes them: a copy of the "
        "browser profile that the request names, kept in memory alone. None: a clean browser.",
    )
    participant_events: tuple[str, ...] = Field(
        (), description="Names of those that somebody asked for; of speaking and chat no others are told."
    )
    live_transcription: LiveTranscriptionStart | None = Field(
        None, repr=False, description="None: no words while the meeting runs."
    )


class Leave(_Line):
    """Leave the meeting and finish the files."""

    type: Literal["leave"] = "leave"
    reason: EndReason = EndReason.REMOVE_REQUESTED


class _Order(_Line):
    """Something to be done in the meeting; answered once with ``command_answered``."""

    command_id: str = Field(description="Given back in the answer.")


class PauseRecording(_Order):
    """Record and stream nothing: the picture black, the sound silent, the clock going on."""

    type: Literal["pause_recording"] = "pause_recording"


class ResumeRecording(_Order):
    """Record and stream again."""

    type: Literal["resume_recording"] = "resume_recording"


class SendMessage(_Order):
    """Write into the meeting's chat."""

    type: Literal["send_message"] = "send_message"
    text: str


class SendImage(_Order):
    """Show a picture as the bot's camera, or where that cannot be, put its link into the chat."""

    type: Literal["send_image"] = "send_image"
    url: str
    display_s: float | None = Field(None, description="How long it is shown; None: until the next one.")


class Speak(_Order):
    """Say something with the bot's own voice, after what waits to be said already."""

    type: Literal["speak"] = "speak"
    path: str = Field(
        description="Absolute path of a file of PCM16 little-endian, mono, 48,000 Hz; deleted once read."
    )


class StopSpeaking(_Order):
    """Be silent at once and forget what waits to be said."""

    type: Literal["stop_speaking"] = "stop_speaking"


Order = PauseRecording | ResumeRecording | SendMessage | SendImage | Speak | StopSpeaking
"""What a bot can be told to do in its meeting."""
AnyCommand = Start | Leave | Order
Command = Annotated[AnyCommand, Field(discriminator="type")]


class _Event(_Line):
    at: datetime = Field(description="When it happened, UTC.")


class Joining(_Event):
    """The browser is on its way in; ``attempt`` counts from 1."""

    type: Literal["joining"] = "joining"
    attempt: int = 1


class InWaitingRoom(_Event):
    """Somebody has to admit the bot."""

    type: Literal["in_waiting_room"] = "in_waiting_room"


class InMeeting(_Event):
    """The bot is a participant."""

    type: Literal["in_meeting"] = "in_meeting"


class RecordingStarted(_Event):
    """The first sample and picture are being written."""

    type: Literal["recording_started"] = "recording_started"
    picture: Literal["none", "track", "screen"] = Field(description="Which recorder makes the picture.")


class Leaving(_Event):
    """The bot is on its way out."""

    type: Literal["leaving"] = "leaving"
    reason: EndReason


Severity = Literal["notice", "warning"]
"""How grave a warning is: ``notice`` is good to know and may be nothing, ``warning`` is something wrong."""


class Warned(_Event):
    """Something that does not end the stay: a fallback was taken, a receiver is down, sound is missing."""

    type: Literal["warning"] = "warning"
    code: str = Field(
        description="Stable machine word, such as live_audio_disconnected or recorder_fallback."
    )
    message: str
    severity: Severity = "warning"


OrderProblem = Literal["not_possible", "not_in_meeting", "not_recording", "refused", "failed"]
"""Why an order was not carried out: the meeting or its client does not let the bot; the bot is not in a
meeting now; there is no recording; what was asked for cannot be used; it went wrong, or took too long."""


class CommandAnswered(_Event):
    """A command was carried out, or why it was not."""

    type: Literal["command_answered"] = "command_answered"
    command_id: str
    ok: bool
    problem: OrderProblem | None = Field(None, description="Why not, in one word; None when it was.")
    message: str = Field("", description="Why not; nothing personal.")


class ParticipantMoved(_Event):
    """Somebody but the bot came or went; told from admission on, who is there already first.

    It holds names: the journal leaves it out, as the log does.
    """

    type: Literal["participant_moved"] = "participant_moved"
    action: Literal["join", "leave"]
    participant_id: str
    name: str
    recorded_s: float = Field(description="Seconds since the recording began.")


class SpeakingMoved(_Event):
    """Somebody began or ceased to speak. It holds names: the journal leaves it out."""

    type: Literal["speaking_moved"] = "speaking_moved"
    action: Literal["start", "stop"]
    participant_id: str
    name: str
    recorded_s: float = Field(description="Seconds since the recording began.")


class ChatSaid(_Event):
    """Somebody but the bot wrote into the chat. It holds names and words: the journal leaves it out."""

    type: Literal["chat_said"] = "chat_said"
    message_id: str
    participant_id: str
    name: str
    text: str
    recorded_s: float = Field(description="Seconds since the recording began.")


class Progress(_Event):
    """How it goes, every second or so; shown to people and watched as a heartbeat, never stored."""

    type: Literal["progress"] = "progress"
    state: str
    recorded_s: float = 0.0
    speakers: tuple[str, ...] = Field((), description="Names of who is speaking now.")
    participants: int = 0
    level_dbfs: float = -120.0
    size_bytes: int = 0


AudioWorld = Literal["webrtc", "webaudio", "elements", "mixed", "none"]
"""By which way a client's voices were heard: tracks of their own, the mix of an ``AudioContext``, media
elements; ``mixed``: by more than one, none of them for most of the time; ``none``: no sound was heard."""


class AudioWorldSeconds(_Line):
    """How long sound was heard by each way, seconds; sound by two ways at once counts for both."""

    webrtc: float = 0.0
    webaudio: float = 0.0
    elements: float = 0.0


class LiveVideoStatistics(_Line):
    """What went out as live video, and what did not."""

    bytes_sent: int = 0
    bytes_dropped: int = Field(0, description="Left out because the receiver was slow or away.")
    seconds_dropped: float = 0.0
    reconnects: int = 0
    round_trip_s: float | None = Field(None, description="Of the last latency ping that was answered.")


class LiveTranscriptionStatistics(_Line):
    """What became of the sound and the words while the meeting ran."""

    provider: str = ""
    pieces: int = Field(0, description="Of recognised words, as the provider told them.")
    connections: int = Field(0, description="With the provider; a voice has one while it speaks.")
    reconnects: int = Field(0, description="Connections that broke before their sound ended.")
    seconds_dropped: float = Field(0.0, description="Speech of which no words became final.")
    messages_sent: int = 0
    messages_dropped: int = Field(
        0, description="Left out because a receiver was slow or away; most were superseded by newer ones."
    )
    finals_dropped: int = Field(0, description="Those of them that told final words.")


class ControlSocketStatistics(_Line):
    """What went over the control socket."""

    commands: int = Field(0, description="Messages of the caller's.")
    errors: int = Field(0, description="Of them those that could not be read or done.")
    messages_sent: int = Field(0, description="Without the ready ones.")
    messages_dropped: int = Field(0, description="Left out because the caller was slow or away.")
    connections: int = 0
    failed_attempts: int = Field(0, description="Connections that could not be made.")


class Statistics(_Line):
    """What a stay's capture counted."""

    audio_world: AudioWorld = Field("none", description="By which way most of the sound was heard.")
    audio_worlds: AudioWorldSeconds = Field(default_factory=AudioWorldSeconds)

    recorded_s: float = 0.0
    audio_tracks: int = 0
    samples_received: int = 0
    gap_samples_filled: int = Field(0, description="Silence put in where a track delivered nothing.")
    late_samples_dropped: int = 0
    drift_samples_corrected: int = Field(0, description="Samples put in or left out against clock drift.")
    timestamp_jumps: int = Field(0, description="Times a track's timestamps were not followed.")
    concealed_samples: int = Field(0, description="What the browser's jitter buffer invented (getStats).")
    video_frames: int = 0
    video_frames_dropped: int = 0
    live_frames_sent: int = 0
    live_frames_dropped: int = 0
    live_reconnects: int = 0
    live_video: LiveVideoStatistics | None = Field(None, description="None: no live video was asked for.")
    live_transcription: LiveTranscriptionStatistics | None = Field(
        None, description="None: nothing was transcribed while the meeting ran."
    )
    control_socket: ControlSocketStatistics | None = Field(None, description="None: there was none.")
    link_bytes: int = 0


class Ended(_Event):
    """The last line: the bot has left, the files are closed."""

    type: Literal["ended"] = "ended"
    reason: EndReason
    detail: str = Field("", description="What exactly went wrong, for the operator; nothing personal.")
    recorded_s: float = 0.0
    statistics: Statistics = Field(default_factory=Statistics)
    screenshots: tuple[str, ...] = Field((), description="File names in the session's directory.")


AnyEvent = (
    Joining
    | InWaitingRoom
    | InMeeting
    | RecordingStarted
    | Leaving
    | Warned
    | CommandAnswered
    | ParticipantMoved
    | SpeakingMoved
    | ChatSaid
    | Progress
    | Ended
)
Event = Annotated[AnyEvent, Field(discriminator="type")]

_COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(Command)
_EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(Event)


def parse_command(line: str | bytes) -> AnyCommand:
    """The command in one line; raises ``pydantic.ValidationError`` when it is none."""
    return _COMMANDS.validate_json(line)


def parse_event(line: str | bytes) -> AnyEvent:
    """The event in one line; raises ``pydantic.ValidationError`` when it is none."""
    return _EVENTS.validate_json(line)


def parse_order(line: dict[str, Any]) -> Order | None:
    """The order that a dictionary holds; None when it is none, as of a later version."""
    try:
        command = _COMMANDS.validate_python(line)
    except ValidationError:
        return None
    return None if isinstance(command, Start | Leave) else command


def to_line(message: BaseModel) -> str:
    """One line of JSON, newline included, ``type`` first."""
    body = message.model_dump_json(exclude={"type"})
    kind = message.model_dump(include={"type"})["type"]
    return f'{{"type":"{kind}"' + ("," + body[1:] if body != "{}" else "}") + "\n"
