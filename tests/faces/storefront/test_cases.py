"""After-sales as its buyer meets it: three taps to a request, what is next and when, evidence, and the way out."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sanhao.kit import time as kit_time
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.faces.storefront.stage import EN, ZH, client_of, person, words
from tests.service import stage as service
from tests.service.aftersales.stage import HOUSE, ask, delivered, photo, picture

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def at(demo: None) -> service.Stage:
    service.rules()
    at = service.stage(balance=100_000)
    aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=kit_time.now())
    return at


@pytest.fixture
def order(at: service.Stage) -> UUID:
    return delivered(at, (2,), now=kit_time.now() - service.hours(26))


def asked_of(order: UUID) -> list[aftersales.CaseView]:
    return aftersales.cases_of_orders([order], side="buyer").get(order, [])


def test_from_the_order_to_a_request_in_three_taps(at: service.Stage, order: UUID) -> None:
    client = client_of(at.buyer_id)
    page = client.get(f"/orders/{order}/").content.decode()
    assert f'href="/orders/{order}/help/"' in page  # the first tap
    page = client.get(f"/orders/{order}/help/")
    assert re.search(
        r"It does not suit me Possible until [^¥]+ ¥400", words(page)
    )  # the second chooses why; everything is chosen already
    [line] = orders.order(order).lines
    sent = {"sent": "yes", f"units-{line.id}": "2", "reason": "no_reason"}
    answer = client.post(f"/orders/{order}/help/", sent)  # the third sends
    [view] = asked_of(order)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cases/{view.id}/")
    assert (view.state, view.back.minor, view.units) == ("asked", 40_000, ((line.id, 2),))


def test_what_would_come_back_follows_what_is_chosen(at: service.Stage, order: UUID) -> None:
    client = client_of(at.buyer_id)
    [line] = orders.order(order).lines
    page = words(client.get(f"/orders/{order}/help/?sent=yes&units-{line.id}=1&reason=broken"))
    assert re.search(r"It does not suit me Possible until [^¥]+ ¥200", page)
    assert re.search(r"It is broken or spoiled Possible until [^¥]+ ¥203", page), (
        "its share of the freight comes back where the shop is at fault"
    )
    assert "Money back, and nothing to send" in page


@pytest.mark.parametrize(("language", "said"), [
    (ZH, ("等店家答复", "不答复就算同意退货，收到货再退400元。", "这件还可以申请")),
    (EN, ("Waiting for the shop", "Silence is a yes to the return; ¥400 follows when the goods are back.", "You can ask")),
])  # fmt: skip
def test_a_case_says_what_is_next_and_what_silence_does(
    at: service.Stage, order: UUID, language: str, said: tuple[str, str, str]
) -> None:
    client = client_of(at.buyer_id, language)
    assert said[2] in words(client.get(f"/orders/{order}/help/"))
    asked = ask(at, order, now=kit_time.now())
    page = client.get(f"/cases/{asked}/")
    for part in said[:2]:
        assert part in words(page)
    assert "data-ring" in page.content.decode(), "the ring of the promise card runs"
    assert f"/cases/{asked}/" in client.get(f"/orders/{order}/").content.decode()
    assert said[0] in words(client.get("/cases/"))


def test_a_refusal_stands_on_the_page_and_changes_nothing(at: service.Stage, order: UUID) -> None:
    client = client_of(at.buyer_id)
    for sent in ({}, {"sent": "yes", "reason": "no_reason"}, {"reason": "because"}):
        answer = client.post(f"/orders/{order}/help/", sent)
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert asked_of(order) == []


def test_the_way_back_from_the_page(at: service.Stage, order: UUID) -> None:
    client, now = client_of(at.buyer_id), kit_time.now()
    asked = ask(at, order, now=now)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now)
    assert "草原路1号" in words(client.get(f"/cases/{asked}/"))
    wrong = client.post(f"/cases/{asked}/do/send/", {"carrier": "sandbox", "number": "1"})
    assert (wrong.status_code, "4 to 64 characters" in words(wrong)) == (422, True)
    assert (
        client.post(f"/cases/{asked}/do/send/", {"carrier": "sandbox", "number": "RT10001"}).status_code
        == 302
    )
    assert aftersales.case(asked, side="buyer").state == "returning"
    late = client.post(f"/cases/{asked}/do/withdraw/")
    assert (late.status_code, "This has just changed" in words(late)) == (409, True)
    assert client.post(f"/cases/{asked}/do/anything/").status_code == 404


def test_no_offer_and_the_platform_from_the_page(at: service.Stage, order: UUID) -> None:
    client, now = client_of(at.buyer_id), kit_time.now()
    asked = ask(at, order, "broken", now=now)
    aftersales.reject(
        asked, shop_id=at.shop_id, by=at.owner_id, words="A small scratch", offer_minor=5_000, now=now
    )
    page = words(client.get(f"/cases/{asked}/"))
    assert "A small scratch" in page
    assert "Take ¥50" in page
    sent = {"text": "It is a hole", "photos": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}
    assert client.post(f"/cases/{asked}/do/escalate/", sent).status_code == 302
    assert "It is a hole" in words(client.get(f"/cases/{asked}/"))


def test_evidence_is_sent_along_and_only_its_parties_see_it(at: service.Stage, order: UUID) -> None:
    client = client_of(at.buyer_id)
    [line] = orders.order(order).lines
    files = [
        SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
        SimpleUploadedFile("b.png", picture(kind="PNG", size=(9, 9)), "image/png"),
    ]
    sent: dict[str, Any] = {"sent": "yes", f"units-{line.id}": "1", "reason": "broken", "photos": files}
    assert client.post(f"/orders/{order}/help/", sent).status_code == 302
    [view] = asked_of(order)
    first, second = aftersales.evidence(view.id)
    path = f"/evidence/{first.id}/"
    assert path in client.get(f"/cases/{view.id}/").content.decode()
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.match(r"default-src 'none';.* sandbox;", answer.headers["Content-Security-Policy"])
    assert answer.headers["Content-Disposition"].startswith('inline; filename="evidence-')
    assert client_of(at.owner_id).get(path).status_code == 200
    stranger = client_of(person("stranger"))
    assert stranger.get(path).status_code == 404
    assert client_of().get(path).status_code == 302
    part = client.get(path, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.headers["Content-Range"], len(b"".join(part.streaming_content))) == (
        206,
        f"bytes 0-9/{first.size}",
        10,
    )
    beyond = client.get(path, headers={"Range": f"bytes={first.size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{first.size}")
    assert second.digest != first.digest


@pytest.mark.parametrize(("name", "data", "kind"), [
    ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"),
    ("a.jpg", b"<html><script>1</script>", "image/jpeg"),
    ("a.mp4", b"MZ\x90\0", "video/mp4"),
])  # fmt: skip
def test_evidence_of_the_wrong_kind_is_refused_and_nothing_is_asked(
    at: service.Stage, order: UUID, name: str, data: bytes, kind: str
) -> None:
    [line] = orders.order(order).lines
    sent = {
        "sent": "yes",
        f"units-{line.id}": "1",
        "reason": "broken",
        "photos": SimpleUploadedFile(name, data, kind),
    }
    answer = client_of(at.buyer_id).post(f"/orders/{order}/help/", sent)
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert asked_of(order) == []


def test_ten_photos_are_one_too_many(at: service.Stage, order: UUID) -> None:
    many = [photo(picture(size=(10 + n, 10))) for n in range(10)]
    with pytest.raises(Exception, match=r"evidence\.many"):
        ask(at, order, "broken", 1, now=kit_time.now(), evidence=many)
    assert asked_of(order) == []
    ask(at, order, "broken", 1, now=kit_time.now(), evidence=many[:9])


def test_a_page_asks_little_of_the_database(
    at: service.Stage, order: UUID, django_assert_max_num_queries: Any
) -> None:
    client = client_of(at.buyer_id)
    for path in (f"/orders/{order}/help/", "/cases/"):
        client.get(path)
        with django_assert_max_num_queries(19):
            client.get(path)
    asked = ask(at, order, now=kit_time.now())
    client.get(f"/cases/{asked}/")
    with django_assert_max_num_queries(16):
        client.get(f"/cases/{asked}/")


# ---- claims under a guarantee -----------------------------------------------------------------------------------


@pytest.fixture
def peaches(at: service.Stage) -> UUID:
    """A shop that promises that what is spoiled is paid back; signed for two hours ago."""
    promises.accept(at.shop_id, "spoiled_goods", by=at.owner_id, now=kit_time.now() - service.hours(40))
    return delivered(at, (2,), now=kit_time.now() - service.hours(26))


def test_from_the_order_to_a_claim_in_three_taps(at: service.Stage, peaches: UUID) -> None:
    client, promise = client_of(at.buyer_id), service.promise(peaches, "spoiled_goods")["id"]
    address = f"/orders/{peaches}/guaranteed/{promise}/"
    order = client.get(f"/orders/{peaches}/")
    assert "Something not right?" in words(order)
    assert f'href="{address}"' in order.content.decode()  # the first tap
    page = client.get(f"{address}?share=30")  # the second says how much
    for part in ("2 photos at least", "¥121.80", "The shop has 24 hours to answer", "Nothing is sent back."):
        assert part in words(page)
    sent = {"share": "30", "photos": [upload("a.jpg", 64), upload("b.jpg", 65)]}
    answer = client.post(address, sent)  # the third sends
    [view] = asked_of(peaches)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cases/{view.id}/")
    assert (view.kind, view.state, view.back.minor) == ("claim", "asked", 12_180)
    page = client.get(f"/cases/{view.id}/")
    assert "Silence is a yes: ¥121.80 goes back by itself." in words(page)
    aftersales.approve(view.id, shop_id=at.shop_id, by=at.owner_id, now=kit_time.now())
    page = client.get(f"/cases/{view.id}/")
    assert "¥121.80 goes to you, because 30% was spoiled or broken on arrival" in words(page)


@pytest.mark.parametrize("given", [
    {"share": "30"}, {"share": "0", "photos": 2}, {"share": "abc", "photos": 2}, {"share": "30", "photos": 2, "units": "9"},
    {"share": "-1", "photos": 2}, {"share": "30", "photos": 1},
])  # fmt: skip
def test_a_claim_that_is_not_admitted_says_why_and_changes_nothing(
    at: service.Stage, peaches: UUID, given: dict[str, Any]
) -> None:
    client, promise = client_of(at.buyer_id, ZH), service.promise(peaches, "spoiled_goods")["id"]
    sent = given | {"photos": [upload(f"{n}.jpg", 64 + n) for n in range(given.get("photos", 0))]}
    answer = client.post(f"/orders/{peaches}/guaranteed/{promise}/", sent)
    assert answer.status_code in (409, 422)
    assert 'role="alert"' in answer.content.decode()
    assert asked_of(peaches) == []
    other = client_of(person("other"))
    assert other.post(f"/orders/{peaches}/guaranteed/{promise}/", sent).status_code == 404
    strange = delivered(at, (1,), number="SF100009", now=kit_time.now() - service.hours(26))
    assert client.get(f"/orders/{strange}/guaranteed/{promise}/").status_code == 404


def upload(name: str, width: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(size=(width, 48)), "image/jpeg")
