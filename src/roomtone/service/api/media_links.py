"""Links to single files that need no API key, and stop working at a time: made and checked here alone.

A link names a file of a bot and when it ends, and carries an HMAC-SHA256 of both under a key that never
leaves the server. It gives that file and nothing else, by GET and HEAD, and dies with the file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import mimetypes
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

    from roomtone.service.api.services import Services
    from roomtone.service.store.artifacts import Artifact

LINKS_PATH = "/api/v1/media"
AUDIO_LINK = timedelta(hours=1)
"""How long the link in ``get_audio`` works."""
VIDEO_LINK = timedelta(minutes=10)
"""How long the link in ``get_video`` works, and those to streams of single participants."""
TEXT_LINK = timedelta(hours=1)
"""How long links to transcripts, captions and lists work."""
LIVE_LINK = timedelta(hours=4)
"""How long the link in ``live_view`` works: a meeting is to be watched to its end."""

_PURPOSE = "roomtone media link 1"
"""Signed with every link, so that a signature is good for nothing else."""
_UNIX_TIME = re.compile(r"[0-9]{1,12}")
_EXTENSIONS = {"audio/mpeg": ".mp3", "application/jsonl": ".jsonl"}


def _now() -> datetime:
    return datetime.now(UTC)


class MediaLinks:
    """Signs links and checks them; pure, and usable from anywhere at once.

    Args:
        key: The secret, 32 bytes; another key ends every link that was given out.
        now: The clock.
    """

    def __init__(self, key: bytes, now: Callable[[], datetime] = _now) -> None:
        self._key = key
        self._now = now

    def path(self, bot_id: str, kind: str, file_name: str, valid_for: timedelta) -> str:
        """The path and query of a link to a bot's file, good for so long from now on."""
        parts = "/".join(quote(part, safe="") for part in (bot_id, kind, file_name))
        return f"{LINKS_PATH}/{parts}?{self.signed_query(bot_id, kind, file_name, valid_for)}"

    def signed_query(self, bot_id: str, kind: str, file_name: str, valid_for: timedelta) -> str:
        """The query by which a path of another shape is a link, good for so long from now on."""
        expires = str(int(self.ends_at(valid_for).timestamp()))
        signature = self._signature(bot_id, kind, file_name, expires)
        return urlencode({"expires": expires, "signature": signature})

    def ends_at(self, valid_for: timedelta) -> datetime:
        """When a link ends that is given out now."""
        return (self._now() + valid_for).replace(microsecond=0)

    def problem(
        self, bot_id: str, kind: str, file_name: str, expires: str | None, signature: str | None
    ) -> str | None:
        """Why a link gives nothing; None: it is as it was given out, and still good."""
        if expires is None or signature is None or not _UNIX_TIME.fullmatch(expires):
            return "signature: this is not a link as it was given out; ask for a new one."
        right = self._signature(bot_id, kind, file_name, expires)
        if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")):
            return "signature: this link was changed, or its key was replaced; ask for a new one."
        if int(expires) <= self._now().timestamp():
            return "expires: the link is no longer good; ask for a new one."
        return None

    def _signature(self, bot_id: str, kind: str, file_name: str, expires: str) -> str:
        signed = json.dumps([_PURPOSE, bot_id, kind, file_name, expires]).encode()
        digest = hmac.digest(self._key, signed, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def artifact_link(
    request: Request, services: Services, artifact: Artifact, valid_for: timedelta
) -> str:
    """A link to a bot's file for whoever has it, good for so long: the one place that gives such links out.

    Args:
        request: Whose answer the link stands in; where the server is reached unless a setting says so.
        services: The services.
        artifact: The file.
        valid_for: From now on; ``AUDIO_LINK``, ``VIDEO_LINK`` or ``TEXT_LINK``.
    """
    name = artifact.name or default_name(artifact)
    return public_url(request, services, services.links.path(artifact.bot_id, artifact.kind, name, valid_for))


def default_name(artifact: Artifact) -> str:
    """What a file is called that is the only one of its kind, such as ``audio.mp3``."""
    content_type = artifact.content_type.partition(";")[0].strip()
    return artifact.kind + (_EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or "")


def public_url(request: Request, services: Services, path: str) -> str:
    """The full URL of one of our paths, as clients reach it."""
    base = services.settings.public_url or str(request.base_url)
    return base.rstrip("/") + path
