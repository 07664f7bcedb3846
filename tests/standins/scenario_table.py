"""``python -m tests.standins.scenario_table PLATFORM [NAME...]``: a bot in every scenario of a stand-in."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from roomtone.child_process import ChildGroup
from roomtone.staging.clients import ROOMTONE
from tests.standins.scenario_verdict import Verdict, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.scenario import Scenario

LONGEST_S = 420.0
"""A staging that takes longer is broken off."""
GRACE_S = 20.0
BASE_REQUEST: dict[str, Any] = {"video_required": False}
"""Pictures are not what the table is about, and they cost most."""
ROW = "{mark:4} {name:38} {expected:42} {ending:24} {seconds:>8} {bound:>7}  {problem}"


def main() -> None:
    """Run the scenarios, print the table; exit code 1 when one is not as it must be."""
    parser = argparse.ArgumentParser(prog="./dev standins", description=__doc__)
    parser.add_argument("platform")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--output", type=Path, help="keep every staging's folder here")
    parser.add_argument("--at-a-time", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="only print the scenarios' names")
    arguments = parser.parse_intermixed_args()
    module = f"tests.standins.{arguments.platform}.scenarios"
    try:
        scenarios: tuple[Scenario, ...] = importlib.import_module(module).SCENARIOS
    except ModuleNotFoundError:
        parser.error(f"there is no stand-in for {arguments.platform}")
    if arguments.list:
        print("\n".join(scenario.name for scenario in scenarios))
        return
    chosen = _chosen(scenarios, arguments.names, parser)
    with tempfile.TemporaryDirectory(prefix="standins-") as folder:
        kept = (arguments.output or Path(folder)).resolve()
        verdicts = asyncio.run(_run(chosen, kept, arguments.at_a_time))
    wrong = [found for found in verdicts if not found.right]
    print(f"\n{len(verdicts) - len(wrong)} of {len(verdicts)} as they must be")
    sys.exit(1 if wrong else 0)


def _chosen(
    scenarios: Sequence[Scenario], names: Sequence[str], parser: argparse.ArgumentParser
) -> list[Scenario]:
    known = {scenario.name: scenario for scenario in scenarios}
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in names] if names else list(scenarios)


async def _run(scenarios: Sequence[Scenario], folder: Path, at_a_time: int) -> list[Verdict]:
    """Run them, so many at a time; each row is printed when it is known."""
    print(
        ROW.format(
            mark="", name="scenario", expected="expected", ending="ending", seconds="seconds",
            bound="bound", problem="",
        ),
        flush=True,
    )  # fmt: skip
    places = asyncio.Semaphore(at_a_time)

    async def run(scenario: Scenario) -> Verdict:
        async with places:
            found = await stage_scenario(scenario, folder / scenario.name)
        print(_row(scenario, found), flush=True)
        return found

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(run(scenario), name=scenario.name) for scenario in scenarios]
    return [task.result() for task in running]


async def stage_scenario(scenario: Scenario, folder: Path) -> Verdict:
    """Stage one scenario with the installed command, into a folder of its own, and judge what it left."""
    folder.mkdir(parents=True, exist_ok=True)
    script, request = folder / "script.yaml", folder / "request.json"
    script.write_text(yaml.safe_dump(dict(scenario.script), allow_unicode=True), encoding="utf-8")
    request.write_text(json.dumps({**BASE_REQUEST, **scenario.request}), encoding="utf-8")
    output = folder / "out"
    with (folder / "stage.log").open("wb") as log:
        command = [*ROOMTONE, "stage", str(script), "--output", str(output), "--request", str(request)]
        child = await ChildGroup.start(command, stdout=log.fileno(), stderr=log.fileno(), grace_s=GRACE_S)
        try:
            async with asyncio.timeout(LONGEST_S):
                await child.wait()
        except TimeoutError:
            return Verdict(None, None, f"the staging took longer than {LONGEST_S:.0f} s")
        finally:
            await child.stop()
    return verdict(scenario, output, (folder / "stage.log").read_text(encoding="utf-8", errors="replace"))


def _row(scenario: Scenario, found: Verdict) -> str:
    return ROW.format(
        mark="ok" if found.right else "NOT",
        name=scenario.name,
        expected=" | ".join(reason.value for reason in scenario.expected),
        ending=found.ending or "-",
        seconds="-" if found.seconds is None else f"{found.seconds:.1f}",
        bound=f"{scenario.bound_s:.0f}",
        problem=found.problem,
    ).rstrip()


if __name__ == "__main__":
    main()
