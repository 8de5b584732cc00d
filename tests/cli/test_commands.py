"""The command line explains itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import polib
import pytest

from sanhao.cli import COMMANDS, main
from sanhao.cli.build import compile_translations
from tests.laws.house import ROOT


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    said = capsys.readouterr().out
    assert all(re.search(rf"^    {name}\b", said, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 3


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["fly"],
        ["up", "--port=70000"],
        ["up", "--port=x"],
        ["up", "--workers=0"],
        ["up", "--keepers=-1"],
        ["pages", "--threads=0"],
        ["live", "--port=0"],
        ["keep", "more"],
        ["demo"],
        ["bench", "fly"],
    ],
)
def test_wrong_usage_is_exit_code_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(wrong)
    assert done.value.code == 2
    assert "usage: sanhao" in capsys.readouterr().err


def test_make_alone_lists_its_commands() -> None:
    said = subprocess.run(["make", "-C", str(ROOT), "-s"], capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  make ([\w-]+)", said, re.MULTILINE))
    assert listed == {"help", "up", "install", "test", "bench", "soak", "lint", "demo-reset"}


def test_build_compiles_what_has_changed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "face" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'
        'msgid "Buy"\nmsgstr "买"\n\n#, fuzzy\nmsgid "Sell"\nmsgstr "猜的"\n'
    )
    assert compile_translations(tmp_path) == 1
    assert {entry.msgid: entry.msgstr for entry in polib.mofile(str(folder / "django.mo"))} == {"Buy": "买"}
    assert compile_translations(tmp_path) == 0
    assert compile_translations(tmp_path, force=True) == 1
