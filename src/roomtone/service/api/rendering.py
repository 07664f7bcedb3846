"""From the store's rows to the API's answers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.bot.lifecycle import Step, timestamp
from roomtone.service.api.views import BotDetails, BotSummary, CaptionFile, TimelineEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from roomtone.service.store.bot import Bot
    from roomtone.service.store.events import BotEvent

TIMELINE = (
    "Scheduled", "Joining", "WaitingRoom", "InMeeting", "Recording", "Leaving", "Stopped", "BotNotAllowed",
    "BotRejected", "Error", "AudioProcessing", "VideoProcessing", "TranscriptionReady", "Done",
    "MediaExpired",
)  # fmt: skip
"""The keys of a StatusTimeline, all of them always there."""

_STAGES = {
    Step.SCHEDULED: "Scheduled",
    Step.JOINING: "Joining",
    Step.IN_WAITING_ROOM: "WaitingRoom",
    Step.IN_MEETING: "InMeeting",
    Step.RECORDING: "Recording",
    Step.LEAVING: "Leaving",
    Step.ERROR: "Error",
    Step.AUDIO_PROCESSED: "AudioProcessing",
    Step.AUDIO_FAILED: "AudioProcessing",
    Step.VIDEO_PROCESSED: "VideoProcessing",
    Step.VIDEO_FAILED: "VideoProcessing",
    Step.TRANSCRIPTION_PROCESSED: "TranscriptionReady",
    Step.TRANSCRIPTION_FAILED: "TranscriptionReady",
    Step.DONE: "Done",
    Step.EXPIRED: "MediaExpired",
}
"""Steps that are not here and no endings, such as a skipped transcript, are no stages."""
_ENDINGS = {"bot.notallowed": "BotNotAllowed", "bot.denied": "BotRejected", "bot.failed": "Error"}
_CAPTION_PROVIDERS = frozenset({"meeting_captions", "meeting_captions_streaming"})
_FAILED = {Step.AUDIO_FAILED, Step.VIDEO_FAILED, Step.TRANSCRIPTION_FAILED}


def summary(bot: Bot) -> BotSummary:
    """A bot as it stands in a list."""
    return BotSummary(**_summary(bot))


def details(bot: Bot, events: Sequence[BotEvent]) -> BotDetails:
    """A bot with all that is known of it; without links to files (``detail_files`` puts them in)."""
    transcript = bot.request.recording_config.transcript
    platform, status, created = bot.platform, bot.status.value, timestamp(bot.created_at)
    return BotDetails(
        **_summary(bot),
        UserID=bot.workspace_id,
        BotMessage=bot.request.bot_message,
        BotImageURL=bot.request.bot_image_url,
        BotProfile=bot.request.browser_profile,
        NativeSTT=transcript is not None and transcript.name in _CAPTION_PROVIDERS,
        OfferingType=None,
        ManifestStatus=None,
        MediaS3Bucket=None,
        PlatformCreatedAt=f"{platform}#{created}",
        StatusCreatedAt=f"{status}#{created}",
        PlatformStatusCreatedAt=f"{platform}#{status}#{created}",
        caption_file=CaptionFile(available=False, link=None),
        participant_events=None,
        RequestPayload=bot.payload,
        StatusTimeline=timeline(events),
        MediaExpiresAt=_instant(bot.expires_at),
        end_message=bot.end_message,
        end_detail=bot.end_detail,
        late_s=None if bot.late_s is None else round(bot.late_s, 1),
        late_reason=bot.late_reason,
        recorded_s=bot.recorded_s,
        recording_paused=bot.recording_paused and not bot.ended,
        statistics=bot.statistics,
    )


def timeline(events: Sequence[BotEvent]) -> dict[str, TimelineEntry]:
    """When each stage was first reached; a stage never reached has no timestamp.

    What succeeded at last is not hidden by a failure before, nor the failure that ended a stay by a warning.
    """
    entries = {stage: TimelineEntry(message="", status=False, timestamp=None) for stage in TIMELINE}
    for event in events:
        is_ending = event.step is Step.STOPPED
        stage = _ENDINGS.get(event.bot_event, "Stopped") if is_ending else _STAGES.get(event.step)
        if stage is None:
            continue
        reached = event.step not in _FAILED
        before = entries[stage]
        if before.timestamp is None or is_ending or (reached and not before.status):
            entries[stage] = TimelineEntry(
                message=event.message, status=reached, timestamp=timestamp(event.created_at)
            )
    return entries


def _summary(bot: Bot) -> dict[str, Any]:
    return {
        "bot_id": bot.id,
        "status": bot.status.value,
        "BotID": bot.id,
        "BotUsername": bot.request.bot_name,
        "MeetingLink": bot.request.meeting_link,
        "Platform": bot.platform,
        "Status": bot.status.value,
        "CreatedAt": timestamp(bot.created_at),
        "ScheduledJoinTime": _instant(bot.join_at),
        "StartTime": _instant(bot.in_meeting_at),
        "EndTime": _instant(bot.ended_at),
        "Duration": round(bot.recorded_s or 0.0),
        "LastUpdatedAt": int(bot.updated_at.timestamp()),
        "AudioStatus": bot.audio_status,
        "VideoStatus": bot.video_status,
        "TranscriptStatus": bot.transcript_status,
        "transcript_id": bot.transcript_id,
        "end_reason": bot.end_reason.value if bot.end_reason else None,
        "custom_attributes": bot.request.custom_attributes,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
