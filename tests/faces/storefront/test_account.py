"""Coming in and going out: nothing typed is lost, nobody is sent to another site, the demo's doors exist there only."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.people import api as people
from tests.faces.storefront.stage import EN, PASSWORD, ZH, client_of, person, words

pytestmark = pytest.mark.usefixtures("real")


def deliver() -> str:
    """The body of the last mail, after the outbox was worked off."""
    keeper.drain(now=kit_time.now())
    return str(mail.outbox[-1].body)


def link_in(body: str) -> str:
    found = re.search(r"http://[^/]+(/\S+)", body)
    assert found
    return found[1]


@pytest.mark.parametrize("language", [ZH, EN])
@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/sign-up/sent/", "/reset/", "/reset/sent/", "/reset/x/", "/confirm/x/"])  # fmt: skip
def test_the_doors_stand_open_in_both_languages(path: str, language: str) -> None:
    answer = client_of(language=language).get(path)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)


def test_signing_in_and_out() -> None:
    person("leo", password=True)
    client = client_of()
    sent = {"email": "Leo@Example.org", "password": PASSWORD, "next": "/saved/"}
    answer = client.post("/sign-in/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/saved/")
    assert client.get("/saved/").status_code == 200
    assert client.get("/sign-in/?next=/saved/").headers["Location"] == "/saved/"
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/"
    assert client.get("/saved/").status_code == 302


def test_a_wrong_password_and_nobody_read_the_same_and_what_was_typed_stays() -> None:
    person("leo", password=True)
    answers = [
        client_of().post("/sign-in/", {"email": email, "password": "wrong wrong wrong"})
        for email in ("leo@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    for answer, email in zip(answers, ("leo@example.org", "nobody@example.org"), strict=True):
        assert "E-mail and password do not fit together." in words(answer)
        assert f'value="{email}"' in answer.content.decode()
        assert "wrong wrong wrong" not in answer.content.decode()


def test_too_many_tries_are_said_beside_the_form() -> None:
    client = client_of()
    sent = {"email": "leo@example.org", "password": "wrong wrong wrong"}
    statuses = [client.post("/sign-in/", sent).status_code for _ in range(9)]
    assert statuses == [422] * 8 + [429]
    assert "That was too often" in words(client.post("/sign-in/", sent))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\r\nX: y"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(target: str) -> None:
    person("leo", password=True)
    sent = {"email": "leo@example.org", "password": PASSWORD, "next": target}
    assert client_of().post("/sign-in/", sent).headers["Location"] == "/"


@pytest.mark.parametrize(
    "given", [{}, {"email": "\0@x", "password": "\0"}, {"email": "x" * 5000, "password": "y" * 5000}]
)
def test_garbage_at_the_door_is_a_form_with_reasons(given: dict[str, str]) -> None:
    for path in ("/sign-in/", "/sign-up/", "/reset/", "/reset/x/"):
        assert client_of().post(path, given).status_code == 422


def test_signing_up_takes_a_mail_and_a_click() -> None:
    client = client_of()
    sent = {"email": "new@example.org", "name": "Neu <b>", "password": PASSWORD}
    answer = client.post("/sign-up/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-up/sent/")
    unconfirmed = client.post("/sign-in/", {"email": "new@example.org", "password": PASSWORD})
    assert (unconfirmed.status_code, "open the link" in words(unconfirmed)) == (409, True)
    link = link_in(deliver())
    assert client.get(link).status_code == 200
    assert client.post("/sign-in/", {"email": "new@example.org", "password": PASSWORD}).status_code == 409
    assert client.post(link).headers["Location"] == "/sign-in/"
    assert client.post("/sign-in/", {"email": "new@example.org", "password": PASSWORD}).status_code == 302
    used = client_of().post(link)
    assert (used.status_code, "used already" in words(used)) == (409, True)


def test_a_refused_sign_up_loses_nothing_but_the_password() -> None:
    answer = client_of().post(
        "/sign-up/", {"email": "new@example.org", "name": "Neu & Co", "password": "short"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Neu &amp; Co"' in html
    assert "A password has at least 10 characters." in html
    assert "short" not in html


def test_a_forgotten_password_is_set_anew_by_mail() -> None:
    person("leo", password=True)
    other = client_of()
    other.post("/sign-in/", {"email": "leo@example.org", "password": PASSWORD})
    assert client_of().post("/reset/", {"email": "leo@example.org"}).headers["Location"] == "/reset/sent/"
    link = link_in(deliver())
    assert client_of().post(link, {"password": "quite another sentence"}).headers["Location"] == "/sign-in/"
    assert other.get("/saved/").status_code == 302  # the other device is out
    again = client_of().post(link, {"password": "a third sentence, too"})
    assert again.status_code == 409


def test_the_first_admin_is_made_once_by_who_holds_the_link() -> None:
    token = people.first_admin_token()
    sent = {"email": "root@example.org", "name": "Root", "password": PASSWORD}
    assert client_of().get("/first-admin/forged/").status_code == 404
    assert client_of().get(f"/first-admin/{token}/").status_code == 200
    assert client_of().post(f"/first-admin/{token}/", sent | {"password": "short"}).status_code == 422
    assert client_of().post(f"/first-admin/{token}/", sent).headers["Location"] == "/sign-in/"
    assert client_of().get(f"/first-admin/{token}/").status_code == 409
    assert (
        client_of().post("/sign-in/", {"email": "root@example.org", "password": PASSWORD}).status_code == 302
    )


def test_a_real_site_knows_no_one_click_sign_in() -> None:
    buyer = person()
    assert client_of().get("/demo/persons/").status_code == 404
    assert client_of().post(f"/demo/persons/{buyer}/").status_code == 404
    assert "one click" not in words(client_of().get("/sign-in/"))
