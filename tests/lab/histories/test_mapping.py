from pathlib import Path
from typing import Any

import pytest

from sanhao.lab.histories.fields import FIELDS, STATUSES
from sanhao.lab.histories.mapping import Column, FileShape, load_mapping, parse_mapping
from sanhao.lab.histories.refusals import Unreadable
from tests.lab.conftest import EXAMPLES

GOOD: dict[str, Any] = {"file": {"currency": "CNY"}, "columns": {"order_id": "id"}}


@pytest.mark.parametrize("name", ["scms", "olist", "olist_disputes"])
def test_the_examples_are_sound(name: str) -> None:
    mapping = load_mapping(EXAMPLES / f"{name}.toml")
    assert "order_id" in mapping.columns


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("columns", {"order_id": "id", "colour": "c"}, "colour"),
        ("columns", {"freight": "f"}, "order_id"),
        ("columns", {"order_id": {"column": "id", "sort": "x"}}, "sort"),
        ("columns", {"order_id": "id", "shop": {"column": "s", "level": "order"}}, "shop"),
        ("columns", {"order_id": "id", "status": {"column": "s", "values": {"x": "lost"}}}, "lost"),
        ("columns", {"order_id": "id", "freight": {"column": "f", "values": {"x": "1"}}}, "freight"),
        ("columns", {"order_id": "id", "bought_at": {"column": "b", "formats": ["%H"]}}, "%H"),
        ("columns", {"order_id": {"column": "id", "nth": 0}}, "nth"),
        ("columns", 3, "columns"),
        ("defaults", {"weather": "fine"}, "weather"),
        ("file", {"currency": "XYZ"}, "XYZ"),
        ("file", {}, "currency"),
        ("file", {"currency": "CNY", "timezone": "Mars/Base"}, "Mars/Base"),
        ("file", {"currency": "CNY", "timezone": "../etc/passwd"}, "passwd"),
        ("file", {"currency": "CNY", "encoding": "klingon"}, "klingon"),
        ("file", {"currency": "CNY", "encoding": "hex"}, "hex"),
        ("file", {"currency": "CNY", "delimiter": ""}, "delimiter"),
        ("file", {"currency": "CNY", "delimiter": "\n"}, "delimiter"),
        ("file", {"currency": "CNY", "quote": ","}, "quote"),
        ("file", {"currency": "CNY", "decimal": ";"}, "decimal"),
        ("file", {"currency": "CNY", "formats": []}, "formats"),
        ("file", {"currency": "CNY", "formats": ["%d.%m"]}, "%d.%m"),
        ("file", {"currency": "CNY", "colour": "red"}, "colour"),
        ("terms", {"late_delivery": 3}, "terms"),
        ("more", {}, "more"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_one_sentence_that_names_the_file_and_the_key(
    part: str, value: Any, said: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_mapping(GOOD | {part: value}, "m.toml")
    for sentence in (refused.value.text.zh, refused.value.text.en):
        assert sentence.startswith("m.toml") and said in sentence and "\n" not in sentence


def test_a_mapping_that_is_no_file_or_no_toml_is_refused(tmp_path: Path) -> None:
    for name, content in (
        ("empty.toml", b""),
        ("no.toml", b"= 3"),
        ("binary.toml", b"\xff\xfe\x00"),
        ("deep.toml", b"a=" + b"[" * 5000),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Unreadable, match=name):
            load_mapping(tmp_path / name)
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(Unreadable, match=path.name):
            load_mapping(path)


def test_the_page_about_mappings_names_every_field_key_and_status() -> None:
    page = (EXAMPLES / "README.md").read_text("utf-8")
    keys = [*FIELDS, *STATUSES, *FileShape.__struct_fields__, *Column.__struct_fields__]
    assert [key for key in keys if f"`{key}" not in page and f"`field = {{ {key}" not in page] == []
