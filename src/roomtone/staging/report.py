"""The figures of a staged meeting: one flat JSON object, every moment taken from one clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.bot.end_reasons import ENDINGS
from roomtone.staging.stage_clock import iso_text
from roomtone.staging.tree_memory import growth_mb_a_minute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.listening.receiver import Counts
    from roomtone.staging.expectation import Expectation
    from roomtone.staging.meeting_truth import MeetingTruth
    from roomtone.staging.process_tree import TreeUsage
    from roomtone.staging.tree_memory import TreeMemory
    from roomtone.staging.webhook_receiver import Delivery

DROPPED = ("live_frames_dropped", "video_frames_dropped", "late_samples_dropped")
CONCEALED = ("concealed_samples", "gap_samples_filled", "drift_samples_corrected", "timestamp_jumps")


@dataclass(slots=True)
class Observed:
    """What a staging saw; times are Unix seconds.

    Attributes:
        started_s: When the staging began.
        created_s: When create_bot was called; None: it never was.
        bot_id: Empty when there is none.
        detail: The bot's ``bot_details`` at the end.
        deliveries: Webhooks by arrival.
        truth: What the meeting said of itself.
        usage: What CPU time the bot's processes cost.
        memory: What they hold.
        live_counts: What the live-audio receiver counted.
        live_length_s: Length of the speakers' WAVs.
        video_s: Length of the downloaded video; None: there is none.
        audio_s: Length of the downloaded audio; None: there is none.
        problem: Why the staging itself failed; None: it did not.
        live_video: What the receiver of live video took; None: none was asked for.
        control: What was said over the control socket and what came back; None: there was none.
        children_left: Processes of the bot that outlived the server and had to be killed.
    """

    started_s: float
    truth: MeetingTruth
    usage: TreeUsage
    memory: TreeMemory
    live_counts: Counts
    created_s: float | None = None
    bot_id: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    deliveries: Sequence[Delivery] = ()
    live_length_s: float = 0.0
    video_s: float | None = None
    audio_s: float | None = None
    problem: str | None = None
    control: dict[str, Any] | None = None
    live_video: dict[str, Any] | None = None
    children_left: int = 0

    def first(self, *names: str) -> float | None:
        """When the first webhook of one of these names came."""
        return next((d.arrived_s for d in self.deliveries if d.name in names), None)

    @property
    def stopped_s(self) -> float | None:
        """When the first webhook of the stay's end came."""
        return next((d.arrived_s for d in self.deliveries if _general_name(d) == "bot.stopped"), None)

    @property
    def over(self) -> tuple[float, str] | None:
        """When it was over for the bot, and by whose word: ``meeting`` or ``bot``; None: unknown."""
        left_s = self.first("bot.leaving") or self.stopped_s
        if self.truth.ended_s is not None and (left_s is None or self.truth.ended_s <= left_s):
            return self.truth.ended_s, "meeting"
        return None if left_s is None else (left_s, "bot")


def _general_name(delivery: Delivery) -> str:
    return str(delivery.body.get("event", "")) if isinstance(delivery.body, dict) else ""


def end_reason(observed: Observed) -> str | None:
    """Why the stay ended: the detail says, else the message of the ending's webhook; None: unknown."""
    stated = observed.detail.get("end_reason")
    if stated:
        return str(stated)
    for delivery in observed.deliveries:
        if _general_name(delivery) == "bot.stopped":
            message = delivery.body.get("message")
            return next(
                (reason.value for reason, ending in ENDINGS.items() if ending.message == message), None
            )
    return None


def judge(observed: Observed, expected: Expectation) -> str | None:
    """Why the bot did not do what its script says; None: it did."""
    if observed.problem is not None:
        return observed.problem
    reason = end_reason(observed)
    if reason not in {wanted.value for wanted in expected.reasons}:
        wanted = " or ".join(sorted(reason.value for reason in expected.reasons))
        said = observed.detail.get("end_detail") or observed.detail.get("end_message") or ""
        return f"the stay ended with {reason or 'no reason'}, the script says {wanted}. {said}".strip()
    if expected.joins and observed.audio_s is None:
        return "the bot was in the meeting, but there is no audio to download"
    asked_video = observed.detail.get("RequestPayload", {}).get("video_required", True)
    if expected.joins and asked_video and observed.video_s is None:
        return "the bot was in the meeting, but there is no video to download"
    return None


