"""The rules a reader of this repository may rely on, checked."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE_LINES = 500
LONGEST_FUNCTION_LINES = 60
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}


def _tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


PYTHON_FILES = _tracked("*.py")
CODE_FILES = PYTHON_FILES + _tracked("*.js", "*.css", "*.html", "dev")


@pytest.mark.parametrize("path", CODE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_the_ceiling(path: Path):
    """A code file has at most 500 lines."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE_LINES


@pytest.mark.parametrize("path", [p for p in PYTHON_FILES if "src" in p.parts], ids=lambda p: p.stem)
def test_no_function_is_longer_than_its_ceiling(path: Path):
    """A function of the product has at most 60 lines, docstring included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION_LINES, (
                f"{path.name}:{node.lineno} {node.name} has {length} lines"
            )


def test_no_module_has_a_vague_name():
    """No module or package is called utils, helpers or the like."""
    assert [p for p in PYTHON_FILES if {p.stem, *p.relative_to(ROOT).parts} & VAGUE_NAMES] == []


def test_the_rooms_import_only_what_they_may():
    """The dependency rules of the architecture hold (import-linter)."""
    result = subprocess.run(
        [ROOT / ".venv" / "bin" / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_locks_hold_every_declared_dependency_with_hashes():
    """Each dependency in pyproject.toml is pinned with a hash, and no lock names a download address."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lock = (ROOT / "requirements.lock").read_text().lower().replace("_", "-")
    development = (ROOT / "requirements-dev.lock").read_text().lower().replace("_", "-")
    for requirement in project["project"]["dependencies"]:
        name = re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-")
        assert re.search(rf"^{re.escape(name)}==\S+.*\\\n\s+--hash=sha256:", lock, re.MULTILINE), name
    for requirement in project["dependency-groups"]["dev"]:
        name = re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-")
        assert re.search(rf"^{re.escape(name)}==", development, re.MULTILINE), name
    assert "http://" not in lock + development
    assert "https://" not in lock + development


def test_nothing_names_a_path_of_one_machine():
    """No tracked text names a home folder or a work folder of a particular machine."""
    pattern = re.compile(r"/(home/[a-z]+|root|work|Users/[A-Za-z]+)/(?!\.)")
    offenders = [
        path.relative_to(ROOT)
        for path in CODE_FILES + _tracked("*.md", "*.toml", "*.yaml", "*.yml")
        if path != Path(__file__) and pattern.search(path.read_text())
    ]
    assert offenders == []
