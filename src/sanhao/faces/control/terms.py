"""A rule's terms as a form made from their type: numbers, sums, moments, choices, rows of a ladder; JSON only for what
has no known shape. What the form accepts, the type has accepted; its complaints stand beside the field they are about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any

import msgspec
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from msgspec import inspect as shapes

from sanhao.books.wallet import api as wallet
from sanhao.faces.control import sums, words
from sanhao.faces.ui import terms as worded
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money, MoneyError
from sanhao.service.promises import api as promises

Terms = dict[str, Any]
Path = tuple[str, ...]
Choices = Mapping[str, Sequence[tuple[str, str]]]
"""What may be chosen, by the name of a term; a term that is a list takes several."""
_SPARE_ROWS, _MOST_ROWS = 2, 40
_KEYED = {
    "prices": "currency",
    "by_country": "country",
    "windows": "reason",
    "by_category": "category",
    "days_by_category": "category",
}
"""Terms that are tables by a key, and what their key is."""
_A_DAY = 24 * 60
"""A day that closes at 00:00 is open to its end."""
_WHERE = re.compile(r"^(?P<why>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_ABOUT = re.compile(r"([\w.]+): ")
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


def shape_of(key: str) -> type[msgspec.Struct] | None:
    """The type of the terms of rule *key*; None where nobody says."""
    kind = promises.KINDS.get(key.removeprefix("promise."))
    if kind is not None:
        found: type[msgspec.Struct] = kind.Terms
        return found
    return wallet.CompensationTerms if key == wallet.COMPENSATION else rulebook.shape_of(key)


def whole(key: str, terms: Mapping[str, Any]) -> Terms:
    """*terms* with what their type fills in written out (stored terms leave defaults away)."""
    shape = shape_of(key)
    if shape is None:
        return dict(terms)
    written: Terms = _written(msgspec.convert(dict(terms), shape))
    return written


def _written(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _written(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(item) for item in value]
    return value


def profiles(key: str) -> dict[str, Terms]:
    """What other platforms are known to promise, by name, for guarantees that know it."""
    kind = promises.KINDS.get(key.removeprefix("promise."))
    return {name: _written(terms) for name, terms in getattr(kind, "PROFILES", {}).items()}


class Part(msgspec.Struct, frozen=True):
    """A piece of the form as the template draws it: fields under a heading, or rows of a table."""

    heading: str
    fields: Sequence[forms.BoundField] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[forms.BoundField]] = ()


class TermsForm(forms.Form):
    """`terms` holds, once valid, what was typed: complete, JSON-ready and of the right type."""

    terms: Terms

    def __init__(
        self, key: str, terms: Mapping[str, Any], data: Any = None, choices: Choices | None = None
    ) -> None:
        super().__init__(data)
        self.choices = choices or {}
        self.shape = shape_of(key)
        self.start = whole(key, terms)
        self.currency = str((data or {}).get("currency") or self.start.get("currency") or settings.CURRENCY)
        self.parts: list[tuple[str, Any]] = []
        if self.shape is None:
            for name, value in self.start.items():
                self._guess(name, value)
        else:
            info = shapes.type_info(self.shape)
            assert isinstance(info, shapes.StructType)
            for field in info.fields:
                self._lay_out(field.name, field.type, self.start[field.name])

    # ---- laying out ---------------------------------------------------------------------------------------------

    def _guess(self, name: str, value: Any) -> None:
        """Terms without a known type: sums by currency are a table, anything else is what it looks like."""
        if _are_sums(value):
            self._lay_out_sums(name, sums.COLUMNS[1], sums.rows_of(value, 1))
        else:
            self._add((name,), _type_of(value), value)
            self.parts.append(("field", name))

    def _lay_out(self, name: str, kind: shapes.Type, value: Any) -> None:
        kind, _optional = _bare(kind)
        if isinstance(kind, shapes.StructType):
            inner = value if value is not None else {}
            names = [
                self._add((name, f.name), f.type, inner.get(f.name), loose=value is None or f.default == "")
                for f in kind.fields
            ]
            self.parts.append(("group", (name, names)))
        elif isinstance(kind, shapes.VarTupleType) and isinstance(kind.item_type, shapes.StructType):
            columns = kind.item_type.fields
            count = self._rows(name, len(value))
            stored = [_without_zeros(item, columns) for item in value]
            rows = [
                [
                    self._add((name, str(n), f.name), f.type, stored[n].get(f.name) if n < len(stored) else None, loose=True)
                    for f in columns
                ]
                for n in range(count)
            ]  # fmt: skip
            self.parts.append(("table", (name, [f.name for f in columns], rows)))
        elif depth := sums.depth_of(name, kind):
            self._lay_out_sums(name, sums.COLUMNS[depth], sums.rows_of(value, depth))
        elif isinstance(kind, shapes.DictType) and name in _KEYED:
            self._lay_out_keyed(name, _columns_of(name, kind), value)
        elif isinstance(kind, shapes.DictType) and _named_all(kind):
            named = kind.key_type.values if isinstance(kind.key_type, shapes.LiteralType) else ()
            keys = list(dict.fromkeys([*value, *(str(key) for key in named)]))
            names = [
                self._add((name, key), kind.value_type, value.get(key), loose=bool(named)) for key in keys
            ]
            self.parts.append(("group", (name, names)))
        else:
            self.parts.append(("field", self._add((name,), kind, value, optional=_optional)))

    def _lay_out_sums(self, name: str, columns: Sequence[str], stored: Sequence[Mapping[str, Any]]) -> None:
        rows = []
        for n in range(self._rows(name, len(stored))):
            typed = stored[n] if n < len(stored) else {}
            row = [
                self._add((name, str(n), column), shapes.StrType(), None, loose=True) for column in columns
            ]
            for cell, column in zip(row, columns, strict=True):
                self.fields[cell].initial = typed.get(column)
            rows.append(row)
        self.parts.append(("sums", (name, columns, rows)))

    def _lay_out_keyed(
        self, name: str, columns: Mapping[str, shapes.Type], stored: Mapping[str, Any]
    ) -> None:
        """A row for each key: the key, then what stands under it."""
        key = _KEYED[name]
        started = [
            (one, held if isinstance(held, Mapping) else {_only(columns): held})
            for one, held in stored.items()
        ]
        rows = []
        for n in range(self._rows(name, len(started))):
            at, held = started[n] if n < len(started) else ("", {})
            row = [self._add((name, str(n), key), shapes.StrType(), at or None, loose=True)]
            row += [
                self._add((name, str(n), column), kind, None, loose=True) for column, kind in columns.items()
            ]
            for cell, column in zip(row[1:], columns, strict=True):
                self.fields[cell].initial = _typed(held.get(column), column, at)
            rows.append(row)
        self.parts.append(("keyed", (name, (key, *columns), rows)))

    def _rows(self, name: str, stored: int) -> int:
        """As many rows as are stored or were sent, and a few to fill in."""
        sent = [
            int(key.split(".")[1]) + 1 for key in self.data if re.fullmatch(rf"{name}\.\d{{1,2}}\.\w+", key)
        ]
        return min(max([stored + _SPARE_ROWS, *sent]), _MOST_ROWS)

    def _add(
        self, path: Path, kind: shapes.Type | None, value: Any, *, loose: bool = False, optional: bool = False
    ) -> str:
        name = ".".join(path)
        bare, nullable = _bare(kind) if kind is not None else (None, False)
        needed = not (loose or optional or nullable)
        chosen = self.choices.get(path[-1])
        field = _field(bare, path[-1], required=needed) if chosen is None else _choice(bare, chosen, value)
        field.label = worded.label(path[-1])
        field.initial = self._shown(bare, path[-1], value)
        self.fields[name] = field
        return name

    def _shown(self, kind: shapes.Type | None, last: str, value: Any) -> Any:
        if value is None:
            return None
        if last.endswith("_minor"):
            return f"{Money(value, self.currency).amount}"
        if last in worded.CLOCKS:
            return worded.clock(value)
        if isinstance(kind, shapes.DateTimeType):
            return words.local(value)
        if isinstance(kind, shapes.VarTupleType):
            return list(value) if last in self.choices else ", ".join(str(item) for item in value)
        return (
            json.dumps(value, ensure_ascii=False)
            if kind is None or isinstance(kind, shapes.DictType)
            else value
        )

    def layout(self) -> Iterator[Part]:
        """The pieces in the order of the terms."""
        for what, given in self.parts:
            if what == "field":
                yield Part("", fields=[self[given]])
            elif what == "group":
                yield Part(worded.label(given[0]), fields=[self[name] for name in given[1]])
            else:
                name, columns, rows = given
                yield Part(
                    worded.label(name, table=what == "sums"),
                    columns=[worded.label(column) for column in columns],
                    rows=[[self[cell] for cell in row] for row in rows],
                )

    # ---- reading ------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            terms = self._gathered()
            if not self.errors:
                self._check(terms)
        return cleaned

    def _gathered(self) -> Terms:
        terms: Terms = {}
        for what, given in self.parts:
            if what == "field":
                terms[given] = self._value(given)
            elif what == "group":
                inner = {name.split(".")[-1]: self._value(name) for name in given[1]}
                amounts = [name for name in given[1] if name.endswith(".amount")]
                empty = bool(amounts) and all(self.cleaned_data[name] is None for name in amounts)
                terms[given[0]] = None if empty else {k: v for k, v in inner.items() if v not in (None, "")}
            elif what == "sums":
                name, columns, rows = given
                typed = [
                    {c: self.cleaned_data[cell] for c, cell in zip(columns, row, strict=True)} for row in rows
                ]
                terms[name], wrong = sums.read(typed)
                for row_no, column, why in wrong:
                    self.add_error(f"{name}.{row_no}.{column}", why)
            elif what == "keyed":
                terms[given[0]] = self._keyed(*given)
            else:
                name, columns, rows = given
                read = [{c: self._value(cell) for c, cell in zip(columns, row, strict=True)} for row in rows]
                terms[name] = [
                    {c: v for c, v in row.items() if v not in (None, "", [])} for row in read
                    if any(v not in (None, "", []) for v in row.values())
                ]  # fmt: skip
        return terms

    def _keyed(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Terms:
        """What a table by a key says; a row without its key, or one that stands there already, is refused."""
        found: Terms = {}
        for row in rows:
            typed = {c: self.cleaned_data[cell] for c, cell in zip(columns, row, strict=True)}
            if all(value in (None, "") for value in typed.values()):
                continue
            key = str(typed[columns[0]]).strip()
            if columns[0] == "currency":
                key = key.upper()
            if not key or key in found:
                self.add_error(
                    row[0],
                    _("This stands here already.")
                    if key
                    else _("Fill this in, or leave the whole row empty."),
                )
                continue
            held = {c: self._value(cell, key) for c, cell in zip(columns[1:], row[1:], strict=True)}
            found[key] = held if name in ("prices", "by_country") else held[columns[1]]
            for c, cell in zip(columns[1:], row[1:], strict=True):
                if typed[c] in (None, ""):
                    self.add_error(cell, _("Fill this in, or leave the whole row empty."))
        return found

    def _value(self, name: str, currency: str = "") -> Any:
        value = self.cleaned_data[name]
        if name.endswith("_minor") and value:
            try:
                return Money.parse(value, currency or self.currency).minor
            except (MoneyError, ValueError):
                self.add_error(name, _("Write an amount, such as 3 or 3.50."))
                return None
        if isinstance(self.fields[name], (_ListField, forms.MultipleChoiceField)):
            return value
        if isinstance(value, time):
            return value.hour * 60 + value.minute or (_A_DAY if name.endswith("closes") else 0)
        if isinstance(value, datetime):
            return value.isoformat()
        return None if value == "" and not isinstance(self.fields[name], forms.ChoiceField) else value

    def _check(self, terms: Terms) -> None:
        """What the type itself refuses becomes a sentence by its field."""
        try:
            if self.shape is not None:
                msgspec.convert(terms, self.shape)
        except (ValueError, TypeError) as error:
            match = _WHERE.match(str(error))
            assert match is not None
            why = match["why"]
            path = match["path"] or ""
            if missing := _MISSING.fullmatch(why):
                self.add_error(
                    self._named(f"{path}.{missing[1]}"), _("Fill this in, or leave the whole row empty.")
                )
            else:
                about = _ABOUT.match(why)
                said = str(words.MISFITS.get(why, "")) or _("This does not fit: %(why)s") % {"why": why}
                self.add_error(self._named(path or (f".{about[1]}" if about else "")), said)
            return
        self.terms = json.loads(json.dumps(terms))

    def _named(self, path: str) -> str | None:
        """The field a complaint is about; for a whole part its first field."""
        steps = ".".join(a or b for a, b in _STEP.findall(path) if b != "...")
        return steps if steps in self.fields else next((n for n in self.fields if steps and n.startswith(f"{steps}.")), None)  # fmt: skip

    def complain(self, sentence: str) -> None:
        """A refusal of the rulebook, above the form."""
        self.add_error(None, sentence)


class _ListField(forms.CharField):
    """Words separated by commas."""

    def clean(self, value: Any) -> list[Any]:
        text: str = super().clean(value)
        return [word.strip() for word in re.split(r"[,，、]", text) if word.strip()]


class _NumbersField(_ListField):
    """Whole numbers separated by commas."""

    def clean(self, value: Any) -> list[Any]:
        words = super().clean(value)
        if not all(word.isascii() and word.isdigit() for word in words):
            raise forms.ValidationError(_("Write whole numbers with commas between them, such as 3, 7, 14."))
        return [int(word) for word in words]


class _JsonField(forms.CharField):
    def clean(self, value: Any) -> Any:
        try:
            return json.loads(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(why)s") % {"why": error}) from None


def _named_all(kind: shapes.DictType) -> bool:
    """Whether each key has one of some words under it, or is one itself."""
    return isinstance(kind.key_type, shapes.LiteralType) or isinstance(kind.value_type, shapes.LiteralType)


def _columns_of(name: str, kind: shapes.DictType) -> dict[str, shapes.Type]:
    """What stands under a key of a table: the fields of its type, or one number."""
    if isinstance(kind.value_type, shapes.StructType):
        return {field.name: field.type for field in kind.value_type.fields}
    return {"rate_bp" if name == "by_category" else "days": kind.value_type}


def _only(columns: Mapping[str, shapes.Type]) -> str:
    return next(iter(columns))


def _typed(value: Any, column: str, key: str) -> Any:
    """A value as its cell shows it; a price in the currency of its row."""
    if value is None or not column.endswith("_minor"):
        return value
    return f"{Money(value, key).amount}"


def _bare(kind: shapes.Type) -> tuple[shapes.Type, bool]:
    """A type without its None, and whether it had one."""
    if isinstance(kind, shapes.UnionType):
        others = [one for one in kind.types if not isinstance(one, shapes.NoneType)]
        return (others[0], True) if len(others) == 1 else (kind, len(others) < len(kind.types))
    return kind, False


def _without_zeros(item: Mapping[str, Any], columns: Sequence[shapes.Field]) -> dict[str, Any]:
    """A row without zeros that an empty cell means as well: a ladder is read more easily so."""
    meant = {field.name for field in columns if field.default == 0}
    return {name: value for name, value in item.items() if value != 0 or name not in meant}


def _are_sums(value: Any) -> bool:
    """Whether it is a table of minor units by currency."""
    return isinstance(value, dict) and any(value) and all(
        worded.CURRENCY.fullmatch(key) and isinstance(minor, int) for key, minor in value.items()
    )  # fmt: skip


def _type_of(value: Any) -> shapes.Type | None:
    """Best guess for terms without a known type; None: JSON."""
    known: dict[type, shapes.Type] = {bool: shapes.BoolType(), int: shapes.IntType(), str: shapes.StrType()}
    return known.get(type(value))


def _choice(kind: shapes.Type | None, choices: Sequence[tuple[str, str]], value: Any) -> forms.Field:
    """One of *choices*, or several. What is stored and no choice any more stays one."""
    several = isinstance(kind, shapes.VarTupleType)
    stored = [str(one) for one in (value or ())] if several else [value] if value else []
    known = {key for key, _name in choices}
    given = [*choices, *((one, worded.value(one)) for one in stored if one not in known)]
    if several:
        return forms.MultipleChoiceField(choices=given, required=False, widget=forms.CheckboxSelectMultiple)
    return forms.ChoiceField(choices=[("", "—"), *given], required=False)


def _field(kind: shapes.Type | None, last: str, *, required: bool) -> forms.Field:
    if last.endswith("_minor"):
        return forms.CharField(
            required=required, max_length=20, widget=forms.TextInput({"inputmode": "decimal"})
        )
    if last in worded.CLOCKS:
        return forms.TimeField(
            required=required,
            widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
            input_formats=["%H:%M"],
        )
    match kind:
        case shapes.BoolType():
            return forms.BooleanField(required=False)
        case shapes.IntType():
            return forms.IntegerField(required=required, max_value=2**53)
        case shapes.LiteralType(values=values):
            blank: list[tuple[Any, str]] = [("", "—")] if not required and "" not in values else []
            named: list[tuple[Any, str]] = [(value, worded.value(value)) for value in values]
            return forms.ChoiceField(choices=blank + named, required=required and "" not in values)
        case shapes.DateTimeType():
            widget = forms.DateTimeInput({"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S")
            return forms.DateTimeField(required=required, widget=widget)
        case shapes.VarTupleType(item_type=shapes.IntType()):
            return _NumbersField(required=False, max_length=2000)
        case shapes.VarTupleType():
            return _ListField(required=False, max_length=2000)
        case shapes.StrType():
            return forms.CharField(required=required, max_length=200)
    return _JsonField(required=True, widget=forms.Textarea({"rows": 3, "spellcheck": "false"}))
