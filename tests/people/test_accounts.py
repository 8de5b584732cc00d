"""Signing up and in: no stranger learns who has an account, no link works twice, no session outlives its password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user, login
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal, TooMany
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.kit.time import found_world
from sanhao.people import api
from sanhao.people.models import Person
from tests.at_once import at_once
from tests.conftest import T0
from tests.people.conftest import PASSWORD, CheapArgon2, confirmed, deliver, token_in

pytestmark = pytest.mark.django_db
WANG = "wang@example.org"
NEW = "quite another sentence"


def up(**over: Any) -> UUID:
    given = {"email": WANG, "name": "Wang", "password": PASSWORD, "language": "zh-hans", "now": T0}
    return api.sign_up(**(given | over))


def people() -> list[dict[str, Any]]:
    return fetch("SELECT * FROM people_person ORDER BY id")


def test_an_account_begins_with_a_mail_in_its_language(mailoutbox: list[Any]) -> None:
    id = up(email="  Wang@Example.ORG ")
    [row] = people()
    assert (row["id"], row["email"], row["language"], row["email_confirmed_at"]) == (
        id,
        WANG,
        "zh-hans",
        None,
    )
    deliver()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([WANG], "确认你的邮箱")
    assert api.confirm_email(token_in(mail), now=T0) == id
    assert api.card(id) == api.PersonCard(id, "Wang", WANG, "zh-hans")
    found = api.authenticate(WANG, PASSWORD)
    assert found is not None and found.id == id


def test_signing_up_twice_looks_the_same_and_tells_only_the_owner(mailoutbox: list[Any]) -> None:
    id = confirmed(mailoutbox)
    before = people()
    again = up(name="Mallory", password="the password of mallory")
    assert isinstance(again, UUID) and again != id
    assert people() == before
    deliver()
    [mail] = mailoutbox
    assert mail.to == [WANG] and "http" not in mail.body
    assert api.authenticate(WANG, "the password of mallory") is None


def test_nobody_can_wait_in_an_account_never_confirmed(mailoutbox: list[Any]) -> None:
    """Mallory signs up with Wang's e-mail first; when Wang does, Mallory's name, password and link are gone."""
    up(name="Mallory", password="the password of mallory")
    deliver()
    stale = token_in(mailoutbox.pop())
    up()
    with pytest.raises(Refusal):
        api.confirm_email(stale, now=T0)
    deliver()
    api.confirm_email(token_in(mailoutbox.pop()), now=T0)
    assert api.authenticate(WANG, "the password of mallory") is None
    assert api.authenticate(WANG, PASSWORD) is not None
    assert [row["name"] for row in people()] == ["Wang"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"email": "wang"}, "person.email"),
        ({"email": "wang@localhost"}, "person.email"),
        ({"email": "wang@example.org\nBcc: all@example.org"}, "person.email"),
        ({"email": "a" * 65 + "@example.org"}, "person.email"),
        ({"email": "x@" + "a." * 130 + "org"}, "person.email"),
        ({"email": "wang\x00@example.org"}, "person.email"),
        ({"email": ".wang@example.org"}, "person.email"),
        ({"name": "  "}, "person.name"),
        ({"name": "x" * 61}, "person.name"),
        ({"name": "Wang\u202egnaW"}, "person.name"),
        ({"name": "Wang\r\nBcc: all"}, "person.name"),
        ({"password": "short"}, "person.password"),
        ({"password": "x" * 201}, "person.password"),
        ({"password": "passwordpassword"[:8] + "12345"}, "person.password"),
        ({"password": WANG}, "person.password"),
        ({"password": "half a sign \ud800"}, "person.password"),
    ],
)
def test_what_cannot_be_an_account_is_refused_and_nothing_is_written(
    wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        up(**wrong)
    assert refused.value.code == code
    assert (people(), fetch("SELECT 1 FROM kit_outbox")) == ([], [])


def test_passwords_are_kept_as_argon2(real_hasher: None, mailoutbox: list[Any]) -> None:
    confirmed(mailoutbox)
    assert people()[0]["password"].startswith("argon2$argon2id$")
    assert api.authenticate(WANG, PASSWORD) is not None


def test_nobody_a_wrong_password_and_an_account_without_one_cost_one_hash_each(
    mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(mailoutbox)
    api.enrol([api.Enrolment("seeded@example.org", "Seeded")], now=T0)
    work: list[str] = []
    for verb in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, verb)

        def counted(self: Any, *args: Any, _verb: str = verb, _real: Any = real) -> Any:
            work.append(_verb)
            return _real(self, *args)

        monkeypatch.setattr(CheapArgon2, verb, counted)
    for email in ("nobody@example.org", WANG, "seeded@example.org", "not an e-mail", "nul\x00@example.org"):
        work.clear()
        assert api.authenticate(email, "not the password") is None
        assert len(work) == 1, email


def test_an_unconfirmed_account_is_told_only_to_who_knows_its_password() -> None:
    up()
    assert api.authenticate(WANG, "not the password") is None
    with pytest.raises(Refusal) as refused:
        api.authenticate(WANG, PASSWORD)
    assert refused.value.code == "sign_in.unconfirmed"


def test_an_account_switched_off_cannot_sign_in(mailoutbox: list[Any]) -> None:
    id = confirmed(mailoutbox)
    execute("UPDATE people_person SET is_active = false WHERE id = %s", [id])
    assert api.authenticate(WANG, PASSWORD) is None
    api.request_reset(WANG, now=T0)
    deliver()
    assert mailoutbox == []


def test_sign_in_is_limited_per_email_and_address_together_and_each(mailoutbox: list[Any]) -> None:
    confirmed(mailoutbox)
    for _ in range(8):
        api.authenticate(WANG, "wrong password", address="203.0.113.1")
    with pytest.raises(TooMany):
        api.authenticate(WANG, PASSWORD, address="203.0.113.1")
    assert api.authenticate(WANG, PASSWORD, address="203.0.113.2") is not None, "the owner is not locked out"
    for n in range(31):  # 8, the owner's one and these make 40 in the hour
        api.authenticate(WANG, "wrong password", address=f"198.51.100.{n}")
    with pytest.raises(TooMany):
        api.authenticate(WANG, "wrong password", address="192.0.2.1")


def test_one_address_trying_many_emails_is_stopped() -> None:
    for n in range(100):
        assert api.authenticate(f"someone{n}@example.org", "wrong password", address="203.0.113.9") is None
    with pytest.raises(TooMany):
        api.authenticate("fresh@example.org", "wrong password", address="203.0.113.9")


def test_a_limit_is_the_same_whether_or_not_the_account_exists(mailoutbox: list[Any]) -> None:
    confirmed(mailoutbox)
    counts = []
    for email in (WANG, "nobody@example.org"):
        for n in range(10):
            try:
                api.request_reset(email, now=T0)
            except TooMany:
                counts.append(n)
                break
    assert counts == [3, 3]


def test_a_reset_ends_every_session_and_its_link_works_once(mailoutbox: list[Any]) -> None:
    id = confirmed(mailoutbox)
    session = signed_in(Person.objects.get(id=id))
    assert who(session) == id
    api.request_reset(WANG, now=T0)
    api.request_reset("nobody@example.org", now=T0)
    deliver()
    [mail] = mailoutbox
    token = token_in(mail)
    assert api.reset_password(token, NEW, now=T0) == id
    assert who(session) is None
    assert api.authenticate(WANG, PASSWORD) is None
    assert api.authenticate(WANG, NEW) is not None
    with pytest.raises(Refusal) as refused:
        api.reset_password(token, "a third long sentence", now=T0)
    assert refused.value.code == "token.stale"
    assert api.authenticate(WANG, NEW) is not None
    deliver()
    assert mailoutbox[-1].subject == "你的密码已更改"


def signed_in(person: Person) -> str:
    request = HttpRequest()
    request.session = SessionStore()
    login(request, person)
    request.session.save()
    return str(request.session.session_key)


def who(session: str) -> UUID | None:
    request = HttpRequest()
    request.session = SessionStore(session)
    user = get_user(request)
    return user.id if isinstance(user, Person) else None


def test_a_reset_confirms_the_email_it_was_sent_to(mailoutbox: list[Any]) -> None:
    up()
    api.request_reset(WANG, now=T0)
    deliver()
    reset = next(mail for mail in mailoutbox if mail.subject == "重设密码")
    api.reset_password(token_in(reset), NEW, now=T0)
    assert api.authenticate(WANG, NEW) is not None
    confirm = next(mail for mail in mailoutbox if mail.subject == "确认你的邮箱")
    with pytest.raises(Refusal):
        api.confirm_email(token_in(confirm), now=T0)


def test_a_bad_new_password_leaves_the_link_good(mailoutbox: list[Any]) -> None:
    confirmed(mailoutbox)
    api.request_reset(WANG, now=T0)
    deliver()
    token = token_in(mailoutbox.pop())
    before = people()
    for bad in ("short", WANG, "y" * 5_000):
        with pytest.raises(Invalid):
            api.reset_password(token, bad, now=T0)
    assert people() == before
    api.reset_password(token, NEW, now=T0)


def test_links_are_for_one_purpose_cannot_be_forged_and_grow_old(
    mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    up()
    deliver()
    token = token_in(mailoutbox.pop())
    forged = signing.dumps([str(people()[0]["id"]), "x" * 32], salt="sanhao.people.confirm")
    for bad in (
        "",
        "x",
        token[:-1],
        token + "x",
        forged,
        signing.dumps(["no id", 1], salt="sanhao.people.confirm"),
    ):
        with pytest.raises(Refusal):
            api.confirm_email(bad, now=T0)
    with pytest.raises(Refusal):
        api.reset_password(token, NEW, now=T0)
    real = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: real() + 3 * 86_400 + 1)
    with pytest.raises(Refusal):
        api.confirm_email(token, now=T0)
    assert people()[0]["email_confirmed_at"] is None


def test_the_business_clock_does_not_age_a_link(mailoutbox: list[Any]) -> None:
    up()
    deliver()
    later = T0 + timedelta(days=400)
    assert api.confirm_email(token_in(mailoutbox.pop()), now=later) == people()[0]["id"]
    assert people()[0]["email_confirmed_at"] == later


def test_a_password_is_changed_by_who_knows_it(mailoutbox: list[Any]) -> None:
    id = confirmed(mailoutbox)
    session = signed_in(Person.objects.get(id=id))
    with pytest.raises(Forbidden):
        api.change_password(id, "not the password", NEW, now=T0)
    assert who(session) == id
    api.change_password(id, PASSWORD, NEW, now=T0)
    assert who(session) is None
    assert api.authenticate(WANG, NEW) is not None


def test_a_mail_that_is_late_says_nothing_of_an_account_confirmed_meanwhile(mailoutbox: list[Any]) -> None:
    up()
    execute("UPDATE people_person SET email_confirmed_at = %s", [T0])
    deliver()
    assert mailoutbox == []


def test_a_name_cannot_write_the_mail(mailoutbox: list[Any]) -> None:
    up(name="{link} {0.__class__}", language="en-GB")
    deliver()
    assert mailoutbox[0].body.startswith("Hello {link} {0.__class__},")
    assert mailoutbox[0].subject == "Confirm your e-mail"


def test_language_and_name_are_remembered(person: Callable[[str], UUID]) -> None:
    id = person("wang")
    api.set_language(id, "zh-TW")
    api.rename(id, " 王小明 ")
    assert (api.card(id).language, api.card(id).name) == ("zh-hans", "王小明")
    with pytest.raises(NotFound):
        api.set_language(UUID(int=1), "en")


def test_enrolling_is_idempotent_set_based_and_gives_no_password(db: None) -> None:
    drafts = [api.Enrolment(f"p{n}@example.org", f"P{n}") for n in range(2_000)]
    first = api.enrol(drafts, now=T0)
    assert len(set(first.values())) == 2_000
    assert api.enrol(drafts[:3], now=T0 + timedelta(days=1)) == {d.email: first[d.email] for d in drafts[:3]}
    assert api.authenticate("p0@example.org", "!") is None
    assert len(fetch("SELECT DISTINCT password FROM people_person")) == 2_000, "no shared session fingerprint"
    api.set_password(first["p0@example.org"], PASSWORD, now=T0)
    assert api.authenticate("p0@example.org", PASSWORD) is not None


WHAT = Text(zh="买家", en="A buyer")


def test_one_click_sign_in_lives_in_a_demo_world(person: Callable[[str], UUID]) -> None:
    found_world(is_demo=True)
    buyer, other = person("buyer"), person("other")
    api.allow_quick_sign_in(buyer, WHAT)
    api.allow_quick_sign_in(buyer, Text(zh="买家小王", en="Wang, a buyer"))
    assert api.quick_people() == [api.QuickCard(buyer, "buyer", "买家小王", "Wang, a buyer")]
    assert api.quick_sign_in(buyer).id == buyer
    with pytest.raises(NotFound):
        api.quick_sign_in(other)


def test_one_click_sign_in_cannot_exist_in_a_real_world(person: Callable[[str], UUID]) -> None:
    id = person("buyer")
    with pytest.raises(Refusal):
        api.allow_quick_sign_in(id, WHAT)
    found_world(is_demo=False)
    with pytest.raises(Refusal) as refused:
        api.allow_quick_sign_in(id, WHAT)
    assert refused.value.code == "world.is_real"
    for is_demo in (True, False):  # by hand: the foreign key refuses one, the check the other
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(
                "INSERT INTO people_quicksignin (person_id, world_id, is_demo, what_zh, what_en) "
                "VALUES (%s, 1, %s, 'x', 'x')",
                [id, is_demo],
            )
            execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert api.quick_people() == []
    with pytest.raises(NotFound):
        api.quick_sign_in(id)


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_twice_at_once_works_once(mailoutbox: list[Any]) -> None:
    confirmed(mailoutbox)
    api.request_reset(WANG, now=T0)
    deliver()
    token = token_in(next(mail for mail in mailoutbox if mail.subject == "重设密码"))
    words = ("the first new sentence", "the second new sentence")
    ends = at_once(*[partial(api.reset_password, token, one, now=T0) for one in words])
    [won] = [one for one, end in zip(words, ends, strict=True) if end == "done"]
    assert api.authenticate(WANG, won) is not None
