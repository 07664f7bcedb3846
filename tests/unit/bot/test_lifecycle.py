"""The lifecycle: which step may follow which, and what webhooks say of each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot import session_protocol as lines
from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.lifecycle import (
    Happening,
    IllegalTransition,
    PublicEvent,
    Standing,
    Status,
    Step,
    advance,
    envelope,
    happening_of,
    next_steps,
    timestamp,
)

GOLDEN = Path(__file__).parent / "golden" / "webhooks"
AT = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
STEPS = [step for step in Step if step is not Step.CREATED]


def _happening(step: Step, reason: EndReason = EndReason.MEETING_ENDED) -> Happening:
    return Happening(step, AT, end_reason=reason if step is Step.STOPPED else None)


def _before(step: Step) -> Standing:
    """A standing that the step may follow."""
    last = {
        Step.SCHEDULED: Step.CREATED,
        Step.JOINING: Step.CREATED,
        Step.IN_WAITING_ROOM: Step.JOINING,
        Step.IN_MEETING: Step.JOINING,
        Step.RECORDING: Step.IN_MEETING,
        Step.LEAVING: Step.RECORDING,
        Step.ERROR: Step.RECORDING,
        Step.STOPPED: Step.LEAVING,
        Step.AUDIO_PROCESSED: Step.STOPPED,
        Step.AUDIO_FAILED: Step.STOPPED,
        Step.VIDEO_PROCESSED: Step.AUDIO_PROCESSED,
        Step.VIDEO_FAILED: Step.AUDIO_PROCESSED,
        Step.TRANSCRIPTION_PROCESSED: Step.VIDEO_PROCESSED,
        Step.TRANSCRIPTION_FAILED: Step.VIDEO_PROCESSED,
        Step.TRANSCRIPTION_SKIPPED: Step.VIDEO_PROCESSED,
        Step.DONE: Step.VIDEO_PROCESSED,
        Step.EXPIRED: Step.DONE,
        Step.DELETION_FAILED: Step.DONE,
    }[step]
    return Standing(last=last, transcript_requested=step.name.startswith("TRANSCRIPTION"), recorded=True)


def _walk(steps: list[Step], standing: Standing) -> tuple[Standing, list[PublicEvent]]:
    told = []
    for step in steps:
        standing, public = advance(standing, _happening(step))
        told.append(public)
    return standing, told


def _matches_golden(name: str, body: dict[str, object]) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    assert body == expected
    assert list(body) == list(expected), "the keys' order is part of what receivers see"


@pytest.mark.parametrize("step", [s for s in STEPS if s is not Step.STOPPED])
def test_each_step_is_told_as_its_golden_file_says(step: Step):
    """Every step's webhook is the golden one, byte for byte of its JSON."""
    details = {"deleted_objects": 3} if step in {Step.EXPIRED, Step.DELETION_FAILED} else {}
    _, public = advance(_before(step), Happening(step, AT, details=details))
    body = envelope(public, bot_id="b-1", transcript_id=None, at=AT, custom_attributes={"team": "a"})
    _matches_golden(step.value, body)


@pytest.mark.parametrize("reason", EndReason)
def test_each_ending_is_told_as_its_golden_file_says(reason: EndReason):
    """Every end reason's webhook is bot.stopped with its own bot_event, status and code."""
    _, public = advance(_before(Step.STOPPED), _happening(Step.STOPPED, reason))
    body = envelope(public, bot_id="b-1", transcript_id=None, at=AT, custom_attributes={"team": "a"})
    _matches_golden(f"stopped_{reason.value}", body)


def test_what_more_is_known_of_an_ending_is_told_after_its_reason():
    """A refusal that only the platform's own words explain carries them in a field of their own."""
    details = {"end_detail": "the platform said: error 4242"}
    _, public = advance(
        _before(Step.STOPPED), Happening(Step.STOPPED, AT, EndReason.JOIN_REFUSED, details=details)
    )
    body = envelope(public, bot_id="b-1", transcript_id=None, at=AT, custom_attributes={"team": "a"})
    _matches_golden("stopped_with_detail", body)


