"""Every text of the components has its Chinese, and every Chinese text its place."""

from __future__ import annotations

import re
from pathlib import Path

import polib

import sanhao.faces.ui

ROOT = Path(sanhao.faces.ui.__file__).parent
_IN_TEMPLATES = re.compile(r"""\{%\s*translate\s+(["'])(.*?)\1|\b_\((["'])(.*?)\3\)""")
_IN_CODE = re.compile(r"""\b(?:_|gettext_lazy)\(\s*"((?:[^"\\]|\\.)*)"\s*,?\s*\)""")


def texts() -> set[str]:
    found: set[str] = set()
    for path in ROOT.rglob("*.html"):
        source = path.read_text()
        found |= {match[2] or match[4] for match in _IN_TEMPLATES.finditer(source)}
        for block in re.findall(r"\{% blocktranslate.*?%\}(.*?)\{% end", source, re.S):
            one = block.partition("{% plural %}")[0]  # what is one of a kind is the message's id
            found.add(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", one))
    for path in ROOT.rglob("*.py"):
        found |= set(_IN_CODE.findall(path.read_text()))
    return found


def test_every_text_has_its_chinese_and_nothing_is_left_over() -> None:
    catalogue = polib.pofile(str(ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"))
    assert {entry.msgid for entry in catalogue} == texts()
    assert [entry.msgid for entry in catalogue if not _said(entry) or entry.fuzzy] == []


def _said(entry: polib.POEntry) -> bool:
    return all(entry.msgstr_plural.values()) if entry.msgstr_plural else bool(entry.msgstr)
