"""What can go wrong while a stay is recorded.

RoomtoneError
├── RecordingFailed         the files cannot be written any more; what is written stays
│   └── RecordingDiskFull   because the disk, the quota or the size limit is used up
└── PictureUnavailable      a recorder has no picture to give; the session takes the next one
"""

from __future__ import annotations

from roomtone.bot.errors import RoomtoneError


class RecordingFailed(RoomtoneError):
    """The recording cannot be continued; everything written before stays readable."""


class RecordingDiskFull(RecordingFailed):
    """The disk is full (or the quota, or the largest file size); ends a stay with ``disk_full``."""


class PictureUnavailable(RoomtoneError):
    """A recorder cannot deliver pictures.

    Attributes:
        reason: Stable machine word: ``no_usable_track``, ``composer_silent``, ``worker_refused``,
            ``no_h264_encoder``, ``encoder_lost``, ``display_missing``, ``grabber_missing``, ``grabber_died``.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
