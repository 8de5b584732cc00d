"""The real histories, with the figures that others computed from them."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from tests.lab.conftest import EXAMPLES, Replayed

pytestmark = pytest.mark.shared_data


def test_scms_has_830_lines_late_of_7779(shared: Path, replayed: Replayed) -> None:
    summary = replayed(shared / "scms_2006_2013.csv", EXAMPLES / "scms.toml")
    tally = summary.tallies["late_delivery"]
    assert (tally.promises, tally.outcomes["kept"], tally.outcomes["broken"]) == (7779, 6949, 830)
    assert (tally.late.count, tally.never.count, summary.reading.rejected) == (830, 0, 0)
    late = [row for row in replayed.rows if row["verdict"] == "broken"]
    assert len(late) == 830 and len({row["line_id"] for row in replayed.rows}) == 7779
    with (shared / "scms_2006_2013.csv").open(newline="", encoding="utf-8") as file:
        freight = {row["ID"]: row["Freight Cost (USD)"] for row in csv.DictReader(file)}
    for row in late:  # what is text in the file is unknown, and only that
        stated = freight[row["line_id"]]
        assert row["owed_minor"] == (
            str(round(float(stated) * 100)) if stated.replace(".", "").isdigit() else ""
        )
    assert tally.broken.unknown == sum(row["owed_minor"] == "" for row in late) == 302


@pytest.mark.parametrize(
    ("terms", "late", "freight"),
    [("", 187, 505_406), ('[late_delivery]\nby = "day"\n', 161, 455_364)],
)
def test_olist_delivered_late_and_never_are_counted_apart(
    shared: Path, replayed: Replayed, terms: str, late: int, freight: int
) -> None:
    summary = replayed(shared / "olist_to_2017_11.csv", EXAMPLES / "olist.toml", terms=terms, report=True)
    tally = summary.tallies["late_delivery"]
    assert (tally.promises, summary.reading.rejected, tally.orders_without) == (2208, 0, 0)
    assert (tally.late.count, tally.late.owed["BRL"]) == (late, freight)
    assert (tally.never.count, tally.never.owed["BRL"]) == (58, 131_231)
    assert tally.outcomes == {"kept": 2134 - late, "broken": late + 58, "void": 16}
    assert tally.broken.unknown == 0
    for figure in (f"R${freight / 100:,.2f}", "R$1,312.31"):
        assert figure in replayed.printed
        assert figure in replayed.report.read_text("utf-8")


def test_both_teams_agree_with_the_judge_on_every_dispute(shared: Path, replayed: Replayed) -> None:
    history = shared / "olist_disputes_a.csv"
    replayed(history, EXAMPLES / "olist_disputes.toml", "late_delivery,non_delivery")
    with history.open(newline="", encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    late_sellers: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        if case["late_handoff"] == "True":
            late_sellers[case["order_id"]].add(case["seller_id"])
    owed: dict[str, int] = defaultdict(int)
    fault: dict[str, set[str]] = defaultdict(set)
    for row in replayed.rows:
        owed[row["order_id"]] += int(row["owed_minor"])
        fault[row["order_id"]] |= set(row["fault"].split(";")) - {""}
    answers = {case["order_id"]: case for case in cases}
    assert len(answers) == len(owed) == 25 and sum(owed.values()) == 109_216
    for id, case in answers.items():
        assert owed[id] == round(float(case["refund"]) * 100), case
        blamed = {
            "late_delivery_logistics": {"carrier"},
            "late_delivery_seller": late_sellers[id],
            "canceled_order_paid": {"platform"},
            "unavailable_order_paid": {"platform"},
        }.get(case["primary_issue"], set())
        assert fault[id] == blamed, case


@pytest.mark.parametrize("example", ["scms", "olist", "olist_disputes"])
def test_no_answer_is_ever_an_input(example: str) -> None:
    answers = (
        "primary_issue",
        "refund",
        "teams_agree",
        "late_handoff",
        "variance_hours",
        "votes_",
        "most_voted",
        "review_",
    )
    text = (EXAMPLES / f"{example}.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert not [line for line in lines for answer in answers if answer in line]
