"""What is the reader's own: name, language, password, addresses."""

from __future__ import annotations

from typing import Any

import pytest

from sanhao.people import api as people
from tests.faces.storefront.stage import EN, PASSWORD, ZH, client_of, home_of, person, words

pytestmark = pytest.mark.usefixtures("real")

HOME = {"recipient": "林小满", "phone": "13800001111", "country": "CN", "region": "上海", "city": "上海市",
        "street": "武康路100弄7号", "postcode": ""}  # fmt: skip


@pytest.mark.parametrize("language", [ZH, EN])
@pytest.mark.parametrize("path", ["/me/", "/me/password/", "/me/addresses/new/", "/wallet/", "/notices/", "/saved/", "/orders/", "/cart/"])  # fmt: skip
def test_pages_of_ones_own_speak_both_languages(path: str, language: str) -> None:
    answer = client_of(person(), language).get(path)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)


def test_an_address_is_added_changed_preferred_and_taken_out() -> None:
    buyer = person()
    client = client_of(buyer)
    assert (
        client.post("/me/addresses/new/?next=/checkout/", HOME | {"next": "/checkout/"}).headers["Location"]
        == "/checkout/"
    )
    assert client.post("/me/addresses/new/", HOME | {"street": "<b>x</b> 2号"}).headers["Location"] == "/me/"
    first, second = people.addresses(buyer)
    assert "&lt;b&gt;x&lt;/b&gt;" in client.get("/me/").content.decode()
    client.post(f"/me/addresses/{second.id}/default/")
    assert people.addresses(buyer)[0].id == second.id
    client.post(f"/me/addresses/{first.id}/", HOME | {"city": "苏州市"})
    assert people.address(first.id, person_id=buyer).city == "苏州市"
    client.post(f"/me/addresses/{first.id}/remove/")
    assert [a.id for a in people.addresses(buyer)] == [second.id]


@pytest.mark.parametrize(("wrong", "said"), [({"phone": "abc"}, "Please enter a valid phone number."), ({"recipient": ""}, "This field is required."), ({"street": "a\0b"}, "Null characters are not allowed."), ({"country": "XX"}, "Select a valid choice.")])  # fmt: skip
def test_a_refused_address_keeps_what_was_typed(wrong: dict[str, str], said: str) -> None:
    buyer = person()
    answer = client_of(buyer).post("/me/addresses/new/", HOME | wrong)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="上海市"' in answer.content.decode()
    assert people.addresses(buyer) == []


def test_another_persons_address_is_nobodys() -> None:
    theirs = home_of(person("leo"))
    client = client_of(person())
    for do in (lambda p: client.get(p), lambda p: client.post(p, HOME), lambda p: client.post(f"{p}remove/")):
        assert do(f"/me/addresses/{theirs}/").status_code == 404


def test_name_and_language_are_ones_own_choice() -> None:
    buyer = person()
    client = client_of(buyer)
    assert client.post("/me/name/", {"name": "<i>Neu</i>"}).headers["Location"] == "/me/"
    assert "&lt;i&gt;Neu&lt;/i&gt;" in client.get("/me/").content.decode()
    assert client.post("/me/name/", {"name": "\u202e"}).status_code == 422
    client.post("/me/language/", {"language": "zh-hans"})
    assert people.card(buyer).language == "zh-hans"
    assert client.get("/me/").headers["Content-Language"] == "zh-hans"
    client.post("/me/language/", {"language": "tlh"})
    assert people.card(buyer).language == "zh-hans"


def test_a_new_password_keeps_this_device_and_signs_out_the_others() -> None:
    buyer = person(password=True)
    here, other = client_of(buyer), client_of(buyer)
    sent = {"old": PASSWORD, "new": "quite another sentence"}
    wrong = here.post("/me/password/", sent | {"old": "not it, not it"})
    assert (wrong.status_code, "The present password is not right." in words(wrong)) == (403, True)
    assert here.post("/me/password/", sent).headers["Location"] == "/me/"
    assert here.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_a_script_run_wild_is_slowed_down(settings: Any) -> None:
    settings.WRITES_PER_MINUTE = 5
    client = client_of(person())
    assert [client.post("/notices/read/").status_code for _ in range(6)] == [302] * 5 + [429]
