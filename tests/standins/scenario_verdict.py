"""Whether a staged scenario went as it must, from the files that the staging left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.standins.scenario import CREATED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.standins.scenario import Scenario

EARLY_S = 0.5
"""The clocks of two processes, and a webhook's way, may differ by so much."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a scenario.

    Attributes:
        ending: The bot's end reason; None: there is none.
        seconds: From the scenario's moment to the webhook of the end; None: one of them is missing.
        problem: What is wrong; empty: nothing.
    """

    ending: str | None
    seconds: float | None
    problem: str = ""

    @property
    def right(self) -> bool:
        """Whether it went as it must."""
        return not self.problem


def verdict(scenario: Scenario, output: Path, log: str) -> Verdict:
    """Judge a staging by its folder: ``report.json``, ``meeting.jsonl`` and ``events.jsonl``."""
    report_file = output / "report.json"
    if not report_file.exists():
        last = [line for line in log.splitlines() if line.strip()][-1:]
        return Verdict(None, None, "nothing was staged: " + " ".join(last))
    report = json.loads(report_file.read_text(encoding="utf-8"))
    happenings = first_moments(_lines(output / "meeting.jsonl"))
    webhooks = _lines(output / "events.jsonl")
    return judge(scenario, report, happenings, webhooks)


def judge(
    scenario: Scenario,
    report: Mapping[str, Any],
    happenings: Mapping[str, float],
    webhooks: Sequence[Mapping[str, Any]],
) -> Verdict:
    """Judge what is known. Pure.

    Args:
        scenario: What must happen.
        report: The staging's figures.
        happenings: Unix time of the first occurrence of each happening of the stand-in.
        webhooks: ``arrived_s`` (Unix) and ``body``, by arrival.
    """
    ending = report.get("end_reason")
    stopped_s = _arrival(webhooks, "event", "bot.stopped")
    since_s = happenings.get(scenario.since)
    if scenario.since == CREATED:
        since_s = _created_s(report)
    seconds = None if stopped_s is None or since_s is None else stopped_s - since_s
    problems = _problems(scenario, ending, seconds, happenings)
    joined_s, admitted_s = _arrival(webhooks, "bot_event", "bot.inmeeting"), happenings.get("guest_admitted")
    if joined_s is not None and (admitted_s is None or joined_s < admitted_s - EARLY_S):
        problems.append("the bot said that it was in the meeting before it was")
    if report.get("processes_left"):
        problems.append(f"{report['processes_left']} processes were left behind")
    if problems and report.get("end_detail"):
        problems.append(f"[{report['end_detail']}]")
    return Verdict(ending, seconds, "; ".join(problems))


def _problems(
    scenario: Scenario, ending: str | None, seconds: float | None, happenings: Mapping[str, float]
) -> list[str]:
    problems = []
    if ending not in {reason.value for reason in scenario.expected}:
        problems.append("another ending")
    if seconds is None:
        problems.append(f"{scenario.since} did not come, or no end of the stay")
    elif seconds < -EARLY_S:
        problems.append(f"it ended before {scenario.since}")
    elif seconds > scenario.bound_s:
        problems.append("too late")
    problems += [f"no {needed}" for needed in scenario.needs if needed not in happenings]
    problems += [f"there was {forbidden}" for forbidden in scenario.forbids if forbidden in happenings]
    return problems


def first_moments(happenings: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Unix time of the first occurrence of each happening."""
    found: dict[str, float] = {}
    for happening in happenings:
        if "event" in happening and "wall" in happening:
            found.setdefault(happening["event"], datetime.fromisoformat(happening["wall"]).timestamp())
    return found


def _created_s(report: Mapping[str, Any]) -> float | None:
    for event in report.get("events") or ():
        if event.get("after_create_s") is not None:
            return float(event["arrived_s"] - event["after_create_s"])
    return None


def _arrival(webhooks: Sequence[Mapping[str, Any]], key: str, name: str) -> float | None:
    for webhook in webhooks:
        body = webhook.get("body")
        if isinstance(body, dict) and body.get(key) == name:
            return float(webhook["arrived_s"])
    return None


def _lines(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
