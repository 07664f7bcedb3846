"""Who makes a transcript: the providers by name, and the request for one, in every documented shape.

``TranscriptRequest`` is what others read: ``name``, ``options`` with every default filled in and
``is_streaming``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from roomtone.bot import transcript_options as options
from roomtone.bot.wire_model import WireModel

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of a provider.

    Attributes:
        options: The model of its options.
        is_streaming: Whether it makes the transcript while the meeting runs, which live transcription needs;
            the others make it of the recording afterwards.
        account: Whose account it needs, by the name of the provider of recordings; None: it needs none.
    """

    options: type[WireModel]
    is_streaming: bool = False
    account: str | None = None


PROVIDERS: dict[str, Provider] = {
    "deepgram": Provider(options.DeepgramOptions, account="deepgram"),
    "assemblyai": Provider(options.AssemblyaiOptions, account="assemblyai"),
    "jigsawstack": Provider(options.JigsawstackOptions, account="jigsawstack"),
    "sarvam": Provider(options.SarvamOptions, account="sarvam"),
    "meetstream": Provider(options.MeetstreamOptions),
    "meeting_captions": Provider(options.NoOptions),
    "openai_compatible": Provider(options.OpenaiCompatibleOptions, account="openai_compatible"),
    "local": Provider(options.LocalOptions),
    "deepgram_streaming": Provider(options.DeepgramStreamingOptions, is_streaming=True, account="deepgram"),
    "assemblyai_streaming": Provider(
        options.AssemblyaiStreamingOptions, is_streaming=True, account="assemblyai"
    ),
    "meetstream_streaming": Provider(options.NoOptions, is_streaming=True),
    "jigsawstack_streaming": Provider(options.NoOptions, is_streaming=True),
    "local_streaming": Provider(options.LocalStreamingOptions, is_streaming=True),
    "meeting_captions_streaming": Provider(options.CaptionStreamingOptions, is_streaming=True),
}
"""Every provider that was ever documented, and ours: openai_compatible, the local ones, streamed captions."""

SERVED_PROVIDERS: frozenset[str] = frozenset(
    {
        "assemblyai",
        "assemblyai_streaming",
        "deepgram",
        "deepgram_streaming",
        "jigsawstack",
        "local",
        "local_streaming",
        "meeting_captions",
        "meeting_captions_streaming",
        "meetstream",
        "meetstream_streaming",
        "openai_compatible",
        "sarvam",
    }
)
"""Those with which this version makes transcripts. Another is kept as asked, named as ignored in the answer
to ``create_bot``, and its transcript is skipped."""

ACCOUNTS = tuple(dict.fromkeys(provider.account for provider in PROVIDERS.values() if provider.account))
"""Whom one can have an account with."""

STREAMING_PROVIDERS = tuple(name for name, provider in PROVIDERS.items() if provider.is_streaming)
"""Those that make a transcript while the meeting runs."""

SERVED_STREAMING_PROVIDERS = tuple(name for name in STREAMING_PROVIDERS if name in SERVED_PROVIDERS)
"""Those of them with which this version does."""

RECORDING_PROVIDERS = tuple(sorted(SERVED_PROVIDERS - set(STREAMING_PROVIDERS)))
"""Those with which this version makes transcripts of recordings."""


class ProviderChoice(BaseModel):
    """One provider with its options.

    Taken as `{"deepgram": {"model": "nova-3"}}` and as `{"name": "deepgram", "model": "nova-3"}`; kept and
    shown as the first.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"minProperties": 1})

    name: str | None = Field(
        None,
        json_schema_extra={"enum": [*PROVIDERS, None]},
        description="The other shape: the provider's name, with its options beside it.",
    )
    deepgram: options.DeepgramOptions | None = None
    assemblyai: options.AssemblyaiOptions | None = None
    jigsawstack: options.JigsawstackOptions | None = None
    sarvam: options.SarvamOptions | None = None
    meetstream: options.MeetstreamOptions | None = None
    meeting_captions: options.NoOptions | None = None
    openai_compatible: options.OpenaiCompatibleOptions | None = None
    local: options.LocalOptions | None = None
    deepgram_streaming: options.DeepgramStreamingOptions | None = None
    assemblyai_streaming: options.AssemblyaiStreamingOptions | None = None
    meetstream_streaming: options.NoOptions | None = None
    jigsawstack_streaming: options.NoOptions | None = None
    local_streaming: options.LocalStreamingOptions | None = None
    meeting_captions_streaming: options.CaptionStreamingOptions | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_shape(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        name, chosen = provider_given(given)
        return {"name": name, name: chosen}

    @model_serializer(mode="plain")
    def _keyed(self) -> dict[str, Any]:
        return {self.provider_name: self.chosen.model_dump(mode="json")}

    @property
    def provider_name(self) -> str:
        """The provider's name."""
        assert self.name is not None, "the validator sets it"
        return self.name

    @property
    def chosen(self) -> WireModel:
        """The provider's options, as the model that ``PROVIDERS`` has for it."""
        chosen: WireModel = getattr(self, self.provider_name)
        return chosen


class TranscriptRequest(WireModel):
    """The transcript that was asked for."""

    provider: ProviderChoice

    @property
    def name(self) -> str:
        """The provider's name, one of ``PROVIDERS``."""
        return self.provider.provider_name

    @property
    def options(self) -> dict[str, Any]:
        """The provider's options by their names, as JSON, every default filled in."""
        return self.provider.chosen.model_dump(mode="json")

    @property
    def is_streaming(self) -> bool:
        """Whether the provider makes the transcript while the meeting runs."""
        return PROVIDERS[self.name].is_streaming


def provider_given(given: Mapping[str, Any]) -> tuple[str, Any]:
    """The one provider in an object of either shape, and its options as they were sent, unchecked.

    Raises:
        ValueError: If it names none, more than one, or one that nobody knows.
    """
    named = given.get("name")
    beside = {key: value for key, value in given.items() if key != "name"}
    if named is not None:
        _check_known(named)
        others = [key for key in beside if key in PROVIDERS and beside[key] is not None]
        if others not in ([], [named]):
            raise ValueError(_NOT_ONE)
        if others and set(beside) == {named}:
            return named, beside[named]
        return named, beside
    # Clients with typed models send null for the providers that they do not mean.
    keys = [key for key, value in beside.items() if value is not None] or list(beside)
    if len(keys) != 1:
        raise ValueError(_NOT_ONE)
    _check_known(keys[0])
    chosen = beside[keys[0]]
    return keys[0], {} if chosen is None else chosen


def unknown_options(given: Mapping[str, Any]) -> list[str]:
    """Names of options in a valid object of either shape that its provider does not have."""
    name, chosen = provider_given(given)
    return [key for key in chosen if key not in PROVIDERS[name].options.model_fields]


_NOT_ONE = 'must name exactly one provider, such as {"deepgram": {}}'


_KNOWN = ", ".join(name for name in PROVIDERS if name in SERVED_PROVIDERS)


def _check_known(name: object) -> None:
    if not isinstance(name, str) or name not in PROVIDERS:
        raise ValueError(f"unknown provider {_shown(name)}; known: {_KNOWN}")


def _shown(name: object) -> str:
    return repr(name) if isinstance(name, str) and len(name) <= 40 else "of another kind"
