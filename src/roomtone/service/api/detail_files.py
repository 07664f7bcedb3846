"""A bot's details with links to its smaller files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.service.api.media_links import TEXT_LINK, artifact_link
from roomtone.service.api.places import place_of
from roomtone.service.api.rendering import details
from roomtone.service.records.reading import CAPTIONS, PARTICIPANTS
from roomtone.service.store.errors import UnknownTranscript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Request

    from roomtone.service.api.services import Services
    from roomtone.service.api.views import BotDetails
    from roomtone.service.store.artifacts import Artifact
    from roomtone.service.store.bot import Bot


async def details_with_files(
    request: Request, services: Services, bot: Bot, artifacts: Sequence[Artifact] | None = None
) -> BotDetails:
    """Everything about a bot; the links in it need no API key, and work for 1 hour.

    Args:
        request: Whose answer it is.
        services: The services.
        bot: The bot.
        artifacts: Its files; None: they are looked up.
    """
    if artifacts is None:
        artifacts = await services.store.artifacts.of_bot(bot.id)
    links = {
        artifact.kind: await artifact_link(request, services, artifact, TEXT_LINK)
        for artifact in artifacts
        if artifact.kind in {CAPTIONS, PARTICIPANTS}
    }
    known = details(bot, await services.store.events.of_bot(bot.id))
    captions = links.get(CAPTIONS)
    return known.model_copy(
        update={
            "TranscriptPercent": await _percent_of(services, bot),
            "MediaS3Bucket": await _bucket_of(services, artifacts),
            "caption_file": known.caption_file.model_copy(
                update={"available": captions is not None, "link": captions}
            ),
            "participant_events": links.get(PARTICIPANTS),
        }
    )


async def _percent_of(services: Services, bot: Bot) -> int | None:
    if bot.transcript_id is None:
        return None
    try:
        return (await services.store.transcripts.get(bot.transcript_id)).percent
    except UnknownTranscript:
        return None  # deleted since the bot was looked up


async def _bucket_of(services: Services, artifacts: Sequence[Artifact]) -> str | None:
    """The name of the bucket that the recordings lie in; None: they lie in the data folder, or nowhere."""
    for kind in ("audio", "video"):
        for artifact in artifacts:
            if artifact.kind != kind:
                continue
            bucket, _ = await place_of(services, artifact.storage_key)
            return bucket
    return None
