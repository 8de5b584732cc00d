"""The strip above a demo world: what time it is, and whom one may be."""

from __future__ import annotations

import pytest

from sanhao.kit.ids import new_id
from sanhao.kit.text import Text
from sanhao.people import api as people
from tests.faces.storefront.stage import client_of, person, words

pytestmark = pytest.mark.usefixtures("demo")


def test_one_click_and_one_is_somebody_else() -> None:
    leo, urna = person("leo"), person("urna")
    for id in (leo, urna):
        people.allow_quick_sign_in(id, Text(zh="买家", en="Buyer"))
    client = client_of()
    assert "Leo" in words(client.get("/demo/persons/"))
    for id, name in ((leo, "Leo"), (urna, "Urna")):
        answer = client.post(f"/demo/persons/{id}/", {"next": "/saved/"})
        assert answer.headers["Location"] == "/saved/"
        assert name in words(client.get("/saved/"))


def test_only_those_shown_may_be_become() -> None:
    hidden = person("hidden")
    for id in (hidden, new_id()):
        assert client_of().post(f"/demo/persons/{id}/").status_code == 404


def test_the_strip_says_the_time_and_moves_it() -> None:
    html = client_of().get("/").content.decode()
    assert 'action="/demo/clock/"' in html
    assert html.count('name="by"') == 3
