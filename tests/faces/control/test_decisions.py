"""One decision opened, judged again under other terms, appealed and answered; and all of them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect as shapes

from sanhao.faces.control import raw, words
from sanhao.faces.ui import facts as ui_facts
from sanhao.faces.ui import sheets
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit.rows import fetch
from sanhao.people import api as people
from sanhao.service.aftersales import judge
from sanhao.service.aftersales.paths import instant, intercept, pickup, proactive
from sanhao.service.promises import api as promises
from tests.faces.control.conftest import LATE, NOW, Desk, Enter
from tests.faces.control.test_today import bare, html
from tests.service import stage as service


def written() -> list[Any]:
    """Everything that judging again must leave alone."""
    return [fetch(f"SELECT count(*) AS n, max(id::text) AS last FROM {table}") for table in (
        "decisions_decision", "ledger_entry", "wallet_coupon", "kit_history", "kit_outbox", "rulebook_rule",
    )]  # fmt: skip


def test_a_decision_shows_both_sentences_its_facts_rule_money_and_appeal(desk: Desk, enter: Enter) -> None:
    said = bare(html(enter("support"), f"/control/decisions/{desk.appealed}/"))
    decision = decisions.decision(desk.appealed)
    assert decision.text.en in said and decision.text.zh in said
    assert "The deadline" in said and "2026-03-04 10:00:00" in said
    assert "Version 1, frozen when the order was paid" in said
    assert "the shop's balance" in said and "+¥2" in said and "−¥3" in said
    assert "The courier came, the scan did not." in said
    assert "Judge again" not in said, "support answers nobody's appeal"


def again(client: Client, desk: Desk, **over: str) -> tuple[int, str]:
    """Judge *desk.decision* again with every field as the page shows it, but *over*."""
    path = f"/control/decisions/{desk.decision}/again/"
    answer = client.get(path)
    form = answer.context["form"]
    sent = {
        name: "" if form[name].value() in (None, False) else str(form[name].value()) for name in form.fields
    }
    sent = {name: value for name, value in sent.items() if value} | {"judge": "1"} | over
    answer = client.get(path, sent)
    return answer.status_code, bare(answer.content.decode())


def test_under_the_stored_terms_the_judge_says_the_same_to_the_word(desk: Desk, enter: Enter) -> None:
    status, said = again(enter("arbiter"), desk)
    assert (status, "The same to the cent and to the word." in said) == (200, True)


def test_under_other_terms_both_stand_side_by_side_and_nothing_is_written(desk: Desk, enter: Enter) -> None:
    before = written()
    status, said = again(enter("arbiter"), desk, **{"ladder.1.fixed_minor": "8.50"})
    assert status == 200
    assert "¥5.50 more to the buyer." in said
    assert desk.decided().text.en in said and "Your ¥8.50 coupon is here" in said
    assert written() == before


def test_the_same_sum_for_another_reason_is_said_and_other_goods_pay_nothing(
    desk: Desk, enter: Enter
) -> None:
    client = enter("arbiter")
    status, said = again(client, desk, **{"deadline.amount": "60"})
    assert (status, "The same sum, but not for the same reason." in said) == (200, True)
    status, said = again(
        client,
        desk,
        excused_by="",
        **{"promotions.0.starts_at": "2026-03-01T00:00:00", "promotions.0.ends_at": "2026-03-09T00:00:00"},
    )
    assert (status, "Nothing would have been paid: ¥3 less." in said) == (200, True)


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("deadline.amount", "many", "Enter a whole number."),
    ("deadline.timezone", "Mars/Olympus", "This does not fit: no timezone is called 'Mars/Olympus'"),
    ("ladder.1.percent", "5", "A step is either a fixed sum or a share, not both."),
    ("ladder.2.up_to_minor", "5000", "The last step has no upper end"),
    ("ladder.0.fixed_minor", "three", "Write an amount, such as 3 or 3.50."),
    ("ladder.0.fixed_minor", "1.005", "Write an amount, such as 3 or 3.50."),
])  # fmt: skip
def test_terms_that_cannot_stand_are_told_by_their_field(
    desk: Desk, enter: Enter, field: str, value: str, sentence: str
) -> None:
    before = written()
    status, said = again(enter("arbiter"), desk, **{field: value})
    assert status == 422
    assert sentence in said
    assert "more to the buyer" not in said and written() == before


def test_another_version_and_what_others_promise_are_one_click_away(
    desk: Desk, enter: Enter, draft: UUID
) -> None:
    rulebook.announce(draft, effective_at=NOW + service.hours(200), by=None, now=NOW)
    client, path = enter("admin"), f"/control/decisions/{desk.decision}/again/"
    assert "¥2 more to the buyer." in bare(html(client, f"{path}?version={draft}"))
    assert "¥60 coupon" in bare(html(client, f"{path}?profile=tmall")), "thirty per cent of two hundred yuan"
    part = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="again"')


def test_decisions_are_narrowed_down_and_turn_pages(desk: Desk, enter: Enter) -> None:
    client = enter("finance")
    page = html(
        client, f"/control/decisions/?shop={desk.at.shop_id}&state=appealed&kind={LATE}&outcome=broken"
    )
    assert f"/decisions/{desk.appealed}/" in page and f"/decisions/{desk.decision}/" not in page
    assert "No decision is like this" in html(client, "/control/decisions/?outcome=kept")
    assert [d.id for d in decisions.recent(shop_id=desk.at.shop_id, limit=1)] == [
        decisions.recent(limit=1)[0].id
    ]
    assert decisions.recent(shop_id=desk.people["buyer"]) == []
    assert decisions.kinds() == [LATE]


def test_the_spreadsheet_has_a_line_for_each_in_the_readers_language(desk: Desk, enter: Enter) -> None:
    for language, wanted in (("en", desk.decided().text.en), ("zh-hans", desk.decided().text.zh)):
        answer = enter("finance", language).get("/control/decisions/export.csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        assert {row[0] for row in rows[1:]} == {str(desk.decision), str(desk.appealed)}
        assert wanted in {row[11] for row in rows[1:]}
        assert rows[1][5:7] == ["3.00", "CNY"]


@pytest.mark.parametrize(("cell", "safe"), [
    ("=1+1", "'=1+1"), ("+86", "'+86"), ("-3", "-3"), ("-3.00", "-3.00"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("  =1", "'  =1"),
    ("＝1", "'＝1"), ("\u3000=1", "'\u3000=1"), ("plain", "plain"), ("a=1", "a=1"), ("", ""),
])  # fmt: skip
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert sheets.plain(cell) == safe


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_what_is_written_can_be_read_back(rows: list[list[str]]) -> None:
    text = "".join(sheets.lines(["a", "b"], rows)).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[1:] == [[sheets.plain(cell) for cell in row] for row in rows]


@given(st.binary(max_size=200))
def test_any_body_can_be_looked_at(body: bytes) -> None:
    text, is_dump = raw.shown(body)
    assert all(char.isprintable() or char in "\r\n\t" or not is_dump for char in text)
    if is_dump:
        assert bytes.fromhex("".join(line[10:57] for line in text.splitlines())) == body


# ---- appeals ----------------------------------------------------------------------------------------------------


def test_an_appeal_is_taken_on_and_answered_and_overturning_says_before_what_it_gives_back(
    desk: Desk, enter: Enter
) -> None:
    client, path = enter("arbiter"), f"/control/appeals/{desk.appeal}/"
    assert client.post(f"{path}claim/").status_code == 302
    said = bare(html(client, path))
    assert (
        "Back to whoever paid:" in said
        and "the shop's balance · Qingcao" in said
        and "¥2" in said
        and "¥1" in said
    )
    answer = client.post(f"{path}answer/", {"answer": "The camera shows the courier.", "outcome": "overturn"})
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    assert service.purse(desk.at.shop_id) == (200, 700, 0), (
        "the other late parcel took three yuan of the deposit"
    )
    said = bare(html(client, path))
    assert "overturned" in said and "The camera shows the courier." in said and "promises" in said
    service.sound()


def test_an_answer_without_a_word_keeps_the_appeal_open_and_says_so(desk: Desk, enter: Enter) -> None:
    client, path = enter("arbiter"), f"/control/appeals/{desk.appeal}/"
    client.post(f"{path}claim/")
    for said, sentence in (
        ("", "Nobody is sent away without a reason"),
        ("no", "between 5 and 2,000 characters"),
    ):
        answer = client.post(f"{path}answer/", {"answer": said, "outcome": "uphold"})
        assert answer.status_code == 422 and sentence in answer.content.decode()
    assert client.post(f"{path}answer/", {"answer": "I read it all.", "outcome": "maybe"}).status_code in (
        200,
        422,
    )
    assert decisions.appeal_by_id(desk.appeal).state == "claimed"


def test_nobody_answers_in_their_own_matter_and_the_page_says_why(desk: Desk, enter: Enter) -> None:
    shops.add_member(desk.at.shop_id, desk.people["arbiter"], role="clerk", by=desk.at.owner_id, now=NOW)
    answer = enter("arbiter").post(f"/control/appeals/{desk.appeal}/claim/")
    assert answer.status_code == 403
    assert "Nobody answers an appeal in their own matter." in answer.content.decode()
    assert decisions.appeal_by_id(desk.appeal).state == "open"


def test_a_colleagues_appeal_is_released_by_an_admin_only(desk: Desk, enter: Enter) -> None:
    decisions.claim_appeal(desk.appeal, by=desk.people["arbiter"], now=NOW)
    people.grant_role(desk.people["support"], "arbiter", by=None, now=NOW)
    path = f"/control/appeals/{desk.appeal}/"
    other = enter("support")
    assert "Arbiter is reading this one." in bare(html(other, path))
    answer = other.post(f"{path}answer/", {"answer": "Let me, please.", "outcome": "uphold"})
    assert answer.status_code == 409 and "A colleague has taken this appeal on." in answer.content.decode()
    assert other.post(f"{path}release/").status_code == 403
    assert enter("admin").post(f"{path}release/").status_code == 302
    assert decisions.appeal_by_id(desk.appeal).state == "open"


def test_answered_appeals_stay_to_be_read(desk: Desk, enter: Enter) -> None:
    decisions.decide_appeal(
        desk.appeal, uphold=True, by=desk.people["arbiter"], answer="It was late.", now=NOW
    )
    assert [appeal.id for appeal in decisions.answered_appeals()] == [desk.appeal]
    assert decisions.answered_appeals(before=NOW) == []
    said = bare(html(enter("admin"), "/control/appeals/"))
    assert "It was late." in said and "Nobody waits" in said


def _names(kind: shapes.Type, depth: int = 0) -> Iterator[str]:
    """The names of everything a type holds."""
    if depth > 8:
        return
    match kind:
        case shapes.StructType(fields=fields):
            for field in fields:
                yield field.name
                yield from _names(field.type, depth + 1)
        case shapes.UnionType(types=types):
            for one in types:
                yield from _names(one, depth + 1)
        case (
            shapes.VarTupleType(item_type=item)
            | shapes.ListType(item_type=item)
            | shapes.DictType(value_type=item)
        ):
            yield from _names(item, depth + 1)


SEEN = [*(kind.Facts for kind in promises.KINDS.values()), judge.Seen, instant.Seen, intercept.Seen, intercept.FeeSeen, pickup.FeeSeen, proactive.Seen]  # fmt: skip


@pytest.mark.parametrize("facts", SEEN)
def test_no_fact_goes_by_a_name_of_the_code(facts: type[msgspec.Struct]) -> None:
    nameless = [
        name
        for name in _names(shapes.type_info(facts))
        if name not in words.FACTS and not ui_facts.known(name)
    ]
    assert not nameless, "name them in faces/ui/facts.py"
