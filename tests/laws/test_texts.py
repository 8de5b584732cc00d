"""Every sentence exists in Chinese and in English: in templates and faces by gettext, below them by `Text`."""

from __future__ import annotations

import ast
import html.parser
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract
from django.utils.translation.template import templatize

from tests.laws.house import SOURCE, File, files, report, text_of

_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]{2,}")
_HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
_KEYWORDS: dict[str, object] = {
    "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
_SENTENCES = {"Refusal", "Invalid", "NotFound", "Forbidden", "TooMany", "Text"}
FACES = sorted(path.name for path in (SOURCE / "faces").iterdir() if (path / "apps.py").exists())

Message = tuple[str | None, str]  # context, msgid


def messages_of_python(source: str) -> Iterable[Message]:
    for _, found, _, context in extract("python", io.BytesIO(source.encode()), keywords=_KEYWORDS):
        yield context, found if isinstance(found, str) else next(part for part in found if part)


def messages_of_template(source: str) -> Iterable[Message]:
    return messages_of_python(templatize(source))


@cache
def messages(face: str) -> Mapping[Message, str]:
    """What a face says -> the file that says it."""
    found: dict[Message, str] = {}
    for path in sorted((SOURCE / "faces" / face).rglob("*")):
        if path.suffix not in (".py", ".html", ".txt"):
            continue
        read = messages_of_python if path.suffix == ".py" else messages_of_template
        found.update({message: str(path.relative_to(SOURCE)) for message in read(path.read_text())})
    return found


@cache
def catalogue(face: str) -> polib.POFile:
    path = SOURCE / "faces" / face / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    return polib.pofile(str(path), check_for_duplicates=True) if path.exists() else polib.POFile()


def untranslated(said: Mapping[Message, str], *catalogues: polib.POFile) -> Iterable[str]:
    """Messages without a finished translation. The complaint is the entry to be filled in."""
    known = {
        (entry.msgctxt, entry.msgid)
        for book in catalogues
        for entry in book.translated_entries()
        if not entry.fuzzy
    }
    for (context, message), where in said.items():
        if (context, message) not in known:
            entry = polib.POEntry(msgid=message, msgctxt=context, comment=where)
            yield str(entry).replace("\n", "\n  ").rstrip()


def unused(said: Iterable[Message], book: polib.POFile) -> Iterable[str]:
    spoken = set(said)
    for entry in book:
        if entry.obsolete or entry.fuzzy or (entry.msgctxt, entry.msgid) not in spoken:
            yield f"{entry.msgid!r} is {'obsolete' if entry.obsolete else 'fuzzy' if entry.fuzzy else 'said nowhere'}"


def unlike(book: polib.POFile) -> Iterable[str]:
    """Translations whose holes are not those of the original."""
    for entry in book.translated_entries():
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted, given = (
                set(_HOLES.findall(entry.msgid_plural or entry.msgid)),
                set(_HOLES.findall(translation)),
            )
            if translation and wanted != given:
                yield f"{entry.msgid!r}: {sorted(wanted)} became {sorted(given)}"


def one_sided(file: File) -> Iterable[str]:
    """Refusals and Texts in which one of the two languages is missing or holds the other."""
    for call in ast.walk(file.tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = {
            keyword.arg: text_of(keyword.value) for keyword in call.keywords if keyword.arg in ("zh", "en")
        }
        if name not in _SENTENCES or not given:
            continue
        for language, text in given.items():
            if text is None or text == "" == "".join(value or "" for value in given.values()):
                continue  # made elsewhere, or nothing is said in either language
            bare = text.replace("{}", "")
            if language == "zh" and not _CJK.search(bare) and _LETTERS.search(bare):
                yield f"{file.module}:{call.lineno} has no Chinese: {text!r}"
            if (language == "en" and _CJK.search(bare)) or not text.strip():
                yield f"{file.module}:{call.lineno} has no English: {text!r}"


def gettext_below_the_faces(file: File) -> Iterable[str]:
    if file.module.startswith("sanhao.faces."):
        return
    for line, target in file.imports():
        if target.startswith("django.utils.translation"):
            yield f"{file.module}:{line} imports {target}"


class _Visible(html.parser.HTMLParser):
    """Text that a reader sees, outside elements that name their language (lang, translate="no")."""

    _SILENT = frozenset({"script", "style", "svg", "code", "kbd"})
    _SPOKEN = frozenset({"alt", "title", "placeholder", "aria-label", "aria-description"})

    def __init__(self) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = given.get("translate") == "no" or (tag != "html" and "lang" in given)
        if self.silent or tag in self._SILENT or foreign:
            if tag not in _VOID:
                self.silent.append(tag)
            return
        for name in self._SPOKEN & set(given):
            self._note(given[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._note(data)

    def _note(self, text: str) -> None:
        if _LETTERS.search(text):
            self.found.append((self.getpos()[0], " ".join(text.split())))


_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCK = re.compile(r"\{%\s*(comment|blocktrans\w*)\b.*?%\}.*?\{%\s*end\1\s*%\}", re.DOTALL)
_TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def untranslatable(source: str) -> list[tuple[int, str]]:
    """(line, text) of what a template says in one language only."""
    reader = _Visible()
    reader.feed(_TAGS.sub(_blank, _BLOCK.sub(_blank, source)))
    return reader.found


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


@pytest.mark.parametrize("face", FACES)
def test_everything_a_face_says_is_translated(face: str) -> None:
    found = list(untranslated(messages(face), catalogue(face), catalogue("ui")))
    assert not found, report(found, f"translate into faces/{face}/locale/zh_Hans/LC_MESSAGES/django.po")


@pytest.mark.parametrize("face", FACES)
def test_no_translation_is_left_over(face: str) -> None:
    said = [message for other in FACES for message in messages(other)] if face == "ui" else messages(face)
    found = [*unused(said, catalogue(face)), *unlike(catalogue(face))]
    assert not found, report(found, "take it out of the .po, or finish it")


def told_twice(books: Mapping[str, polib.POFile]) -> Iterable[str]:
    """Messages that two faces translate differently: gettext knows one catalogue, and the app installed first wins."""
    known: dict[Message, dict[tuple[str, ...], str]] = {}
    for face, book in books.items():
        for entry in book.translated_entries():
            said = (entry.msgstr, *(entry.msgstr_plural[n] for n in sorted(entry.msgstr_plural)))
            known.setdefault((entry.msgctxt, entry.msgid), {}).setdefault(said, face)
    for (_, message), ways in known.items():
        if len(ways) > 1:
            said_by = ", ".join(f"{''.join(said)} ({face})" for said, face in ways.items())
            yield f"{message!r} is {said_by}"


def test_one_message_has_one_translation() -> None:
    found = list(told_twice({face: catalogue(face) for face in FACES}))
    assert not found, report(found, "make them agree (docs/words.md), or give one a context")


@pytest.mark.parametrize("face", FACES)
def test_templates_say_nothing_in_one_language_only(face: str) -> None:
    paths = sorted((SOURCE / "faces" / face).rglob("*.html"))
    found = [
        f"{path.relative_to(SOURCE)}:{line} {text!r}"
        for path in paths
        for line, text in untranslatable(path.read_text())
    ]
    assert not found, report(
        found, '{% translate "…" %}, or translate="no" on what is the same in every language'
    )


def test_every_refusal_speaks_both_languages() -> None:
    found = [violation for file in files() for violation in one_sided(file)]
    assert not found, report(found, "zh= holds Chinese, en= holds English")


def test_below_the_faces_sentences_are_texts() -> None:
    found = [violation for file in files() for violation in gettext_below_the_faces(file)]
    assert not found, report(found, "use kit.text.Text: who reads is known only in the face")


@dataclass
class Book:
    """A catalogue for a negative sample."""

    text: str

    def po(self) -> polib.POFile:
        return polib.pofile('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n' + self.text)


def test_a_message_without_translation_is_noticed(tmp_path: Path) -> None:
    said = dict.fromkeys(messages_of_template('{% translate "Buy" %}{% translate "Sell" %}'), "x.html")
    book = Book('msgid "Buy"\nmsgstr "买"\n\n#, fuzzy\nmsgid "Sell"\nmsgstr "卖"\n').po()
    [entry] = untranslated(said, book)
    assert 'msgid "Sell"' in entry


def test_plurals_contexts_and_python_are_read() -> None:
    template = '{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}{% translate "May" context "month" %}'
    assert set(messages_of_template(template)) == {(None, "%(n)s day"), ("month", "May")}
    assert set(messages_of_python('x = _("Pay")\ny = ngettext("%d hour", "%d hours", n)')) == {(None, "Pay"), (None, "%d hour")}  # fmt: skip


def test_left_over_and_unlike_translations_are_noticed() -> None:
    book = Book('msgid "Buy"\nmsgstr "买"\n\nmsgid "%(n)s left"\nmsgstr "剩 %(m)s"\n').po()
    assert list(unused([(None, "%(n)s left")], book)) == ["'Buy' is said nowhere"]
    assert len(list(unlike(book))) == 1


def test_two_translations_of_one_message_are_noticed_and_contexts_tell_them_apart() -> None:
    one = Book('msgid "Pay"\nmsgstr "付款"\n\nmsgctxt "verb"\nmsgid "Coupon"\nmsgstr "用券"\n').po()
    other = Book('msgid "Pay"\nmsgstr "支付"\n\nmsgid "Coupon"\nmsgstr "券"\n').po()
    assert list(told_twice({"one": one, "other": other})) == ["'Pay' is 付款 (one), 支付 (other)"]


@pytest.mark.parametrize(
    "call",
    ['Refusal("a.b", zh="sold out", en="Sold out")', 'Text(zh="卖完了", en="卖完了")', 'Text(zh=f"{x} left", en="Left")',
     'refusals.NotFound("a.b", zh="没有", en="")'],
)  # fmt: skip
def test_a_one_sided_sentence_is_noticed(call: str) -> None:
    assert len(list(one_sided(File("sanhao.kit.x", call)))) == 1


@pytest.mark.parametrize(
    "call", ['Text(zh=f"剩 {n} 件", en=f"{n} left")', "Text(zh=x.zh, en=x.en)", 'Text(zh="", en="")']
)
def test_a_two_sided_sentence_is_fine(call: str) -> None:
    assert list(one_sided(File("sanhao.kit.x", call))) == []


def test_bare_words_in_a_template_are_noticed_and_marked_ones_are_not() -> None:
    template = """<p>{% translate "fine" %} {{ name }}</p>
    <p>Bare words</p> <img alt="a cat"> <b translate="no">Sanhao <i>三好</i></b> <i lang="en">English</i> <svg><title>x y</title></svg>
    {% blocktranslate %}also fine{% endblocktranslate %}<br>"""
    assert untranslatable(template) == [(2, "Bare words"), (2, "a cat")]
