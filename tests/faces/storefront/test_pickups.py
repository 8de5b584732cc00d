"""A buyer has something large collected: the price before, slots by day, changed and called off, and what is refused."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import doors
from sanhao.service.delivery.asking import CarrierAway, Door
from tests.conftest import T0
from tests.faces.storefront.stage import EN, ZH, client_of, person, words
from tests.service import stage as service
from tests.service.aftersales.stage import HOUSE, ask, case, delivered, picture
from tests.service.stage import Stage, hours

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def at(demo: None) -> Stage:
    terms = msgspec.to_builtins(aftersales.PickupTerms(heavy_g=200))
    rulebook.found(aftersales.PICKUP_RULE, terms, title=Text(zh="大件", en="Bulky"), now=T0 - hours(24))
    service.rules()
    at = service.stage(balance=100_000)
    aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=kit_time.now())
    return at


@pytest.fixture
def asked(at: Stage) -> UUID:
    now = kit_time.now()
    asked = ask(at, delivered(at, now=now - hours(26)), now=now)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now)
    return asked


def first_slot(asked: UUID, at: Stage, nth: int = 4) -> str:
    now = kit_time.now()
    offer = aftersales.collectable(asked, person_id=at.buyer_id, now=now)
    assert offer is not None
    slot = aftersales.pickup_slots(offer, "sandbox", offer.sizes, now=now)[nth]
    return f"sandbox|{slot.starts_at.isoformat()}"


def states(asked: UUID) -> list[str]:
    return [one.state for one in delivery.pickups_of([asked])[asked]]


def test_in_several_parcels(at: Stage, asked: UUID) -> None:
    client, path = client_of(at.buyer_id, EN), f"/cases/{asked}/pickup/"
    page = client.get(f"{path}?weight=9&boxes=2")
    html = page.content.decode()
    assert page.status_code == 200 and 'name="weight-2"' in html and 'name="weight-3"' not in html
    assert "Say what each parcel weighs" in words(page) and "Collecting" not in words(page)
    assert 'role="alert"' not in html and 'name="slot"' not in html
    two = {"weight": "9", "boxes": "2", "weight-2": "12", "length-2": "90", "width-2": "60", "height-2": "50"}
    assert "Collecting by what it takes up ¥100" in words(client.get(path, two))
    assert "at most 5 parcels" in words(
        client.get(f"{path}?weight=1&boxes=9" + "".join(f"&weight-{n}=1" for n in range(2, 10)))
    )
    for odd in ("", "0", "-3", "two", "99999999999"):
        assert client.get(path, {"weight": "1", "boxes": odd}).status_code == 200, odd
    empty = client.post(path, two | {"weight-2": "", "slot": first_slot(asked, at)})
    assert empty.status_code == 422 and "A parcel weighs between" in words(empty) and states(asked) == []
    assert client.post(path, two | {"slot": first_slot(asked, at)}).status_code == 302
    [view] = delivery.pickups_of([asked])[asked]
    assert view.boxes == (delivery.Box(9_000), delivery.Box(12_000, 900, 600, 500))


def test_from_the_case_to_a_courier_at_the_door(at: Stage, asked: UUID) -> None:
    client = client_of(at.buyer_id, EN)
    page = client.get(f"/cases/{asked}/")
    assert f'href="/cases/{asked}/pickup/"' in page.content.decode()
    assert "Or send it yourself" in words(page)
    page = client.get(f"/cases/{asked}/pickup/")
    for said in (
        "Collecting ¥26",
        "It is taken out of what comes back to you.",
        "Comes back to you ¥174",
        "09:00 to 12:00",
    ):
        assert said in words(page)
    dearer = client.get(f"/cases/{asked}/pickup/?weight=22.5&floors=3&apart=on")
    assert "Collecting ¥44 Taking it apart ¥30 Stairs ¥15 In all ¥89" in words(dearer)

    sent = {
        "weight": "0.3",
        "slot": first_slot(asked, at),
        "photos": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
    }
    answer = client.post(f"/cases/{asked}/pickup/", sent)
    assert (answer.status_code, answer.headers["Location"], states(asked)) == (
        302,
        f"/cases/{asked}/",
        ["asked"],
    )
    assert [one.side for one in aftersales.evidence(asked)] == ["buyer"]
    page = client.get(f"/cases/{asked}/")
    assert "waiting for the courier" in words(page) and "Another time" in words(page)
    assert "等快递答应" in words(client_of(at.buyer_id, ZH).get(f"/cases/{asked}/"))

    again = client.get(f"/cases/{asked}/pickup/").content.decode()
    [standing] = delivery.pickups_of([asked])[asked]
    assert f'name="instead_of" value="{standing.id}"' in again
    sent = {"weight": "0.3", "slot": first_slot(asked, at, 5), "instead_of": str(standing.id)}
    assert client.post(f"/cases/{asked}/pickup/", sent).status_code == 302
    assert states(asked) == ["cancelled", "asked"]
    assert client.post(f"/cases/{asked}/do/call-off/").status_code == 302
    assert (states(asked), case(asked).pickup) == (["cancelled", "cancelled"], "over")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"slot": ""}, "Choose when the courier comes."),
        ({"slot": "sandbox|yesterday"}, "Choose when the courier comes."),
        ({"slot": "sandbox|2001-01-01T09:00:00"}, "Choose when the courier comes."),
        ({"slot": "sandbox|2001-01-01T09:00:00+00:00"}, "does not offer that slot any more"),
        ({"slot": "gls|2001-01-01T09:00:00+00:00"}, "cannot be collected at the door now"),
        ({"weight": "0"}, "A parcel weighs between 1 gram and 150 kg."),
        ({"weight": ""}, "A parcel weighs between 1 gram and 150 kg."),
        ({"weight": "NaN"}, "A parcel weighs between 1 gram and 150 kg."),
        ({"weight": "1e99"}, "A parcel weighs between 1 gram and 150 kg."),
        ({"weight": "1", "length": "5"}, "Give all three sides or none"),
        ({"weight": "1", "length": "99999", "width": "50", "height": "50"}, "Give all three sides or none"),
        ({"floors": "-3"}, "A parcel weighs between"),
        ({"weight": "150", "apart": "on"}, "more than comes back"),
        ({"instead_of": "0190c0de-0000-7000-8000-000000000000"}, "has just been changed elsewhere"),
    ],
)
def test_what_nobody_can_book(at: Stage, asked: UUID, sent: dict[str, str], says: str) -> None:
    client = client_of(at.buyer_id, EN)
    page = client.post(f"/cases/{asked}/pickup/", {"weight": "0.3", "slot": first_slot(asked, at)} | sent)
    assert page.status_code in (403, 409, 422) and says in words(page)
    assert (states(asked), case(asked).pickup) == ([], "")


def test_a_photo_that_is_no_picture_books_nothing(at: Stage, asked: UUID) -> None:
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff not at all", "image/jpeg")
    sent = {"weight": "0.3", "slot": first_slot(asked, at), "photos": photo}
    page = client_of(at.buyer_id, EN).post(f"/cases/{asked}/pickup/", sent)
    assert page.status_code == 422 and "not a photo" in words(page)
    assert states(asked) == []


def test_nobody_books_for_anothers_case(at: Stage, asked: UUID) -> None:
    slot = first_slot(asked, at)
    for client in (client_of(person("other")), client_of(at.owner_id)):
        assert client.get(f"/cases/{asked}/pickup/").status_code == 404
        assert client.post(f"/cases/{asked}/pickup/", {"weight": "0.3", "slot": slot}).status_code == 404
        assert client.post(f"/cases/{asked}/do/call-off/").status_code == 404
    assert states(asked) == []


def test_a_courier_that_does_not_answer_is_said_to(
    at: Stage, asked: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = first_slot(asked, at)

    def away(*_: object) -> None:
        raise CarrierAway

    monkeypatch.setattr(doors, "DOORS", {"sandbox": Door(slots=away, pickup=away)})
    client = client_of(at.buyer_id, EN)
    assert "The courier does not answer right now" in words(client.get(f"/cases/{asked}/pickup/"))
    page = client.post(f"/cases/{asked}/pickup/", {"weight": "0.3", "slot": slot})
    assert page.status_code == 503 and "The courier does not answer right now" in words(page)
