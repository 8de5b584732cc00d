"""The arbitration desk: the queue, everything of one case on one page, what each ruling moves, and the ruling."""

from __future__ import annotations

from uuid import UUID

import pytest

from sanhao.service.aftersales import api as aftersales
from tests.faces.control.conftest import NOW, Desk, Enter
from tests.service.aftersales.stage import disputed


@pytest.fixture
def case(desk: Desk) -> UUID:
    return disputed(desk.at, NOW)


def test_an_arbiter_reads_everything_on_one_page_and_decides(desk: Desk, enter: Enter, case: UUID) -> None:
    client = enter("arbiter")
    assert f"/control/disputes/{case}/" in client.get("/control/disputes/").content.decode()
    assert client.post(f"/control/disputes/{case}/claim/").status_code == 302
    page = client.get(f"/control/disputes/{case}/").content.decode()
    for said in (
        "It is acrylic",
        "It is wool",
        "The label says so",
        "Of this very lot",
        "SF900001",
        "/evidence/",
    ):
        assert said in page
    assert "The goods go back first" in page
    assert "out of our own pocket" in page
    path = f"/control/disputes/{case}/decide/"
    empty = client.post(path, {"outcome": "buyer", "words": ""})
    assert (empty.status_code, aftersales.case(case, side="platform").state) == (422, "deciding")
    sent = {"outcome": "platform", "words": "Neither side is to blame for the label.", "amount": "50.00"}
    assert client.post(path, sent).status_code == 302
    view = aftersales.case(case, side="platform")
    assert (view.state, view.bearer, view.refunded.minor) == ("refunded", "platform", 5_000)
    assert "Neither side is to blame" in client.get(f"/control/disputes/{case}/").content.decode()
    late = client.post(path, sent)
    assert late.status_code == 409


def test_a_case_a_colleague_reads_is_not_decided_by_another(desk: Desk, enter: Enter, case: UUID) -> None:
    assert enter("arbiter").post(f"/control/disputes/{case}/claim/").status_code == 302
    answer = enter("admin").post(
        f"/control/disputes/{case}/decide/", {"outcome": "shop", "words": "The report is of this lot."}
    )
    assert answer.status_code == 409
    assert aftersales.case(case, side="platform").state == "deciding"
