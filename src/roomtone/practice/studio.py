"""Preparing a script's sounds and pictures before the meeting opens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.practice.clips import decode_clip
from roomtone.practice.members import Scripted
from roomtone.practice.script_parser import is_video
from roomtone.practice.video_loops import camera_loop, share_loop
from roomtone.practice.voice import Voice
from roomtone.practice.voice_timeline import beep, place

if TYPE_CHECKING:
    from roomtone.practice.script import Script, ScriptedParticipant

GOLDEN_RATIO = 0.618034
"""Steps of the hue by which neighbours get colours far apart."""


async def prepare(script: Script) -> list[Scripted]:
    """The script's people with everything decoded and encoded, in the script's order.

    Raises:
        UnusableMedia: If a file cannot be decoded.
    """
    painted = script.variant == "painted"
    return [
        await asyncio.to_thread(_prepared, index, participant, painted=painted)
        for index, participant in enumerate(script.participants)
    ]


def _prepared(index: int, participant: ScriptedParticipant, *, painted: bool) -> Scripted:
    says = participant.says
    clips = {at: decode_clip(said.file) if said.file else beep() for at, said in enumerate(says)}
    hue = (0.6 + index * GOLDEN_RATIO) % 1.0
    return Scripted(
        index=index,
        id=f"scripted-{index + 1}",
        script=participant,
        voice=Voice(place(says, clips)),
        camera=camera_loop(participant.camera, participant.name, hue, with_jpegs=painted),
        share_loops={
            share: share_loop(share.file, video=is_video(share.file), with_jpegs=painted)
            for share in participant.shares
        },
        name=participant.name,
    )
