"""Which bots are sent in again after a crash of the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Step
from roomtone.bot.session_protocol import Ended, InMeeting, Joining, RecordingStarted
from roomtone.service.nodes.recovery import REJOIN_WITHIN, may_start_again

NOW = datetime(2026, 3, 14, 15, tzinfo=UTC)
JUST_NOW = NOW - timedelta(minutes=2)


@pytest.mark.parametrize("step", [Step.CREATED, Step.SCHEDULED, Step.JOINING, Step.IN_WAITING_ROOM])
def test_a_bot_on_its_way_in_is_sent_again(step: Step):
    """Nothing was recorded and the meeting may still be on, whatever its session wrote on its way out."""
    gone = Ended(at=NOW, reason=EndReason.SERVICE_CRASHED)
    assert may_start_again(step, JUST_NOW, [Joining(at=JUST_NOW), gone], NOW)
    assert may_start_again(step, None, [], NOW)


@pytest.mark.parametrize("step", [Step.IN_MEETING, Step.RECORDING, Step.LEAVING])
def test_a_bot_that_was_in_is_not(step: Step):
    """Its stay is over; what it recorded is finished."""
    assert not may_start_again(step, JUST_NOW, [], NOW)


@pytest.mark.parametrize("told", [InMeeting(at=NOW), RecordingStarted(at=NOW, picture="none")])
def test_the_journal_may_know_more_than_the_store(told: object):
    """A session that got in after the server had died recorded something."""
    assert not may_start_again(Step.JOINING, JUST_NOW, [Joining(at=JUST_NOW), told], NOW)


def test_a_stay_that_ended_by_itself_is_over():
    """A refusal is final, even if nobody could be told of it."""
    refused = Ended(at=NOW, reason=EndReason.ENTRY_DENIED)
    assert not may_start_again(Step.IN_WAITING_ROOM, JUST_NOW, [refused], NOW)


def test_an_old_meeting_is_not_joined():
    """After an hour the meeting is taken to be over."""
    assert not may_start_again(Step.JOINING, NOW - REJOIN_WITHIN, [], NOW)