def test_the_ordinary_way_is_told_in_the_documented_order():
    """A recorded meeting with video is told from joining to done in the order of the contract."""
    standing, told = _walk(
        [
            Step.JOINING,
            Step.IN_WAITING_ROOM,
            Step.IN_MEETING,
            Step.RECORDING,
            Step.LEAVING,
            Step.STOPPED,
            Step.AUDIO_PROCESSED,
            Step.VIDEO_PROCESSED,
            Step.DONE,
        ],
        Standing(),
    )
    assert [public.event for public in told] == [
        "bot.joining",
        "bot.in_waiting_room",
        "bot.inmeeting",
        "bot.recording",
        "bot.leaving",
        "bot.stopped",
        "audio.processed",
        "video.processed",
        "bot.done",
    ]
    assert standing.status is Status.DONE


def test_audio_only_bots_have_no_video_step():
    """Without video, the audio is followed by done, and video.processed is refused."""
    standing = Standing(last=Step.AUDIO_PROCESSED, video_required=False, recorded=True)
    assert next_steps(standing) == {Step.DONE, Step.ERROR, Step.EXPIRED, Step.DELETION_FAILED}


@pytest.mark.parametrize("became", ["processed", "failed", "skipped"])
def test_done_waits_for_a_requested_transcript(became: str):
    """With a transcript asked for, done has to wait until it is told what became of it."""
    standing = Standing(last=Step.VIDEO_PROCESSED, transcript_requested=True, recorded=True)
    with pytest.raises(IllegalTransition):
        advance(standing, _happening(Step.DONE))
    standing, public = advance(standing, _happening(Step(f"transcription_{became}")))
    assert public.event == f"transcription.{became}"
    assert advance(standing, _happening(Step.DONE))[0].last is Step.DONE


def test_a_bot_that_recorded_is_not_done_without_its_audio():
    """After a recording, done may not come before the audio was processed or failed."""
    with pytest.raises(IllegalTransition):
        advance(Standing(last=Step.STOPPED, recorded=True), _happening(Step.DONE))


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (EndReason.ENTRY_DENIED, Status.DENIED),
        (EndReason.WAITING_ROOM_TIMEOUT, Status.NOT_ALLOWED),
        (EndReason.MEETING_NOT_FOUND, Status.FAILED),
        (EndReason.REMOVE_REQUESTED, Status.DONE),
    ],
)
def test_a_bot_that_never_recorded_keeps_the_status_of_a_bad_ending(reason: EndReason, status: Status):
    """A refused or failed bot can be found by that status; a cancelled one is done."""
    standing, _ = advance(Standing(last=Step.IN_WAITING_ROOM), _happening(Step.STOPPED, reason))
    standing, public = advance(standing, _happening(Step.DONE))
    assert standing.status is status
    assert public.bot_status == "Done"


def test_a_recording_cut_short_ends_done_with_its_media():
    """A crash after recording began ends in Done once what was recorded is published."""
    standing, _ = _walk([Step.JOINING, Step.IN_MEETING, Step.RECORDING], Standing(video_required=False))
    standing, _ = advance(standing, _happening(Step.STOPPED, EndReason.BROWSER_CRASHED))
    assert standing.status is Status.FAILED
    standing, _ = _walk([Step.AUDIO_PROCESSED, Step.DONE], standing)
    assert standing.status is Status.DONE


def test_a_stop_needs_a_reason():
    """A stop without its end reason is a mistake of the caller."""
    with pytest.raises(ValueError, match="end_reason"):
        advance(Standing(last=Step.LEAVING), Happening(Step.STOPPED, AT))


_AFTER_STOP = {Step.AUDIO_PROCESSED, Step.AUDIO_FAILED, Step.VIDEO_PROCESSED, Step.VIDEO_FAILED, Step.DONE}


@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(EndReason)), max_size=60),
    st.booleans(),
    st.booleans(),
)
def test_no_order_of_inputs_leads_anywhere_illegal(
    inputs: list[tuple[Step, EndReason]], video: bool, transcript: bool
):
    """Whatever is tried in whatever order, what is accepted is a legal life with at most one ending."""
    standing = Standing(video_required=video, transcript_requested=transcript)
    accepted: list[Step] = []
    for step, reason in inputs:
        before = standing
        try:
            standing, public = advance(standing, _happening(step, reason))
        except IllegalTransition:
            assert standing == before
            continue
        accepted.append(step)
        assert standing.ended or step not in _AFTER_STOP
        assert (step is Step.ERROR) == (public.event == "bot.error")
    lasting = [step for step in accepted if step not in {Step.ERROR, Step.DELETION_FAILED}]
    often = {Step.JOINING, Step.IN_WAITING_ROOM, Step.IN_MEETING}
    once = [step for step in lasting if step not in often]
    assert len(once) == len(set(once))
    if Step.STOPPED in lasting:
        rest = lasting[lasting.index(Step.STOPPED) + 1 :]
        assert Step.JOINING not in rest
        assert [s for s in rest if s in _AFTER_STOP or s is Step.EXPIRED] == sorted(
            [s for s in rest if s in _AFTER_STOP or s is Step.EXPIRED], key=list(Step).index
        )
    if Step.DONE in lasting:
        assert (Step.TRANSCRIPTION_SKIPPED in lasting) <= transcript
        assert bool({Step.VIDEO_PROCESSED, Step.VIDEO_FAILED} & set(lasting)) <= video
        if Step.RECORDING in lasting:
            assert {Step.AUDIO_PROCESSED, Step.AUDIO_FAILED} & set(lasting)
            assert not video or {Step.VIDEO_PROCESSED, Step.VIDEO_FAILED} & set(lasting)


