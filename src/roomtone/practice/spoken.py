"""Noticing, from the packets that go out, when each clip really began and ended on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.practice.meeting_clock import PACKET_SAMPLES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from roomtone.practice.happenings import HappeningLog
    from roomtone.practice.members import Scripted


class SpokenWatch:
    """Notes ``clip_began`` and ``clip_ended`` for one scripted participant and one guest.

    ``scheduled_s`` is the script's time of the clip's first (last) sample; ``sent_s`` the script's time at
    which it went out: a packet's samples go out together, when the first of them is due.
    """

    def __init__(self, member: Scripted, guest_id: str, log: HappeningLog) -> None:
        self._member = member
        self._guest_id = guest_id
        self._log = log
        self._begins: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        for clip in member.voice.timeline.clips:
            self._begins.setdefault(clip.begin // PACKET_SAMPLES, []).append(clip.index)
            if clip.end is not None:
                self._ends.setdefault((clip.end - 1) // PACKET_SAMPLES, []).append(clip.index)

    def sent(self, packet: int, monotonic_s: float) -> None:
        """A packet, numbered from second zero, goes out now."""
        for index in self._begins.pop(packet, ()):
            clip = self._member.voice.timeline.clips[index]
            lead_s = (clip.begin - packet * PACKET_SAMPLES) / SAMPLE_RATE_HZ
            self._note("clip_began", index, clip.begin, monotonic_s + lead_s)
        for index in self._ends.pop(packet, ()):
            clip = self._member.voice.timeline.clips[index]
            assert clip.end is not None
            lead_s = (clip.end - packet * PACKET_SAMPLES) / SAMPLE_RATE_HZ
            self._note("clip_ended", index, clip.end, monotonic_s + lead_s)

    def _note(self, what: str, index: int, sample: int, monotonic_s: float) -> None:
        sent_s = self._log.clock.at_s(monotonic_s)
        self._log.note(
            what,
            monotonic_s,
            participant=self._member.index,
            name=self._member.name,
            clip=self._member.script.says[index].label,
            says=index,
            guest=self._guest_id,
            scheduled_s=round(sample / SAMPLE_RATE_HZ, 4),
            sent_s=None if sent_s is None else round(sent_s, 4),
        )
