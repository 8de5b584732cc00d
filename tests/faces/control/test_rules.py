"""Rules are drafted, announced in time and withdrawn; time against the shops is granted; roles are given and taken."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.forms import DateTimeInput
from django.utils.translation import override

from sanhao.faces.control import spelled
from sanhao.faces.control.terms import TermsForm, profiles, shape_of, whole
from sanhao.faces.workbench import words as shop_words
from sanhao.fairness.rulebook import api as rulebook
from sanhao.lab.demo.found import found_rules
from sanhao.people import api as people
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.faces.control.conftest import LATE, NOW, Desk, Enter
from tests.faces.control.test_today import bare, html
from tests.service import stage as service

WINDOW = {
    "starts_at": "2026-02-16T00:00:00+08:00",
    "ends_at": "2026-02-24T00:00:00+08:00",
    "regions": ["上海", "CN"],
}
TERMS: list[tuple[str, dict[str, Any]]] = [
    *[(f"promise.{name}", {}) for name in promises.KINDS],
    *[(LATE, msgspec.to_builtins(terms)) for terms in profiles(LATE).values()],
    (LATE, {"force_majeure": [WINDOW], "deadline": {"amount": 3, "unit": "working_days", "cut_off": 14}}),
    ("promise.late_delivery", {"hand_over": {"amount": 48}}),
    ("wallet.compensation", {"valid_days": 60, "unused_returns_to": "platform"}),
    ("orders.terms", {}),
    ("delivery.remote", {}),
    (
        "delivery.remote",
        {
            "cap_minor": {"CNY": 650, "JPY": 120},
            "category_budget_minor": {"food": {"CNY": 50_000}},
            "extra_days": {"remote": 2},
        },
    ),
    ("rulebook.notice", {"days": 7}),
    ("future.rule", {"on": True, "name": "x", "many": [1, {"a": None}]}),
]


def sent_back(form: TermsForm) -> dict[str, str]:
    """What a browser posts of a form nobody touched."""
    sent = {}
    for name in form.fields:
        bound = form[name]
        value = bound.value()
        if isinstance(bound.field.widget, DateTimeInput):
            value = bound.field.widget.format_value(value)
        if value is not None and value is not False:
            sent[name] = "on" if value is True else str(value)
    return sent


@pytest.mark.parametrize(("key", "terms"), TERMS)
def test_a_form_sent_back_untouched_changes_no_term(key: str, terms: dict[str, Any]) -> None:
    form = TermsForm(key, terms)
    answered = TermsForm(key, terms, sent_back(form))
    assert answered.is_valid(), answered.errors
    shape = shape_of(key)
    if shape is None:
        assert answered.terms == terms
    else:
        assert msgspec.convert(answered.terms, shape) == msgspec.convert(terms, shape)
        assert spelled.differences(key, terms, answered.terms) == []


@pytest.mark.parametrize(("key", "terms"), TERMS)
def test_every_term_is_written_out_with_its_defaults(key: str, terms: dict[str, Any]) -> None:
    assert set(terms) <= set(whole(key, terms))
    assert all(value for value in spelled.spelled(key, terms).values())


_RAW = re.compile(r"\b[a-z]+(_[a-z]+)+\b|\b[a-z]+\.[a-z_]+\b")


def test_every_rule_of_a_site_reads_without_a_name_of_the_code(db: None, now: datetime) -> None:
    """In both languages, on control's page and on the shop's; what is said in Chinese holds no English word."""
    found_rules(now=now)
    for view in rulebook.book(at=now):
        for lang in ("zh-hans", "en"):
            with override(lang):
                said = [part for row in spelled.spelled(view.key, view.terms).items() for part in row]
                rows = shop_words.terms(shop_words.whole_terms(view.key, view.terms))
                said += [part for row in rows for part in (row.label, row.words)]
            assert not [part for part in said if _RAW.search(part)], view.key
            if lang == "zh-hans":
                assert not [
                    part for part in said if re.search(r"\b[a-z]{3}", part.replace("Asia/Shanghai", ""))
                ], view.key


def test_every_rule_of_a_site_can_be_drafted_from(db: None, now: datetime) -> None:
    """Its form shows sums as sums, by currency too, and sent back untouched it changes nothing."""
    found_rules(now=now)
    for view in rulebook.book(at=now):
        form = TermsForm(view.key, view.terms)
        answered = TermsForm(view.key, view.terms, sent_back(form))
        assert answered.is_valid(), (view.key, answered.errors)
        assert spelled.differences(view.key, view.terms, answered.terms) == []
    sums = TermsForm("aftersales.instant", {"case_minor": {"CNY": 150_000}})
    assert (sums["case_minor.0.currency"].value(), sums["case_minor.0.amount_minor"].value()) == (
        "CNY",
        "1500.00",
    )


def test_tables_of_a_rule_are_rows_and_refused_beside_their_cell() -> None:
    """Prices by currency, sums by place, who bears whose fault, shares by category: nothing of them is JSON."""
    prices = TermsForm("delivery.pickup", {})
    typed = sent_back(prices)
    assert (typed["prices.0.currency"], typed["prices.0.first_minor"]) == ("CNY", "26.00")
    euros = {"currency": "eur", "first_g": "10000", "first_minor": "9.90", "further_g": "5000", "further_minor": "2",
             "apart_minor": "0", "floor_minor": "1.5"}  # fmt: skip
    form = TermsForm(
        "delivery.pickup", {}, typed | {f"prices.1.{name}": said for name, said in euros.items()}
    )
    assert form.is_valid(), form.errors
    assert (form.terms["prices"]["EUR"]["first_minor"], form.terms["prices"]["EUR"]["apart_minor"]) == (
        990,
        0,
    )
    for wrong, where in (
        ({"prices.1.currency": "EUR"}, "prices.1.first_g"),
        ({"prices.1.first_g": "100"}, "prices.1.currency"),
        (
            {f"prices.1.{name}": said for name, said in euros.items()} | {"prices.1.currency": "CNY"},
            "prices.1.currency",
        ),
    ):
        form = TermsForm("delivery.pickup", {}, typed | wrong)
        assert not form.is_valid() and where in form.errors
    freight = TermsForm(
        "aftersales.return_freight", {}, {
            "by_fault.shop": "shop", "by_fault.buyer": "buyer", "by_fault.carrier": "platform", "offers": "on",
            "flat.0.currency": "CNY", "flat.0.amount_minor": "12", "flat.1.place": "新疆", "flat.1.currency": "cny",
            "flat.1.amount_minor": "24", "most.0.currency": "EUR", "most.0.amount_minor": "60", "appeal_days": "30",
        },
    )  # fmt: skip
    assert freight.is_valid(), freight.errors
    assert (freight.terms["flat"], freight.terms["most"]) == (
        {"CNY": {"*": 1200, "新疆": 2400}},
        {"EUR": 6000},
    )
    assert freight.terms["by_fault"]["carrier"] == "platform"
    assert TermsForm("aftersales.debts", {}, {"remind_days": "3、7，14"}).is_valid()
    assert not TermsForm("aftersales.debts", {}, {"remind_days": "soon"}).is_valid()


def test_only_what_is_a_sum_reads_as_one() -> None:
    """A price list by currency holds weights too."""
    told = spelled.spelled("delivery.pickup", {})
    assert {
        told[f"Prices · CNY · {name}"] for name in ("First weight, in grams", "Price of the first weight")
    } == {"10000", "¥26"}
    [prices] = [
        row.words
        for row in shop_words.terms(shop_words.whole_terms("delivery.pickup", {}))
        if row.key == "prices"
    ]
    assert "First weight, in grams 10000" in prices and "Price of the first weight ¥26" in prices


def filled(client: Any, path: str, **over: str) -> dict[str, str]:
    form = client.get(path).context["form"]
    heads = {"title_zh": "晚发即赔", "title_en": "Late shipment pays", "reason": "Waiting is worth more."}
    return sent_back(form) | heads | over


def test_a_rule_is_drafted_announced_and_withdrawn_with_what_changes(desk: Desk, enter: Enter) -> None:
    client, path = enter("admin"), f"/control/rules/{LATE}/draft/"
    answer = client.post(path, filled(client, path, **{"ladder.1.fixed_minor": "5"}))
    assert answer.status_code == 302
    [made] = rulebook.drafts()
    assert answer.headers["Location"] == f"/control/rules/version/{made.id}/"
    said = bare(html(client, answer.headers["Location"]))
    assert "What changes from version 1" in said and "Fixed sum ¥3" in said and "Fixed sum ¥5" in said
    soon = client.post(f"/control/rules/version/{made.id}/announce/", {"effective_at": "2026-03-08T10:00"})
    assert soon.status_code == 422
    assert "A rule is announced at least 7 days before it takes effect." in bare(soon.content.decode())
    assert rulebook.rule(made.id).state == "draft"
    assert (
        client.post(
            f"/control/rules/version/{made.id}/announce/", {"effective_at": "2026-03-20T10:00"}
        ).status_code
        == 302
    )
    assert rulebook.rule(made.id).effective_at == NOW.replace(day=20, hour=2)
    assert rulebook.in_force(LATE, at=NOW).version == 1, "announced is not in force"
    assert client.post(f"/control/rules/version/{made.id}/withdraw/").status_code == 302
    assert rulebook.rule(made.id).state == "withdrawn"


def test_a_draft_with_terms_that_cannot_stand_is_kept_in_the_form(desk: Desk, enter: Enter) -> None:
    client, path = enter("admin"), f"/control/rules/{LATE}/draft/"
    answer = client.post(
        path, filled(client, path, **{"ladder.2.up_to_minor": "9999", "reason": "My reason."})
    )
    assert answer.status_code == 422
    assert (
        "The last step has no upper end" in answer.content.decode()
        and "My reason." in answer.content.decode()
    )
    assert rulebook.drafts() == []


def test_a_draft_can_be_rewritten_until_it_is_announced(desk: Desk, enter: Enter, draft: UUID) -> None:
    client, path = enter("admin"), f"/control/rules/version/{draft}/edit/"
    sent = filled(client, path, **{"ladder.0.fixed_minor": "6"})
    assert client.post(path, sent).status_code == 302
    assert rulebook.rule(draft).terms["ladder"] == [{"fixed_minor": 600}]
    rulebook.announce(draft, effective_at=NOW + timedelta(days=8), by=None, now=NOW)
    assert client.post(path, sent).status_code == 404
    late = enter("admin").post(
        f"/control/rules/version/{draft}/announce/", {"effective_at": "2026-03-21T10:00"}
    )
    assert late.status_code == 409
    assert "This rule can no longer be changed this way." in bare(late.content.decode())


def test_what_binds_is_never_withdrawn(desk: Desk, enter: Enter) -> None:
    binding = rulebook.in_force(LATE, at=NOW)
    answer = enter("admin").post(f"/control/rules/version/{binding.id}/withdraw/")
    assert answer.status_code == 409
    assert rulebook.in_force(LATE, at=NOW).id == binding.id


def test_the_rulebook_tells_what_binds_and_what_is_coming(desk: Desk, enter: Enter, draft: UUID) -> None:
    client = enter("support")
    said = bare(html(client, "/control/rules/"))
    assert "Being drafted" in said and "at least 7 days before it binds" in said
    rulebook.announce(draft, effective_at=NOW + timedelta(days=8), by=None, now=NOW)
    assert "Announced Late shipment pays Version 2" in bare(html(client, "/control/rules/"))
    assert client.get("/control/rules/no.such.rule/").status_code == 404


def test_a_draft_says_what_it_would_have_paid_over_the_last_month(
    desk: Desk, draft: UUID, enter: Enter
) -> None:
    client, path = enter("finance"), f"/control/rules/version/{draft}/"
    assert "A keeper is replaying the last month under these terms." in bare(html(client, path))
    service.drain(NOW)
    said = bare(html(client, path))
    assert "It would have paid ¥10 (cases: 2, buyers: 1)." in said
    assert "The rule in force: ¥6 (cases: 2, buyers: 1)." in said
    assert "Promises judged under both: 4, made" in said
    assert "¥10 · 2 ¥6 · 2" in said, "the shop that would pay"
    assert "Over the last month" not in bare(html(client, f"/control/rules/{LATE}/")), "what binds needs none"


# ---- time against the shops -------------------------------------------------------------------------------------


def test_orders_are_excused_by_their_numbers_and_a_wrong_number_changes_nothing(
    desk: Desk, enter: Enter
) -> None:
    running = desk.orders[-1]
    number, client = orders.order(running).number, enter("arbiter")
    answer = client.post("/control/excuses/", {"numbers": f"{number}\nNO-SUCH", "cause": "force_majeure"})
    assert answer.status_code == 422
    assert "Nothing was changed. There is no order NO-SUCH." in bare(answer.content.decode())
    assert service.promise(running)["state"] == "open"
    answer = client.post(
        "/control/excuses/", {"numbers": f" {number.lower()}，{number} ", "cause": "force_majeure"}
    )
    assert answer.status_code == 302
    assert service.promise(running)["state"] == "void"
    assert f"{number} beyond anyone's control excused by Arbiter" in bare(html(client, "/control/excuses/"))
    assert "beyond anyone's control excused by Arbiter" in bare(html(client, f"/control/orders/{running}/"))


def test_a_list_too_long_is_refused_with_its_length(enter: Enter) -> None:
    numbers = "\n".join(f"N{n}" for n in range(501))
    answer = enter("arbiter").post("/control/excuses/", {"numbers": numbers, "cause": "risk_hold"})
    assert answer.status_code == 422 and "this list has 501" in answer.content.decode()


def test_a_holiday_extension_moves_what_falls_due_in_it(desk: Desk, enter: Enter) -> None:
    client = enter("admin")
    window = {
        "starts_at": "2026-03-06T00:00",
        "until": "2026-03-16T00:00",
        "reason_zh": "春休",
        "reason_en": "Spring",
    }
    backwards = client.post("/control/extensions/", window | {"until": "2026-03-05T00:00"})
    assert backwards.status_code == 422
    assert "It must start in the future and end after its start." in bare(backwards.content.decode())
    answer = client.post("/control/extensions/", window)
    assert answer.status_code == 302
    told = bare(html(client, "/control/extensions/"))
    assert "1 open promise heard of it." in told
    assert "announced by Admin" in told.partition("Announced extensions Spring")[2]


# ---- persons ----------------------------------------------------------------------------------------------------


def test_an_admin_grants_and_takes_back_roles_and_the_last_admin_stays(desk: Desk, enter: Enter) -> None:
    client, buyer, admin = enter("admin"), desk.people["buyer"], desk.people["admin"]
    assert (
        client.post(f"/control/people/{buyer}/roles/", {"role": "support", "do": "grant"}).status_code == 302
    )
    assert people.roles_of(buyer) == {"support"}
    assert (
        client.post(f"/control/people/{buyer}/roles/", {"role": "support", "do": "revoke"}).status_code == 302
    )
    assert people.roles_of(buyer) == frozenset()
    answer = client.post(f"/control/people/{admin}/roles/", {"role": "admin", "do": "revoke"})
    assert answer.status_code == 409 and "The last administrator stays." in answer.content.decode()
    assert client.post(f"/control/people/{buyer}/roles/", {"role": "king", "do": "grant"}).status_code == 422


def test_nobody_browses_through_people(desk: Desk, enter: Enter) -> None:
    client, email = enter("support"), people.card(desk.people["buyer"]).email
    assert "Nobody has this address" in html(client, f"/control/people/?email={email[:12]}@")
    assert client.get("/control/people/", {"email": email.upper()}).status_code == 302
    assert "Administrators grant roles." in html(client, f"/control/people/{desk.people['buyer']}/")
