"""What the script `./dev` answers for `test`: its exit code is what a continuous integration goes by."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# In the place of pytest: fails where it is told to, as each half of the suite is known by its marks.
PYTEST = """#!/bin/sh
case "$*" in
    *"not slow and not browser"*) echo "FAILED others::test"; echo "others done"; exit "${OTHERS_EXIT:-0}" ;;
    *"browser and not slow"*) echo "with browser done"; exit "${BROWSER_EXIT:-0}" ;;
    *) exit 0 ;;
esac
"""


def _checkout(folder: Path) -> Path:
    """A copy of the script beside an environment in which every tool answers at once."""
    shutil.copy(ROOT / "dev", folder / "dev")
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        (folder / name).touch()
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name, text in {
        "python": PYTEST,
        **dict.fromkeys(("ruff", "mypy", "lint-imports"), "#!/bin/sh\n"),
        "dpkg-query": "#!/bin/sh\nprintf 'install ok installed'\n",
    }.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("browser_exit", "others_exit", "expected"), [(0, 0, 0), (3, 0, 3), (0, 1, 1), (1, 2, 2)], ids=str
)
def test_the_exit_code_is_that_of_both_halves(
    tmp_path: Path, browser_exit: int, others_exit: int, expected: int
) -> None:
    """`./dev test` succeeds just when both halves of the suite did, tells failures last, and leaves no file."""
    checkout = _checkout(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ran = subprocess.run(
        ["sh", checkout / "dev", "test"],
        env={
            "PATH": f"{checkout / '.venv' / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(temporary),
            "BROWSER_EXIT": str(browser_exit),
            "OTHERS_EXIT": str(others_exit),
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == expected, ran.stderr
    assert ran.stdout.splitlines()[-3:] == ["with browser done", "FAILED others::test", "others done"]
    assert list(temporary.iterdir()) == []
