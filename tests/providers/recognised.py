"""Asking our streaming clients what the fakes say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roomtone.bot.transcript_providers import PROVIDERS
from roomtone.speech.accounts import Account

if TYPE_CHECKING:
    from roomtone.speech.streaming.port import Piece, Sound, StreamingProvider
    from tests.providers.streaming_fake import StreamingFake


def account_of(fake: StreamingFake, key: str | None = None) -> Account:
    """An account with a fake, which lies on loopback."""
    return Account(api_key=fake.key if key is None else key, base_url=fake.url, allow_private=True)


@dataclass(slots=True)
class Told:
    """What a client told.

    Attributes:
        pieces: Every piece, in order.
    """

    pieces: list[Piece] = field(default_factory=list)

    @property
    def last(self) -> list[Piece]:
        """What was told last of each segment, in order."""
        latest = {piece.segment: piece for piece in self.pieces}
        return [piece for _, piece in sorted(latest.items())]

    @property
    def texts(self) -> list[str]:
        """The texts of the final segments that have words."""
        return [piece.text for piece in self.last if piece.is_final and piece.words]

    @property
    def words(self) -> list[tuple[str, float, float]]:
        """The final segments' words with their times."""
        return [
            (word.shown, round(word.start_s, 3), round(word.end_s, 3))
            for piece in self.last
            if piece.is_final
            for word in piece.words
        ]

    @property
    def n_ends(self) -> int:
        """How many utterances ended."""
        return sum(piece.ends_utterance for piece in self.pieces)


async def recognised(
    provider: StreamingProvider, fake: StreamingFake, sound: Sound, told: Told | None = None, **options: Any
) -> Told:
    """What a client tells of a sound; with ``told`` given, it is filled while the client works."""
    told = told or Told()
    model = PROVIDERS[provider.name].options(**options)
    await provider.stream(sound, model.model_dump(mode="json"), account_of(fake), told.pieces.append)
    return told
