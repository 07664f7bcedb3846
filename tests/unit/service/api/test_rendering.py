"""From rows to answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.lifecycle import Happening, Standing, Step, advance
from roomtone.service.api.rendering import TIMELINE, timeline
from roomtone.service.store.events import BotEvent

TRANSCRIBED = Standing(last=Step.AUDIO_PROCESSED, video_required=False, transcript_requested=True)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def _event(step: Step, standing: Standing, reason: EndReason | None = None) -> BotEvent:
    _, public = advance(standing, Happening(step, AT, reason))
    return BotEvent(
        id=1,
        bot_id="b",
        sequence=1,
        step=step,
        event=public.event,
        bot_event=public.bot_event,
        bot_status=public.bot_status,
        status_code=public.status_code,
        message=public.message,
        body={},
        created_at=AT,
    )


def test_the_timeline_has_every_stage():
    """Stages not reached are there, false and without a time."""
    entries = timeline([_event(Step.JOINING, Standing())])
    assert tuple(entries) == TIMELINE
    assert [stage for stage, entry in entries.items() if entry.status] == ["Joining"]
    assert entries["Joining"].timestamp == "2026-01-01T00:00:00.000Z"
    assert entries["Done"].timestamp is None


@pytest.mark.parametrize("reason", EndReason)
def test_each_ending_has_its_stage(reason: EndReason):
    """A refused, unadmitted or failed bot is seen as such in the timeline."""
    entries = timeline([_event(Step.STOPPED, Standing(last=Step.JOINING), reason)])
    expected = {
        "bot.stopped": "Stopped",
        "bot.kicked": "Stopped",
        "bot.denied": "BotRejected",
        "bot.notallowed": "BotNotAllowed",
        "bot.failed": "Error",
    }[ENDINGS[reason].bot_event]
    assert [stage for stage, entry in entries.items() if entry.status] == [expected]


def test_failed_processing_is_a_stage_reached_without_success():
    """A failed audio has a time and a message, and its status is false."""
    entries = timeline([_event(Step.AUDIO_FAILED, Standing(last=Step.STOPPED))])
    assert entries["AudioProcessing"].status is False
    assert entries["AudioProcessing"].timestamp is not None


def test_what_ended_a_stay_is_not_hidden_by_a_warning():
    """The stage of errors tells the failure, once there is one."""
    warned = _event(Step.ERROR, Standing(last=Step.RECORDING))
    failed = _event(Step.STOPPED, Standing(last=Step.RECORDING), EndReason.BROWSER_CRASHED)
    assert timeline([warned])["Error"].message == warned.message
    assert timeline([warned, failed])["Error"].message == failed.message


def test_a_transcript_that_came_at_last_is_ready():
    """A later success counts more than an earlier failure, and a later failure takes nothing back."""
    failed = _event(Step.TRANSCRIPTION_FAILED, TRANSCRIBED)
    made = _event(Step.TRANSCRIPTION_PROCESSED, TRANSCRIBED)
    assert timeline([failed])["TranscriptionReady"].status is False
    assert timeline([failed, made])["TranscriptionReady"].status is True
    assert timeline([made, failed])["TranscriptionReady"].status is True


def test_what_is_no_stage_is_in_no_stage():
    """A deletion that failed, of a bot that was refused, does not make it a stopped one."""
    refused = _event(Step.STOPPED, Standing(last=Step.JOINING), EndReason.CAPTCHA_REQUIRED)
    entries = timeline([refused, replace(refused, step=Step.DELETION_FAILED, bot_event="data_deletion")])
    assert [stage for stage, entry in entries.items() if entry.timestamp] == ["BotRejected"]