@given(st.sampled_from(Step), st.booleans(), st.booleans(), st.booleans())
def test_every_life_can_be_brought_to_its_end(last: Step, video: bool, transcript: bool, recorded: bool):
    """From every standing, done is reached within five steps, so that no bot is stuck for ever."""
    if last in {Step.ERROR, Step.EXPIRED, Step.DELETION_FAILED}:
        return
    standing = Standing(last=last, video_required=video, transcript_requested=transcript, recorded=recorded)
    for _ in range(5):
        if standing.last is Step.DONE:
            return
        possible = next_steps(standing)
        best = next(
            step
            for step in (
                Step.DONE,
                Step.STOPPED,
                Step.TRANSCRIPTION_SKIPPED,
                Step.VIDEO_FAILED,
                Step.AUDIO_FAILED,
            )
            if step in possible
        )
        standing, _ = advance(standing, _happening(best))
    assert standing.last is Step.DONE


@pytest.mark.parametrize(
    ("event", "step"),
    [
        (lines.Joining(at=AT, attempt=2), Step.JOINING),
        (lines.InWaitingRoom(at=AT), Step.IN_WAITING_ROOM),
        (lines.InMeeting(at=AT), Step.IN_MEETING),
        (lines.RecordingStarted(at=AT, picture="track"), Step.RECORDING),
        (lines.Leaving(at=AT, reason=EndReason.SILENCE), Step.LEAVING),
        (lines.Warned(at=AT, code="live_audio_disconnected", message="gone"), Step.ERROR),
        (lines.Ended(at=AT, reason=EndReason.SILENCE), Step.STOPPED),
    ],
)
def test_a_session_event_becomes_its_step(event: object, step: Step):
    """Each line of a session that concerns the customer becomes one step, with its time."""
    happening = happening_of(event)
    assert happening is not None
    assert (happening.step, happening.at) == (step, AT)
    assert (happening.end_reason is EndReason.SILENCE) == (step is Step.STOPPED)


@pytest.mark.parametrize(
    "event",
    [
        lines.Progress(at=AT, state="recording"),
        lines.Warned(at=AT, code="recorder_fallback", message="screen instead of track"),
    ],
)
def test_what_concerns_only_the_operator_is_no_step(event: object):
    """Progress and inner warnings are told to nobody outside."""
    assert happening_of(event) is None


@pytest.mark.parametrize(
    "warned",
    [
        lines.Warned(
            at=AT, code="no_sound", message="no sound for 30 s while somebody is unmuted", severity="notice"
        ),
        lines.Warned(at=AT, code="live_audio_disconnected", message="the live receiver is gone"),
    ],
    ids=lambda warned: warned.code,
)
def test_a_warning_is_told_with_its_code_and_severity(warned: lines.Warned):
    """What the customer can act on is a bot.error whose machine fields are in its golden file."""
    happening = happening_of(warned)
    assert happening is not None
    _, public = advance(_before(Step.ERROR), happening)
    body = envelope(public, bot_id="b-1", transcript_id=None, at=AT, custom_attributes={"team": "a"})
    _matches_golden(f"error_{warned.code}", body)


def test_every_end_reason_has_an_ending_with_a_known_status():
    """The table of endings is complete and spells its statuses as the API does."""
    assert set(ENDINGS) == set(EndReason)
    assert {ending.bot_status for ending in ENDINGS.values()} <= {status.value for status in Status}


def test_timestamps_are_utc_with_milliseconds():
    """An instant in another zone is written in UTC, with three decimals and a Z."""
    local = datetime(2026, 3, 14, 17, 0, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(local) == "2026-03-14T15:00:00.000Z"
