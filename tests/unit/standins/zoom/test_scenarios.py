"""The table of scenarios, and the scripts beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.standins.zoom.scenarios import SCENARIOS
from tests.standins.zoom.variants import AXES, parse_variant

from roomtone.practice.script import Client
from roomtone.practice.script_parser import load_script, parse_script

SCRIPTS = Path(__file__).parents[3] / "standins" / "zoom" / "scripts"


def test_every_scenario_can_be_staged():
    """Its script is understood, its variant known, its name taken once."""
    for scenario in SCENARIOS:
        script = parse_script(dict(scenario.script), Path("/"))
        assert script.client is Client.ZOOM
        parse_variant(script.variant)
        assert scenario.expected, scenario.name
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "axis", ["form", "frame", "signalling", "audio_join", "way", "meeting", "lobby", "outcome"]
)
def test_every_word_is_met_by_a_bot(axis):
    """No word of the variants is left out of the table."""
    met = {getattr(parse_variant(scenario.script["variant"]), axis) for scenario in SCENARIOS}
    assert met == set(AXES[axis])


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.yaml")), ids=lambda script: script.stem)
def test_every_staged_meeting_can_be_staged(script):
    """Each script is understood, with its clips and its variant."""
    loaded = load_script(script)
    assert loaded.client is Client.ZOOM
    parse_variant(loaded.variant)
