"""From the text of a file to paid orders and their news."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.lab.histories.history import Reading, read_history
from sanhao.lab.histories.mapping import parse_mapping
from sanhao.lab.histories.refusals import Unreadable
from sanhao.lab.histories.rows import Problem, Rejected, RowReader
from sanhao.service.promises.api import Cancelled, Collected, Delivered, Line
from tests.lab.conftest import Read


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, number, hour, tzinfo=UTC)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


LINES = {
    "order_id": "o",
    "line_id": "l",
    "shop": "s",
    "promised_at": "p",
    "delivered_at": "d",
    "goods": "g",
    "freight": "f",
}
WHOLE = {
    "order_id": "o", "shop": "s", "collected_at": "c",
    **{field: {"column": column, "level": "order"}
       for field, column in (("promised_at", "p"), ("delivered_at", "d"), ("freight", "f"), ("paid", "t"))},
}  # fmt: skip


def test_each_row_is_a_line_and_their_amounts_add_up(read: Read) -> None:
    orders, rejects, notes = read(
        "o,l,s,p,d,g,f\n1,a,x,2026-03-04,2026-03-03,10.00,1.50\n1,b,y,2026-03-05,,20,2\n2,a,x,,,,see invoice\n",
        LINES,
    )
    first, second = orders
    assert (rejects, notes) == ([], Counter())
    assert first.order.lines == (
        Line("a", "x", 1, cny(1000), cny(150), day(4)),
        Line("b", "y", 1, cny(2000), cny(200), day(5)),
    )
    assert (first.order.goods, first.order.freight, first.order.paid) == (cny(3000), cny(350), cny(3350))
    assert first.order.promised_at == day(5)
    assert first.news == (Delivered(day(3), day(3), ("a",)),)
    assert first.source == (2, 3)
    assert (second.order.goods, second.order.freight, second.order.paid) == (None, None, None)
    assert second.order.promised_at is None


def test_totals_of_the_order_are_counted_once(read: Read) -> None:
    (history,), _, notes = read(
        "o,s,c,p,d,f,t\n1,x,2026-03-02,2026-03-05,2026-03-06,7.00,30\n1,y,2026-03-03,2026-03-05,2026-03-06,7.00,30\n",
        WHOLE,
    )
    order = history.order
    assert (order.freight, order.paid, order.promised_at) == (cny(700), cny(3000), day(5))
    assert [line.freight for line in order.lines] == [None, None]
    assert history.news == (
        Collected(day(2), day(2), "x", ("1",)), Collected(day(3), day(3), "y", ("2",)), Delivered(day(6), day(6)),
    )  # fmt: skip
    assert notes == Counter()


def test_a_total_that_rows_state_in_two_ways_is_unknown_and_noted(read: Read) -> None:
    (history,), rejects, notes = read("o,s,c,p,d,f,t\n1,x,,2026-03-05,,7,30\n1,y,,2026-03-06,,8,30\n", WHOLE)
    assert history.order.freight is None
    assert history.order.paid == cny(3000)
    assert history.order.promised_at == day(5)
    assert rejects == []
    assert notes == {"freight differs": 1, "promised_at differs": 1}


def test_a_total_stated_on_one_row_only_is_the_orders(read: Read) -> None:
    (history,), _, notes = read("o,s,c,p,d,f,t\n1,x,,2026-03-05,,,\n1,y,,,,8,see mail\n", WHOLE)
    assert (history.order.freight, history.order.paid, notes) == (cny(800), None, Counter())


def test_rows_of_an_order_may_lie_far_apart(read: Read) -> None:
    rows = [f"{number},{place},x,,,1,1" for place in range(3) for number in range(2000)]
    orders, _, _ = read("o,l,s,p,d,g,f\n" + "\n".join(rows), LINES)
    assert len(orders) == 2000
    assert all([line.id for line in history.order.lines] == ["0", "1", "2"] for history in orders)
    assert orders[0].source == (2, 2002, 4002)


def test_a_line_that_is_repeated_word_for_word_is_one_line(read: Read) -> None:
    (history,), _, notes = read("o,l,s,p,d,g,f\n1,a,x,,,10,1\n1,a,x,,,10,1\n1,a,x,,,12,1\n", LINES)
    assert [line.id for line in history.order.lines] == ["a", "a#2"]
    assert history.order.goods == cny(2200)
    assert notes == {"line repeated": 1, "line id used twice": 1}


def test_ids_never_meet_even_if_the_file_uses_ours(read: Read) -> None:
    (history,), _, _ = read(
        "o,l,s,p,d,g,f\n1,a#2,x,,,1,1\n1,a,x,,,2,1\n1,a,x,,,3,1\n1,,x,,,4,1\n1,4,x,,,5,1\n", LINES
    )
    ids = [line.id for line in history.order.lines]
    assert ids == ["a#2", "a", "a#3", "4", "4#2"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",b,2026-03-02,2026-03-03,1,9", "order_id is missing"),
        ("  ,b,2026-03-02,2026-03-03,1,9", "order_id is missing"),
        ("1,b,soon,2026-03-03,1,9", "promised_at cannot be read: 'soon'"),
        ("1,b,,2026-03-03,1,9", "promised_at is missing"),
        ("1,b,2026-03-02,whenever,1,9", "delivered_at cannot be read: 'whenever'"),
        ("1,b,2026-03-02,2026-03-03,1", "the row has 5 cells where the header has 6"),
        ("1,b,2026-03-02,2026-03-03,1,9,moved", "the row has 7 cells where the header has 6"),
        ("1,b,2026-03-02,2026-03-03,1,9,,", ""),
        ("1,b,2026-03-02,2026-03-03,See ASN-93 (ID#:1281),9", ""),
        ("1,b,2026-03-02,,,", ""),
    ],
)  # fmt: skip
def test_a_row_is_rejected_for_three_reasons_and_no_other(read: Read, row: str, reason: str) -> None:
    columns: dict[str, Any] = {
        "order_id": "o",
        "shop": "s",
        "promised_at": {"column": "p", "required": True},
        "delivered_at": "d",
        "freight": "f",
        "quantity": "q",
    }
    text = f"o,s,p,d,f,q\n0,a,2026-03-02,,1,1\n{row}\n2,a,2026-03-02,,1,1\n"
    orders, rejects, _ = read(text, columns)
    assert rejects == ([(3, reason)] if reason else [])
    assert [history.order.id for history in orders] == (["0", "2"] if reason else ["0", "1", "2"])


def test_a_time_that_may_be_unreadable_is_unknown_if_the_mapping_says_so(read: Read) -> None:
    (history,), rejects, _ = read(
        "o,c\n1,long ago\n", {"order_id": "o", "collected_at": {"column": "c", "required": False}}
    )
    assert (history.news, rejects) == ((), [])


@pytest.mark.parametrize(
    ("bought", "field", "moment", "kept"),
    [
        ("2026-03-02 10:00", "delivered_at", "2026-03-02 09:59", False),
        ("2026-03-02 10:00", "collected_at", "2026-03-01 09:59", False),
        ("2026-03-02 10:00", "promised_at", "2026-03-01", False),
        ("2026-03-02 10:00", "paid_at", "2026-03-02 09:00", False),
        ("2026-03-02 10:00", "cancelled_at", "2026-03-02 09:00", False),
        ("2026-03-02 10:00", "ship_by", "2026-02-28 09:00", False),
        ("2026-03-02 10:00", "delivered_at", "2026-03-02 10:00", True),
        ("2026-03-02 10:00", "delivered_at", "2026-03-02", True),
        ("2026-03-02 10:00", "promised_at", "2026-03-02", True),
        ("", "delivered_at", "2026-03-01", True),
    ],
)  # fmt: skip
def test_nothing_comes_before_the_purchase(
    read: Read, bought: str, field: str, moment: str, kept: bool
) -> None:
    columns = {"order_id": "o", "bought_at": "b", field: "m"}
    orders, rejects, _ = read(f"o,b,m\n1,{bought},{moment}\n", columns, timezone="Asia/Shanghai")
    assert len(orders) == kept
    assert [(line, why.split(" ")[0], "before bought_at" in why) for line, why in rejects] == (
        [] if kept else [(2, field, True)]
    )


def test_delivery_before_payment_is_no_contradiction(read: Read) -> None:
    (history,), rejects, _ = read(
        "o,b,p,d\n1,2026-03-01,2026-03-09,2026-03-05\n",
        {"order_id": "o", "bought_at": "b", "paid_at": "p", "delivered_at": "d"},
    )
    assert (rejects, history.order.paid_at) == ([], day(9))


def test_one_contradicting_row_does_not_take_its_order_with_it(read: Read) -> None:
    columns = {"order_id": "o", "bought_at": "b", "delivered_at": "d", "freight": "f"}
    (history,), rejects, _ = read(
        "o,b,d,f\n1,2026-03-05,2026-03-01,1\n1,,2026-03-06,2\n1,,2026-03-02,4\n", columns
    )
    assert [line for line, _ in rejects] == [2, 4]
    assert (history.source, history.order.freight) == ((3,), cny(200))


@pytest.mark.parametrize(
    ("status", "news"),
    [
        ("Canceled", (Cancelled(None, "shop"),)), ("gone", (Cancelled(None, "unavailable"),)),
        ("regret", (Cancelled(None, "buyer"),)), ("delivered", ()), ("what?", ()), ("", ()),
    ],
)  # fmt: skip
def test_a_status_is_what_the_mapping_says_it_means(
    read: Read, status: str, news: tuple[Cancelled, ...]
) -> None:
    values = {"canceled": "cancelled", "gone": "unavailable", "regret": "cancelled_by_buyer"}
    (history,), _, _ = read(
        f"o,s\n1,{status}\n", {"order_id": "o", "status": {"column": "s", "values": values}}
    )
    assert history.news == news


def test_an_order_is_cancelled_only_if_all_its_rows_say_so(read: Read) -> None:
    orders, _, notes = read(
        "o,s\n1,cancelled\n1,delivered\n2,cancelled\n2,\n3,cancelled\n3,unavailable\n",
        {"order_id": "o", "status": "s"},
    )
    assert [history.news for history in orders] == [
        (),
        (Cancelled(None, "shop"),),
        (Cancelled(None, "shop"),),
    ]
    assert notes == {"status differs": 2}


def test_a_time_of_cancellation_says_that_it_was_cancelled(read: Read) -> None:
    (history,), _, _ = read("o,at\n1,2026-03-05\n", {"order_id": "o", "cancelled_at": "at"})
    assert history.news == (Cancelled(day(5), "shop"),)


def test_defaults_fill_empty_cells_and_fields_without_a_column(read: Read) -> None:
    (history,), _, _ = read(
        "o,f\n1,\n",
        {"order_id": "o", "freight": "f"},
        defaults={"freight": "3.5", "shop": "ours", "quantity": 2, "goods": 10},
    )
    assert history.order.lines == (Line("1", "ours", 2, cny(1000), cny(350)),)


def test_a_default_that_cannot_be_read_is_one_sentence(read: Read) -> None:
    for field, value in (
        ("freight", "much"),
        ("bought_at", "then"),
        ("status", "lost"),
        ("quantity", "some"),
    ):
        with pytest.raises(Unreadable, match=f"mapping.toml: defaults.{field}"):
            read("o\n1\n", {"order_id": "o"}, defaults={field: value})


def test_rows_may_be_in_other_currencies(read: Read) -> None:
    orders, _, notes = read(
        "o,f,c\n1,3,JPY\n2,3,\n3,3,doubloons\n4,3,JPY\n4,3,CNY\n",
        {"order_id": "o", "freight": "f", "currency": "c"},
    )
    assert [history.order.freight for history in orders] == [Money(3, "JPY"), cny(300), None, None]
    assert notes == {"currency differs": 1}


def test_each_shop_has_its_earliest_limit_and_an_order_its_own_shorter_promise(read: Read) -> None:
    (history,), _, _ = read(
        "o,s,b,h\n1,x,2026-03-05,24\n1,x,2026-03-04,24\n1,y,2026-03-06,24\n",
        {"order_id": "o", "shop": "s", "ship_by": "b", "ship_hours": "h"},
    )
    assert history.order.ship_by == {"x": day(4), "y": day(6)}
    assert history.order.ship_hours == 24


@pytest.mark.parametrize(
    "text",
    [
        "\ufefforder,freight\r\n1,3\r\n", "order;freight\n1;3\n", "order\tfreight\n1\t3", "order,freight\n\n\n1,3\n\n",
        ' order ,freight\n" 1 "," 3 "\n', "freight,extra,order\n3,\"two\nlines, and \"\"quotes\"\"\",1\n", "order,freight\r1,3\r",
    ],
)  # fmt: skip
def test_a_table_is_read_however_it_was_written(read: Read, text: str) -> None:
    delimiter = next(mark for mark in ";\t," if mark in text)
    (history,), _, _ = read(text, {"order_id": "order", "freight": "freight"}, delimiter=delimiter)
    assert (history.order.id, history.order.freight) == ("1", cny(300))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "latin-1"])
def test_a_table_may_be_in_any_encoding(read: Read, encoding: str) -> None:
    shop = "Côté" if encoding == "latin-1" else "三好"
    (history,), _, _ = read(f"o,店\n1,{shop}\n".encode(encoding) if encoding != "latin-1" else f"o,é\n1,{shop}\n".encode(encoding),
                            {"order_id": "o", "shop": "é" if encoding == "latin-1" else "店"}, encoding=encoding)  # fmt: skip
    assert history.order.shops == (shop,)


def test_a_line_number_is_the_physical_line_where_the_row_starts(read: Read) -> None:
    _, rejects, _ = read('o,note\n1,"a\nb\nc"\n\n,x\n2,"d\ne"\n,y\n', {"order_id": "o"})
    assert rejects == [(6, "order_id is missing"), (9, "order_id is missing")]


@pytest.mark.parametrize(
    ("content", "shape", "said"),
    [
        (b"", {}, "empty"),
        (b"\n\n", {}, "header"),
        (b" , ,\n1,2,3\n", {}, "header"),
        (b"a,b\n1,2\n", {}, "no column 'o'"),
        (b"o;b\n1;2\n", {}, "no column 'o'"),
        (b"o,o\n1,2\n", {}, "2 times"),
        (b"o\n\xff\xfe\n", {}, "utf-8"),
        (b"o\n1\n", {"encoding": "utf-16"}, "utf-16"),
        (b"\x00\x01\x02" * 40, {}, "binary"),
        (b"PK\x03\x04\x00\x00", {}, "binary"),
        (b"PAR1 but not really", {}, "Parquet"),
        (b'o,x\n1,"never closed\n2,b\n3,c\n', {}, "quote"),
        (b'o,x\n1,"' + b"x" * (5 << 20), {}, "quote"),
    ],
)  # fmt: skip
def test_an_unusable_file_is_one_sentence_before_the_first_order(
    read: Read, content: bytes, shape: dict[str, Any], said: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content, {"order_id": "o"}, **shape)
    sentence = refused.value.text.en
    assert "history.csv" in sentence and said in sentence and "\n" not in sentence


def test_of_columns_with_one_name_the_mapping_picks_one(read: Read) -> None:
    (history,), _, _ = read(
        "o,d,d\n1,2026-03-04,2026-03-05\n", {"order_id": "o", "delivered_at": {"column": "d", "nth": 2}}
    )
    assert history.news == (Delivered(day(5), day(5)),)


def test_a_header_alone_is_a_history_of_nothing(read: Read) -> None:
    assert read("o\n", {"order_id": "o"}) == ([], [], Counter())


@pytest.mark.parametrize("type", [pa.timestamp("ms"), pa.timestamp("us"), pa.date32()])
def test_a_parquet_date_beyond_all_years_rejects_its_row_and_no_other(
    tmp_path: Path, type: pa.DataType
) -> None:
    far = 2**30 if pa.types.is_date(type) else 2**60
    table = pa.table(
        {
            "o": ["far", "near"],
            "d": pa.array([far, 5], pa.int32() if pa.types.is_date(type) else pa.int64()).cast(type),
        }
    )
    pq.write_table(table, tmp_path / "h.parquet")
    rejects: list[tuple[int, str]] = []
    mapping = parse_mapping(
        {"file": {"currency": "CNY"}, "columns": {"order_id": "o", "delivered_at": "d"}}, "m.toml"
    )
    orders = list(read_history(tmp_path / "h.parquet", mapping, rejected=lambda *r: rejects.append(r)))
    assert [order.order.id for order in orders] == ["near"]
    [(line, reason)] = rejects
    assert line == 2 and reason.startswith("delivered_at cannot be read: ")


def test_parquet_gives_what_its_csv_gives(tmp_path: Path) -> None:
    moments = [day(2, 10), None, day(4)]
    table = pa.table({
        "o": pa.array([1.0, 2.0, None]), "d": pa.array(moments, pa.timestamp("ns", "UTC")), "n": pa.array([b"x", b"y", b"z"]),
        "f": pa.array([3.5, float("nan"), 1.0]), "p": pa.array([None if m is None else m.date() for m in moments]),
        "s": pa.array(["a", "b", "a"]).dictionary_encode(),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "h.parquet", row_group_size=2)
    mapping = parse_mapping(
        {
            "file": {"currency": "CNY"},
            "columns": {
                "order_id": "o",
                "delivered_at": "d",
                "freight": "f",
                "promised_at": "p",
                "shop": "s",
            },
        },
        "m",
    )
    rejects: list[tuple[int, str]] = []
    reading = Reading()
    orders = list(
        read_history(tmp_path / "h.parquet", mapping, rejected=lambda *r: rejects.append(r), reading=reading)
    )
    assert [(h.order.id, h.order.freight, h.order.promised_at, h.order.shops) for h in orders] == [
        ("1", cny(350), day(2), ("a",)), ("2", None, None, ("b",)),
    ]  # fmt: skip
    assert orders[0].news == (Delivered(day(2, 10), day(2, 10)),)
    assert rejects == [(4, "order_id is missing")]
    assert (reading.total, reading.rows, reading.orders, reading.rejected) == (3, 3, 2, 1)


CELLS = st.sampled_from(
    [
        "",
        " ",
        "1",
        "x",
        "N/A",
        "2026-03-04",
        "2026-03-04 10:00",
        "soon",
        "3.50",
        " 12 ",
        "See ASN-93",
        "JPY",
        "cancelled",
        "3,5",
        "\ufeff",
    ]
)


@given(st.lists(st.lists(CELLS, min_size=5, max_size=9), min_size=1, max_size=8))
def test_reading_many_rows_at_once_is_the_same_as_one_by_one(rows: list[list[str]]) -> None:
    columns = {"order_id": "a", "promised_at": {"column": "b", "required": True}, "delivered_at": "c", "collected_at": {"column": "d", "required": False},
               "freight": "e", "goods": {"column": "f", "required": True}, "currency": "g", "quantity": "h", "status": "b"}  # fmt: skip
    document = {
        "file": {"currency": "CNY", "empty": ["N/A"]},
        "columns": columns,
        "defaults": {"delivered_at": "2026-03-01", "goods": "7"},
    }
    mapping = parse_mapping(document, "m")
    reader, single = (RowReader(mapping, list("abcdefgh"), "h") for _ in range(2))
    records = list(enumerate(rows))
    expected = []
    for line, cells in records:
        try:
            expected.append(single.one(line, cells))
        except Rejected as problem:
            expected.append(Problem(line, str(problem)))
    assert reader.many(records) == expected
    assert reader.many(records) == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=40), st.randoms())
def test_the_order_of_rows_changes_no_sum(read: Read, lines: list[tuple[int, int]], chance: Any) -> None:
    shuffled = lines.copy()
    chance.shuffle(shuffled)
    columns = {"order_id": "o", "freight": "f"}
    sums = []
    for rows in (lines, shuffled):
        orders, _, _ = read("o,f\n" + "".join(f"{order},{freight}\n" for order, freight in rows), columns)
        sums.append({history.order.id: history.order.freight for history in orders})
    assert sums[0] == sums[1]
    expected: Counter[str] = Counter()
    for order, freight in lines:
        expected[str(order)] += freight * 100
    assert {id: money.minor for id, money in sums[0].items() if money} == {
        id: n for id, n in expected.items() if n
    }


def test_a_minute_of_time_zone_is_not_lost(read: Read) -> None:
    (history,), _, _ = read(
        "o,d\n1,2017-11-05 10:00:00\n", {"order_id": "o", "delivered_at": "d"}, timezone="America/Sao_Paulo"
    )
    at = datetime(2017, 11, 5, 10, tzinfo=UTC) + timedelta(hours=2)
    assert history.news == (Delivered(at, at),)
