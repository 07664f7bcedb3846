"""The shapes of answers about who was there, who spoke, and what was written."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from roomtone.service.api.views import BOT_ID, BotDetails

_ADA = "16778240"


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Participant(_View):
    """Somebody who was in the meeting; the bot is none."""

    deviceId: str = Field(description="The platform's id of the participant.", examples=[_ADA])  # noqa: N815
    displayName: str = Field(description="The name shown last.", examples=["Ada"])  # noqa: N815
    fullName: str = Field(examples=["Ada"])  # noqa: N815
    profilePicture: str | None = Field(description="null: no platform tells it to a guest.")  # noqa: N815
    status: int = Field(description="1: in the meeting when the bot left it; 6: gone before.", examples=[1])
    humanized_status: str = Field(
        description="The same: in_meeting, not_in_meeting.", examples=["in_meeting"]
    )
    streamIds: list[str] = Field(description="Of the participant's own recordings.")  # noqa: N815
    lastUpdated: str | None = Field(  # noqa: N815
        description="When the participant last came, left or changed the name."
    )
    joinedAt: str | None = Field(  # noqa: N815
        description="When the participant was first seen; not before the recording began."
    )
    leftAt: str | None = Field(description="When the participant left for good; null: was there to the end.")  # noqa: N815


class Chunk(_View):
    """A stretch in which somebody was heard, as a part of the recording's sound."""

    chunkIndex: int = Field(description="0, 1, 2... in order of beginning.", examples=[0])  # noqa: N815
    timestamp: str = Field(description="When it began; ISO 8601, UTC.")
    sampleRate: int = Field(examples=[48000])  # noqa: N815
    speakerId: str = Field(description="NoSpeaker: nobody is known for it.", examples=[_ADA])  # noqa: N815
    speakerName: str = Field(examples=["Ada"])  # noqa: N815
    startByte: int = Field(description="First byte in the PCM.", examples=[96000])  # noqa: N815
    endByte: int = Field(description="The byte after the last.", examples=[412800])  # noqa: N815


class SpeakerTimeline(_View):
    """Who was heard when. Bytes count in 16-bit mono PCM of the whole recording; turns may overlap."""

    chunks: list[Chunk]
    lastUpdated: str | None  # noqa: N815
    audioFilePath: str | None = Field(  # noqa: N815
        description="The file whose PCM is meant, in the storage; null: there is no audio.",
        examples=[f"bots/{BOT_ID}/audio.mp3"],
    )
    totalFileSize: int = Field(description="Bytes of all the PCM.", examples=[176083200])  # noqa: N815


class ChatMetadata(_View):
    """What the chat is of."""

    sessionId: int = Field(  # noqa: N815
        description="When the recording began, unix milliseconds; 0: it never did.", examples=[1773504566535]
    )
    startTime: str | None  # noqa: N815
    lastUpdated: str | None = Field(description="When the last message came.")  # noqa: N815
    totalMessages: int  # noqa: N815
    uniqueSpeakers: int  # noqa: N815
    botId: str = Field(examples=[BOT_ID])  # noqa: N815
    meetingId: str = Field(description="The platform's id of the meeting.")  # noqa: N815


class ChatSpeaker(_View):
    """Somebody who wrote."""

    deviceId: str | None = Field(description="null: the platform did not say.", examples=[_ADA])  # noqa: N815
    name: str = Field(examples=["Ada"])
    displayName: str = Field(examples=["Ada"])  # noqa: N815
    messageCount: int  # noqa: N815


class ChatMessage(_View):
    """What somebody wrote."""

    messageId: str  # noqa: N815
    deviceId: str | None = Field(examples=[_ADA])  # noqa: N815
    timestamp: str = Field(description="ISO 8601, UTC.")
    text: str = Field(examples=["See https://example.com/plan"])
    speakerName: str = Field(examples=["Ada"])  # noqa: N815
    speakerDisplayName: str = Field(examples=["Ada"])  # noqa: N815
    clientTimestamp: str = Field(description="The same by the bot's clock, which is the only one.")  # noqa: N815
    sessionTimestamp: int = Field(description="Milliseconds since the recording began.")  # noqa: N815


class ChatServer(_View):
    """Where the chat was kept."""

    savedAt: str | None  # noqa: N815
    serverBotId: str  # noqa: N815
    serverMeetingId: str  # noqa: N815
    serverVersion: str = Field(examples=["0.1.0"])  # noqa: N815


class Chats(_View):
    """Everything that was written in the meeting, in order."""

    metadata: ChatMetadata
    speakers: list[ChatSpeaker]
    chatMessages: list[ChatMessage]  # noqa: N815
    messagesBySpeaker: dict[str, list[ChatMessage]] = Field(  # noqa: N815
        description="The same messages, by `deviceId`; by name where there is none."
    )
    serverMetadata: ChatServer  # noqa: N815


class SummaryParticipant(_View):
    """Somebody who was in the meeting."""

    participant_id: str = Field(examples=[_ADA])
    name: str = Field(examples=["Ada"])


class TalkTime(_View):
    """How long somebody was heard."""

    speaker_id: str = Field(examples=[_ADA])
    speaker_name: str = Field(examples=["Ada"])
    seconds: float = Field(examples=[412.5])
    share: float = Field(description="Of all that known speakers spoke, 0 to 1.", examples=[0.54])


class LongTurn(_View):
    """A stretch in which somebody held the floor, pauses of up to 2 s included."""

    speaker_id: str = Field(examples=[_ADA])
    speaker_name: str = Field(examples=["Ada"])
    start_seconds: float = Field(description="Since the recording began.", examples=[61.2])
    end_seconds: float = Field(examples=[140.9])
    seconds: float = Field(examples=[79.7])
    text: str | None = Field(description="What was said; null: there is neither transcript nor captions.")


class AskedQuestion(_View):
    """A question."""

    at_seconds: float = Field(examples=[95.0])
    asked_by: str | None = Field(examples=["Ben"])
    text: str = Field(examples=["Who takes the minutes?"])
    asked_in: str = Field(description="spoken, or chat.", examples=["spoken"])


class SharedLink(_View):
    """A link that was written in the chat."""

    url: str = Field(examples=["https://example.com/plan"])
    shared_by: str | None = Field(examples=["Ada"])
    at_seconds: float = Field(examples=[120.4])


class MeetingSummary(_View):
    """A summary, put together from what was heard and written; nothing in it is invented."""

    model_config = ConfigDict(frozen=True, extra="allow")

    text: str = Field(examples=["Ada and Ben met for 32 minutes. Of the talking, Ada 54 %, Ben 46 %."])
    duration_seconds: float = Field(examples=[1834.2])
    participants: list[SummaryParticipant]
    talk_time: list[TalkTime] = Field(description="Who spoke most comes first.")
    unattributed_seconds: float = Field(description="Heard of voices that nobody is known for.")
    longest_turns: list[LongTurn] = Field(description="At most 5, the longest first.")
    questions: list[AskedQuestion] = Field(description="At most 50, in order.")
    links: list[SharedLink] = Field(description="At most 100, in order, each once.")
    messages: int = Field(description="How many were written in the chat.", examples=[3])
    words_from: str | None = Field(description="transcript, captions, or null: no words are known.")


class SummaryAnswer(_View):
    """The details, as in `detail`, and the summary."""

    bot_details: BotDetails
    summary: MeetingSummary


JsonObject = dict[str, Any]
"""An answer as it is written, of one of these shapes."""