def report(observed: Observed, expected: Expectation, title: str, speech: dict[str, Any]) -> dict[str, Any]:
    """The content of ``report.json``.

    Args:
        observed: What was seen.
        expected: What the script says.
        title: The meeting's.
        speech: Entries made by the speech comparison, taken over as they are.
    """
    problem = judge(observed, expected)
    statistics = observed.detail.get("statistics") or {}
    return {
        "title": title,
        "status": observed.detail.get("Status") or observed.detail.get("status"),
        "end_reason": end_reason(observed),
        "end_message": observed.detail.get("end_message"),
        "end_detail": observed.detail.get("end_detail"),
        "as_scripted": problem is None,
        "problem": problem,
        "expected_end_reasons": sorted(reason.value for reason in expected.reasons),
        "bot_id": observed.bot_id,
        "started_at": iso_text(observed.started_s),
        **_moments(observed),
        "recorded_s": observed.detail.get("recorded_s"),
        "video_s": _rounded(observed.video_s),
        "audio_s": _rounded(observed.audio_s),
        "live_s": _rounded(observed.live_length_s),
        **_costs(observed),
        "dropped": {name: statistics.get(name) for name in DROPPED},
        "concealed": {name: statistics.get(name) for name in CONCEALED},
        **speech,
        "live": {
            "frames": observed.live_counts.frames,
            "wrong_frames": observed.live_counts.wrong_frames,
            "connections": observed.live_counts.connections,
            "lost_writes": observed.live_counts.lost_writes,
        },
        "control": observed.control,
        "live_video": observed.live_video,
        "statistics": statistics,
    }


def _moments(observed: Observed) -> dict[str, Any]:
    created_s, (ended_s, said_by) = observed.created_s, observed.over or (None, None)
    events: list[dict[str, Any]] = []
    for delivery in observed.deliveries:
        entry: dict[str, Any] = {"event": delivery.name, "arrived_s": _rounded(delivery.arrived_s)}
        entry["after_create_s"] = _after(delivery.arrived_s, created_s)
        entry["after_meeting_end_s"] = _after(delivery.arrived_s, ended_s)
        events.append(entry)
    since_end = {
        entry["event"]: entry["after_meeting_end_s"]
        for entry in reversed(events)
        if entry["after_meeting_end_s"] is not None and entry["after_meeting_end_s"] >= 0
    }
    return {
        "created_to_joined_s": _after(observed.first("bot.inmeeting"), created_s),
        "created_to_recording_s": _after(observed.first("bot.recording"), created_s),
        "meeting_ended_at": None if ended_s is None else iso_text(ended_s),
        "meeting_end_said_by": said_by,
        "meeting_end_to_s": dict(reversed(since_end.items())),
        "events": events,
    }


def _costs(observed: Observed) -> dict[str, Any]:
    usage = observed.usage
    recorded_s = observed.detail.get("recorded_s") or 0.0
    window = recording_window(observed)
    cores, by_process = None, {}
    if window is not None:
        length_s = window[1] - window[0]
        cores = usage.cpu_s_between(*window) / length_s
        spent = usage.kinds_between(*window)
        by_process = {
            kind: round(cpu_s / length_s, 3) for kind, cpu_s in spent.items() if cpu_s / length_s >= 0.001
        }
    return {
        "cores": _rounded(cores),
        "cores_by_process": by_process,
        "cores_with_start": _rounded(usage.cpu_s / recorded_s) if recorded_s else None,
        "cpu_s": _rounded(usage.cpu_s),
        **_memory(observed.memory, window),
        "processes_left": observed.children_left,
    }


def _memory(memory: TreeMemory, window: tuple[float, float] | None) -> dict[str, Any]:
    own_mb = memory.own_mb_by_minute(*window) if window else []
    return {
        "peak_pss_mb": _rounded(memory.peak_pss_kb / 1024) if memory.peak_pss_kb else None,
        "pss_mb_by_minute": memory.pss_mb_by_minute(*window) if window else [],
        "own_mb_by_minute": own_mb,
        "own_mb_by_process": memory.own_mb_by_kind(*window) if window else {},
        "own_growth_mb_a_minute": growth_mb_a_minute(own_mb),
    }


def recording_window(observed: Observed) -> tuple[float, float] | None:
    """From the recording's start to the meeting's end, for the steady cost; None: under a second."""
    begun_s, over = observed.first("bot.recording"), observed.over
    if begun_s is None or over is None or over[0] - begun_s < 1.0:
        return None
    return begun_s, over[0]


def _after(moment_s: float | None, since_s: float | None) -> float | None:
    return None if moment_s is None or since_s is None else round(moment_s - since_s, 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
