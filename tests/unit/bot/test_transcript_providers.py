"""Transcript providers: both shapes, every option with its default and range."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from roomtone.bot.transcript_providers import (
    PROVIDERS,
    SERVED_PROVIDERS,
    STREAMING_PROVIDERS,
    TranscriptRequest,
    provider_given,
    unknown_options,
)

DEFAULTS: dict[str, dict[str, Any]] = {
    "deepgram": {
        "model": "nova-3", "language": "en", "punctuate": True, "smart_format": True, "diarize": True,
        "paragraphs": True, "numerals": True, "filler_words": False, "utterances": True, "utt_split": 0.8,
        "detect_language": False, "keywords": [], "search": [], "tag": [],
    },
    "assemblyai": {
        "speech_models": ["universal-2"], "language_code": "en_us", "speaker_labels": True, "punctuate": True,
        "format_text": True, "filter_profanity": False, "redact_pii": False, "auto_chapters": False,
        "entity_detection": False, "keyterms_prompt": [],
    },
    "jigsawstack": {"language": "auto", "translate": False, "by_speaker": True},
    "sarvam": {
        "model": "saaras:v3", "language_code": "en-IN", "mode": "transcribe", "with_diarization": True
    },
    "meetstream": {"language": "auto", "translate": False},
    "meeting_captions": {},
    "openai_compatible": {"model": "whisper-1", "language": None, "prompt": None, "temperature": 0.0},
    "local": {"engine": "auto", "model": None, "language": "en"},
    "deepgram_streaming": {
        "model": "nova-2", "transcription_mode": "sentence", "language": "en", "punctuate": True,
        "smart_format": True, "endpointing": 300, "vad_events": True, "utterance_end_ms": 1000,
        "encoding": "linear16", "channels": 1,
    },
    "assemblyai_streaming": {
        "speech_model": "universal-streaming-english", "transcription_mode": "raw", "sample_rate": 48000,
        "format_turns": False, "encoding": "pcm_s16le", "vad_threshold": "0.4",
        "end_of_turn_confidence_threshold": "0.4", "inactivity_timeout": 300,
        "min_end_of_turn_silence_when_confident": "400", "max_turn_silence": "1280",
    },
    "meetstream_streaming": {},
    "jigsawstack_streaming": {},
    "local_streaming": {"engine": "auto", "model": None, "language": "en", "transcription_mode": "raw"},
    "meeting_captions_streaming": {"transcription_mode": "raw"},
}  # fmt: skip


def read(provider: Any) -> TranscriptRequest:
    """The request for a transcript by this provider."""
    return TranscriptRequest.model_validate({"provider": provider})


def complaint(provider: Any) -> str:
    """The path and the text of the one thing that is wrong."""
    with pytest.raises(ValidationError) as refusal:
        read(provider)
    [problem] = refusal.value.errors()
    return ".".join(str(part) for part in problem["loc"]) + ": " + problem["msg"]


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_has_the_defaults_of_the_contract(name: str):
    """Every provider is taken in both shapes without options, and all its defaults are filled in."""
    shapes: list[dict[str, Any]] = [{"name": name}, {name: {}}, {name: None}, {"name": name, name: {}}]
    for shape in shapes:
        request = read(shape)
        assert request.name == name
        assert request.options == DEFAULTS[name]
        assert request.is_streaming == name.endswith("_streaming")
    assert (name in STREAMING_PROVIDERS) == name.endswith("_streaming")


def test_only_known_providers_are_served():
    """What is said to be served is a provider."""
    assert set(PROVIDERS) >= SERVED_PROVIDERS
    assert set(DEFAULTS) == set(PROVIDERS)


_OTHERS: dict[str, dict[str, list[Any]]] = {
    "deepgram": {
        "model": ["base"], "language": ["multi"], "punctuate": [False], "smart_format": [False],
        "diarize": [False], "paragraphs": [False], "numerals": [False], "filler_words": [True],
        "utterances": [False], "utt_split": [1, 0.1, 60], "detect_language": [True],
        "keywords": [["Roomtone:2"]], "search": [["price"]], "tag": [["sales", "emea"]],
    },
    "assemblyai": {
        "speech_models": [["universal-3-pro", "universal-2"]], "language_code": ["fr"],
        "speaker_labels": [False], "punctuate": [False], "format_text": [False], "filter_profanity": [True],
        "redact_pii": [True], "auto_chapters": [True], "entity_detection": [True],
        "keyterms_prompt": [["Ada Lovelace"]],
    },
    "jigsawstack": {"language": ["de"], "translate": [True], "by_speaker": [False]},
    "sarvam": {
        "model": ["saarika:v2"], "language_code": ["hi-IN"], "mode": ["translate"],
        "with_diarization": [False],
    },
    "meetstream": {"language": ["es"], "translate": [True]},
    "openai_compatible": {
        "model": ["Systran/faster-whisper-small"], "language": ["en"], "prompt": ["Ada, Grace"],
        "temperature": [0, 0.2, 1],
    },
    "local": {
        "engine": ["pocketsphinx", "faster_whisper"], "model": ["small.en"], "language": ["de"]
    },
    "deepgram_streaming": {
        "model": ["nova-3"], "transcription_mode": ["word", "raw"], "language": ["multi"],
        "punctuate": [False], "smart_format": [False], "endpointing": [0, 10], "vad_events": [False],
        "utterance_end_ms": [1500],
    },
    "assemblyai_streaming": {
        "speech_model": ["u3-rt-pro"], "transcription_mode": ["sentence"], "sample_rate": [16000],
        "format_turns": [True], "vad_threshold": ["0.9", "0", "1"],
        "end_of_turn_confidence_threshold": ["0.7"], "inactivity_timeout": [5, 3600],
        "min_end_of_turn_silence_when_confident": ["0"], "max_turn_silence": ["60000"],
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "options"), _OTHERS.items())
def test_each_option_passes_through(name: str, options: dict[str, list[Any]]):
    """Every option may be set, alone or with the others, and the rest keep their defaults."""
    for option, values in options.items():
        for value in values:
            assert read({name: {option: value}}).options == DEFAULTS[name] | {option: value}


@st.composite
def _chosen(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(sorted(PROVIDERS)))
    options = _OTHERS.get(name, {})
    some = draw(st.sets(st.sampled_from(sorted(options)))) if options else set()
    return name, {option: draw(st.sampled_from(options[option])) for option in sorted(some)}


@given(_chosen())
def test_both_shapes_ask_for_the_same(chosen: tuple[str, dict[str, Any]]):
    """Named and keyed, the same provider with the same options is the same request, also out of its JSON."""
    name, options = chosen
    keyed, named = read({name: options}), read({"name": name, **options})
    assert keyed == named
    assert keyed.options == DEFAULTS[name] | options
    assert TranscriptRequest.model_validate_json(keyed.model_dump_json()) == keyed
    assert keyed.model_dump(mode="json") == {"provider": {name: DEFAULTS[name] | options}}


_NOT_ONE = 'provider: Value error, must name exactly one provider, such as {"deepgram": {}}'
_KNOWN = "known: " + ", ".join(name for name in PROVIDERS if name != "jigsawstack_streaming")


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        ({}, _NOT_ONE),
        ({"name": None}, _NOT_ONE),
        ({"deepgram": {}, "assemblyai": {}}, _NOT_ONE),
        ({"deepgram": None, "assemblyai": None}, _NOT_ONE),
        ({"name": "deepgram", "assemblyai": {}}, _NOT_ONE),
        ({"name": "nobody"}, f"provider: Value error, unknown provider 'nobody'; {_KNOWN}"),
        ({"nobody": {}}, f"provider: Value error, unknown provider 'nobody'; {_KNOWN}"),
        ({"openai": {}}, f"provider: Value error, unknown provider 'openai'; {_KNOWN}"),
        ({"x" * 41: {}}, f"provider: Value error, unknown provider of another kind; {_KNOWN}"),
        ({"name": ["x"]}, f"provider: Value error, unknown provider of another kind; {_KNOWN}"),
        ({"name": 7}, f"provider: Value error, unknown provider of another kind; {_KNOWN}"),
        ({"name": "Deepgram"}, f"provider: Value error, unknown provider 'Deepgram'; {_KNOWN}"),
    ],
)
def test_what_is_not_exactly_one_known_provider_is_refused(provider: Any, says: str):
    """None, two, an unknown one: refused with what would be right."""
    assert complaint(provider) == says


_WORD = "String should match pattern '^[!-~]{1,100}$'"
_TRUTH = "Input should be a valid boolean"


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("deepgram", {"model": ""}, f"provider.deepgram.model: {_WORD}"),
        ("deepgram", {"model": "nova 3"}, f"provider.deepgram.model: {_WORD}"),
        ("deepgram", {"model": 3}, "provider.deepgram.model: Input should be a valid string"),
        ("deepgram", {"diarize": "true"}, f"provider.deepgram.diarize: {_TRUTH}"),
        ("deepgram", {"utt_split": 0}, "provider.deepgram.utt_split: Input should be greater than 0"),
        ("deepgram", {"utt_split": 61}, "provider.deepgram.utt_split: Input should be less than or equal to 60"),
        ("deepgram", {"utt_split": True}, "provider.deepgram.utt_split: Input should be a valid number"),
        ("deepgram", {"keywords": "Ada"}, "provider.deepgram.keywords: Input should be a valid list"),
        ("deepgram", {"tag": [""]}, "provider.deepgram.tag.0: String should have at least 1 character"),
        ("assemblyai", {"speech_models": []}, "provider.assemblyai.speech_models: List should have at least 1 item after validation, not 0"),
        ("assemblyai", {"redact_pii": 1}, f"provider.assemblyai.redact_pii: {_TRUTH}"),
        ("jigsawstack", {"by_speaker": "no"}, f"provider.jigsawstack.by_speaker: {_TRUTH}"),
        ("sarvam", {"mode": "verbatim"}, "provider.sarvam.mode: Input should be 'transcribe' or 'translate'"),
        ("meetstream", {"translate": 0}, f"provider.meetstream.translate: {_TRUTH}"),
        ("openai_compatible", {"temperature": 1.1}, "provider.openai_compatible.temperature: Input should be less than or equal to 1"),
        ("openai_compatible", {"prompt": "x" * 4001}, "provider.openai_compatible.prompt: String should have at most 4000 characters"),
        ("local", {"engine": "espeak"}, "provider.local.engine: Input should be 'auto', 'pocketsphinx' or 'faster_whisper'"),
        ("local", {"model": "../../etc"}, "provider.local.model: String should match pattern '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'"),
        ("deepgram_streaming", {"transcription_mode": "x"}, "provider.deepgram_streaming.transcription_mode: Input should be 'sentence', 'word' or 'raw'"),
        ("deepgram_streaming", {"endpointing": -1}, "provider.deepgram_streaming.endpointing: Input should be greater than or equal to 0"),
        ("deepgram_streaming", {"utterance_end_ms": 999}, "provider.deepgram_streaming.utterance_end_ms: Input should be greater than or equal to 1000"),
        ("deepgram_streaming", {"encoding": "opus"}, "provider.deepgram_streaming.encoding: Input should be 'linear16'"),
        ("deepgram_streaming", {"channels": 2}, "provider.deepgram_streaming.channels: Input should be less than or equal to 1"),
        ("assemblyai_streaming", {"sample_rate": 44100.5}, "provider.assemblyai_streaming.sample_rate: Input should be a valid integer"),
        ("assemblyai_streaming", {"vad_threshold": "1.5"}, "provider.assemblyai_streaming.vad_threshold: Value error, must be a number from 0 to 1, as a text or not"),
        ("assemblyai_streaming", {"vad_threshold": True}, "provider.assemblyai_streaming.vad_threshold: Value error, must be a number from 0 to 1, as a text or not"),
        ("assemblyai_streaming", {"max_turn_silence": "soon"}, "provider.assemblyai_streaming.max_turn_silence: Value error, must be a number from 0 to 60000, as a text or not"),
        ("assemblyai_streaming", {"inactivity_timeout": 4}, "provider.assemblyai_streaming.inactivity_timeout: Input should be greater than or equal to 5"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(name: str, options: dict[str, Any], says: str):
    """An option out of its range is refused with its path, the same in both shapes."""
    assert complaint({name: options}) == says
    assert complaint({"name": name, **options}) == says


def test_options_of_another_kind_are_refused():
    """A provider's options are an object."""
    assert complaint({"deepgram": "nova-3"}).startswith(
        "provider.deepgram: Input should be a valid dictionary"
    )
    assert complaint("deepgram").startswith("provider: Input should be a valid dictionary")


def test_numbers_that_the_contract_sends_as_texts_may_be_numbers():
    """A number for such an option is kept as its text."""
    request = read({"assemblyai_streaming": {"vad_threshold": 0.25, "max_turn_silence": 900}})
    assert (request.options["vad_threshold"], request.options["max_turn_silence"]) == ("0.25", "900")


def test_unknown_options_are_told():
    """What a provider does not have is ignored, and can be named to who sent it."""
    assert unknown_options({"deepgram": {"model": "nova-3", "modle": "nova-2"}}) == ["modle"]
    assert unknown_options({"name": "deepgram", "modle": "nova-2"}) == ["modle"]
    assert unknown_options({"local": None}) == []
    assert read({"deepgram": {"modle": "nova-2"}}).options == DEFAULTS["deepgram"]


def test_a_null_option_takes_its_default():
    """Typed clients send null for what they leave out: options, and whole providers."""
    assert read({"deepgram": {"model": None}}).options == DEFAULTS["deepgram"]
    assert read({"deepgram": {"model": "base"}, "assemblyai": None}).name == "deepgram"
    assert provider_given({"name": None, "local": {}, "deepgram": None}) == ("local", {})
