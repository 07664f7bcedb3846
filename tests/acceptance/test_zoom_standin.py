"""Real bots in the replica of Zoom: a few of the scenario table's rows, and one staged meeting heard in full."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.standins.scenario_table import stage_scenario
from tests.standins.zoom import scenarios as zoom

from roomtone.staging.clients import ROOMTONE

if TYPE_CHECKING:
    from tests.standins.scenario import Scenario

pytestmark = pytest.mark.browser

ROWS = (
    "bot-wall",
    "waiting-room-denied",
    "chat-of-failures",
    pytest.param("everyone-left", marks=pytest.mark.slow),
    pytest.param("page-hangs", marks=pytest.mark.slow),
)
SCRIPTS = Path(zoom.__file__).parent / "scripts"
LONGEST_S = 170


def _scenario(name: str) -> Scenario:
    return next(scenario for scenario in zoom.SCENARIOS if scenario.name == name)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ROWS)
async def test_a_stay_ends_as_a_person_would_say(name: str, tmp_path: Path):
    """A wall, a denial, a leave of its own, a chat full of failures, and a page that never answers again."""
    found = await stage_scenario(_scenario(name), tmp_path)
    assert found.right, found.problem


@pytest.mark.timeout(240)
@pytest.mark.parametrize("script", ["wasm_turns", pytest.param("screen_share", marks=pytest.mark.slow)])
def test_a_meeting_is_recorded_under_the_right_names(script: str, tmp_path: Path):
    """One mix and separate voices: who is said to speak does speak, and the clips are whole."""
    command = [*ROOMTONE, "stage", str(SCRIPTS / f"{script}.yaml"), "--output", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_S)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["labelled_share"] >= 0.9
