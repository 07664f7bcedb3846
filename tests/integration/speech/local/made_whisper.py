"""A Whisper model whose words are known: real in its layout, computed in place of learned.

It hears the same words in every window of half a minute, each 0.4 s long from the window's beginning. It goes
by positions alone: a token's position is a direction of its own, of which the projection makes the next token;
the cross attention looks from the n-th word's position at the n-th stretch of 0.4 s, so that word times come
out of the alignment as they do of a learned model's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from ctranslate2.specs import whisper_spec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WORD_S = 0.4
_N_FRAMES = 1500
_FRAMES_A_WORD = 20
_SIZE = 64
_N_TEXT_TOKENS = 50257
_SEED = 7


def make_model(
    folder: Path,
    words: Sequence[str] = ("hello", "big", "world"),
    language: str = "en",
    *,
    is_multilingual: bool = True,
    n_mels: int = 80,
) -> Path:
    """Write a model, 11 MB; takes a second.

    Args:
        folder: Made; its name is the model's.
        words: What it hears, ten at most; none: it is sure of nothing but that nobody speaks.
        language: What it takes every sound for, Whisper's code.
        is_multilingual: Else it is one of those that know English alone.
        n_mels: Bands of sound that it takes.
    """
    folder.mkdir(parents=True)
    text, special, languages = _tokens(words, is_multilingual)
    ids = {token: number for number, token in enumerate([*text, *special])}
    tokenizer = Tokenizer(models.BPE(vocab={token: ids[token] for token in text}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "tokenizer.json"))
    n_prompt = 3 if is_multilingual else 1  # begin, language and task; or begin alone
    end_s = WORD_S * len(words)
    said = ["<|0.00|>", *(f"Ġ{word}" for word in words), f"<|{end_s:.2f}|>", "<|endoftext|>"] if words else []
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    _fill_encoder(spec.encoder, n_mels)
    _fill_decoder(spec.decoder, n_prompt, len(words))
    projection = np.zeros((len(ids), _SIZE), np.float32)
    projection[ids[f"<|{language}|>"], 0] = 2.0
    projection[ids["<|nospeech|>"], 0] = -3.0 if words else 3.0
    for number, token in enumerate(said):
        projection[ids[token], n_prompt - 1 + number] = 3.0
    _set_linear(spec.decoder.projection, projection)
    spec.decoder.embeddings.weight = np.zeros((len(ids), _SIZE), np.float32)
    spec.register_vocabulary(list(ids))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[f"<|{code}|>"] for code in languages]
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": n_mels}), "utf-8")
    return folder


def _tokens(words: Sequence[str], is_multilingual: bool) -> tuple[list[str], list[str], list[str]]:
    """Tokens of text, special ones, and the languages, in the order and number of OpenAI's models."""
    text = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *(f"Ġ{word}" for word in words)]
    text += [f"Ġfiller{number}" for number in range(_N_TEXT_TOKENS - 1 - len(text))]
    text += [""] if is_multilingual else []
    languages = [code for code in sorted(_LANGUAGE_CODES) if code != "yue"]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages)]
    names = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
    special += [f"<|{name}|>" for name in names]
    special += [f"<|{number * 0.02:.2f}|>" for number in range(1501)]
    return text, special, languages


def _small(*shape: int) -> NDArray[np.float32]:
    return (np.random.default_rng(_SEED).standard_normal(shape) * 0.02).astype(np.float32)


def _set_linear(linear: Any, weight: NDArray[np.float32]) -> None:
    linear.weight, linear.bias = weight, np.zeros(weight.shape[0], np.float32)


def _set_norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(_SIZE, np.float32), np.zeros(_SIZE, np.float32)


def _set_silent(layer: Any) -> None:
    """Self attention and the feed-forward network: computed, and adding nothing."""
    attention, network = layer.self_attention, layer.ffn
    _set_norm(attention.layer_norm)
    _set_linear(attention.linear[0], _small(3 * _SIZE, _SIZE))
    _set_linear(attention.linear[1], np.zeros((_SIZE, _SIZE), np.float32))
    _set_norm(network.layer_norm)
    _set_linear(network.linear_0, _small(2 * _SIZE, _SIZE))
    _set_linear(network.linear_1, np.zeros((_SIZE, 2 * _SIZE), np.float32))


def _fill_encoder(encoder: Any, n_mels: int) -> None:
    _set_norm(encoder.layer_norm)
    encoder.conv1.weight, encoder.conv1.bias = _small(_SIZE, n_mels, 3), np.zeros(_SIZE, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = _small(_SIZE, _SIZE, 3), np.zeros(_SIZE, np.float32)
    places = np.zeros((_N_FRAMES, _SIZE), np.float32)
    frames = np.arange(_N_FRAMES)
    places[frames, frames // _FRAMES_A_WORD % _SIZE] = 4.0
    encoder.position_encodings.encodings = places
    _set_silent(encoder.layer[0])


def _fill_decoder(decoder: Any, n_prompt: int, n_words: int) -> None:
    _set_norm(decoder.layer_norm)
    last = n_prompt + n_words + 1  # from there on nothing but the end
    positions = np.zeros((448, _SIZE), np.float32)
    positions[np.arange(448), np.minimum(np.arange(448), last)] = 4.0
    decoder.position_encodings.encodings = positions
    _set_silent(decoder.layer[0])
    looking = decoder.layer[0].attention
    _set_norm(looking.layer_norm)
    queries = np.zeros((_SIZE, _SIZE), np.float32)
    for word in range(_SIZE - n_prompt):
        queries[word, n_prompt + word] = 1.0
    keys = np.eye(_SIZE, dtype=np.float32) * np.float32(0.6)
    _set_linear(looking.linear[0], queries)
    _set_linear(looking.linear[1], np.concatenate([keys, _small(_SIZE, _SIZE)]))
    _set_linear(looking.linear[2], np.zeros((_SIZE, _SIZE), np.float32))
