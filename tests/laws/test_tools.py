"""The tools that read the code agree with it: ruff, mypy, import-linter, all with the settings of pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.house import ROOT
from tests.site import environment

_PROGRAMS = Path(sys.executable).parent


def complaint(*command: str, cwd: Path = ROOT) -> str:
    """What a tool says when it is not content, else nothing."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment())
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}"


def test_ruff_is_content() -> None:
    assert not complaint(sys.executable, "-m", "ruff", "check", ".")


def test_the_code_is_formatted() -> None:
    assert not complaint(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_mypy_is_content() -> None:
    assert not complaint(sys.executable, "-m", "mypy")


def test_calls_go_down_only() -> None:
    assert not complaint(str(_PROGRAMS / "lint-imports"), "--no-cache")


@pytest.fixture
def upside_down(tmp_path: Path) -> Path:
    """A house of two floors, in which the cellar calls the roof."""
    for name, text in {"": "", "kit": "from house import faces\n", "faces": ""}.items():
        (tmp_path / "house").mkdir(exist_ok=True)
        (tmp_path / "house" / f"{name or '__init__'}.py").write_text(text)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_package = "house"\n[[tool.importlinter.contracts]]\nname = "floors"\n'
        'type = "layers"\ncontainers = ["house"]\nlayers = ["faces", "kit"]\n'
    )
    return tmp_path


def test_a_call_upwards_is_noticed(upside_down: Path) -> None:
    command = [
        "-c",
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()",
    ]
    assert "house.kit is not allowed to import house.faces" in complaint(
        sys.executable, *command, cwd=upside_down
    )


def test_a_wrong_type_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("def total() -> int:\n    return '1'\n")
    assert "Incompatible return value" in complaint(
        sys.executable, "-m", "mypy", "--strict", "wrong.py", cwd=tmp_path
    )
