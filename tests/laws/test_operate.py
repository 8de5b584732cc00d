"""docs/operate.md tells the truth: settings, exit codes, commands."""

from __future__ import annotations

import re

from sanhao.cli import COMMANDS
from tests.laws.house import ROOT, files

_PAGE = (ROOT / "docs" / "operate.md").read_text()
_INSIDE = {"SANHAO_SUPERVISOR", "SANHAO_TEST_DATABASE"}  # set by Sanhao for itself, not by an operator


def _settings_read() -> set[str]:
    return {
        name for file in files() for name in re.findall(r"\bSANHAO_[A-Z_]*[A-Z]\b", file.source)
    } - _INSIDE


def test_every_setting_is_explained_and_every_explained_setting_exists() -> None:
    assert set(re.findall(r"^\| `(SANHAO_[A-Z_]+)` \|", _PAGE, re.MULTILINE)) == _settings_read()


def test_every_command_named_exists() -> None:
    named = set(re.findall(r"(?:^|[`/ ])sanhao ([a-z]+)\b", _PAGE, re.MULTILINE))
    assert named <= {*COMMANDS, "database"}
    assert {"up", "keep", "pages", "live", "check", "demo", "migrate"} <= named


def _nginx() -> str:
    [example] = re.findall(r"```nginx\n(.*?)```", _PAGE, re.DOTALL)
    return str(example)


def test_the_nginx_example_unites_pages_and_live_signals() -> None:
    example = _nginx()
    assert "location = /live" in example
    assert "Upgrade $http_upgrade" in example
    assert "server 127.0.0.1:8000;" in example
    assert "server 127.0.0.1:8001;" in example
    assert example.count("{") == example.count("}")
