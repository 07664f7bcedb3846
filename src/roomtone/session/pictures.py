"""Which recorders a stay has for its picture, and the display that one of them needs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.session.capture.recorders.screen import ScreenPictures
from roomtone.session.capture.recorders.track import TrackPictures
from roomtone.session.capture.recorders.until_tracks import UntilTracks
from roomtone.session.capture.recording_errors import PictureUnavailable
from roomtone.session.capture.scene import SceneDirector
from roomtone.session.display import open_display

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from roomtone.bot.request import BotRequest
    from roomtone.session.capture.recorders.port import PictureSource
    from roomtone.session.display import Display
    from roomtone.session.platforms.base import Picture, PlatformTraits

log = structlog.get_logger(__name__)


class Pictures:
    """The picture of one stay.

    Args:
        request: Whether a picture is wanted, and in which layout.
        traits: Which recorders fit the platform.
        send: Sends a text message to the page.
        warn: Told a code and a sentence when a recorder cannot be had.

    Attributes:
        track: The recorder that takes the picture in the page; None when the layout has no use for it.
    """

    def __init__(
        self,
        request: BotRequest,
        traits: PlatformTraits,
        send: Callable[[dict[str, Any]], None],
        warn: Callable[[str, str], None],
    ) -> None:
        kinds: tuple[Picture, ...] = ()
        if request.video_required:
            kinds = traits.pictures[request.recording_config.video_layout]
        self._kinds = kinds
        self._track_needs_video = traits.track_needs_video
        self._warn = warn
        self._display: Display | None = None
        self.track = TrackPictures(send, SceneDirector()) if "track" in kinds else None

    @property
    def n_frames_dropped(self) -> int:
        """Pictures that the page's encoder left out."""
        return self.track.n_frames_dropped if self.track is not None else 0

    @property
    def sources(self) -> tuple[PictureSource, ...]:
        """The recorders that can be had, best first; empty: sound alone."""
        screen = self._screen()
        track = self.track
        if (
            self._kinds[:1] == ("track",)
            and self._track_needs_video
            and track is not None
            and screen is not None
        ):
            return (UntilTracks(screen, track, is_possible=lambda: track.is_possible, warn=self._warn),)
        by_kind: dict[Picture, PictureSource | None] = {"track": track, "screen": screen}
        return tuple(source for kind in self._kinds if (source := by_kind[kind]) is not None)

    def _screen(self) -> ScreenPictures | None:
        display = self._display
        if display is None:
            return None
        return ScreenPictures(
            display.name, environment=display.environment, is_display_alive=display.is_alive
        )

    @contextlib.asynccontextmanager
    async def display(self) -> AsyncIterator[str | None]:
        """The name of a display for the browser while this lasts; None: it has to do without.

        A stay that may need the screen recorder has its browser on a display from the beginning, because a
        browser cannot be moved to one without leaving the meeting.
        """
        if "screen" not in self._kinds:
            yield None
            return
        async with contextlib.AsyncExitStack() as stack:
            try:
                self._display = await stack.enter_async_context(open_display())
            except PictureUnavailable as problem:
                log.warning("session.no_display", reason=problem.reason)
                self._warn(problem.reason, str(problem))
            yield self._display.name if self._display is not None else None
