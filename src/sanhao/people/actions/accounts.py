"""Signing up and in, confirming, resetting: nothing here tells a stranger which e-mails have an account.

Every path does the same work (one password hash, one event) whether or not the account exists; what differs is only
said in the mail, to the owner of the mailbox. Counting of tries comes first, outside of the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.limits import allow
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.people import core, tokens
from sanhao.people.core import Enrolment, clean_email, clean_language, clean_name
from sanhao.people.events import (
    EmailConfirmed,
    PasswordChanged,
    PersonSignedUp,
    ResetRequested,
    SignUpRepeated,
)
from sanhao.people.models import Person
from sanhao.people.queries import no_person

_QUARTER, _HOUR, _DAY = 900, 3_600, 86_400
_PASSWORD_WRONG = {
    "short": Text(zh="密码至少 10 位。", en="A password has at least 10 characters."),
    "long": Text(zh="密码最多 200 位。", en="A password has at most 200 characters."),
    "odd": Text(zh="密码里有无法输入的字符。", en="The password contains characters nobody can type."),
    "email": Text(zh="密码不能就是邮箱。", en="Your e-mail address cannot be your password."),
    "common": Text(
        zh="这个密码太常见了，请换一个。", en="Too many people use this password. Choose another."
    ),
}


def sign_up(*, email: str, name: str, password: str, language: str, now: datetime, address: str = "") -> UUID:
    """Open an account and write to its e-mail. Always returns an id; show "we wrote to you" and sign nobody in.

    Where the e-mail has a confirmed account the id is nobody's and its owner gets a mail instead. An account never
    confirmed takes the new name and password, so that nobody can wait in it for the real owner. *address* is the
    network address to count against. Raises Invalid (``person.email``, ``person.name``, ``person.password``), TooMany.
    """
    email, name, language = clean_email(email), clean_name(name), clean_language(language)
    check_new_password(password, email)
    _count("sign_up", email, address, of_email=(5, _HOUR), of_address=(30, _HOUR))
    hashed = make_password(password)
    with transaction.atomic():
        id = new_id()
        [row] = fetch(
            """
            INSERT INTO people_person AS p (id, email, name, language, password, joined_at, is_active)
            VALUES (%(id)s, %(email)s, %(name)s, %(language)s, %(hashed)s, %(now)s, true)
            ON CONFLICT (email) DO UPDATE SET
                name = CASE WHEN p.email_confirmed_at IS NULL THEN excluded.name ELSE p.name END,
                language = CASE WHEN p.email_confirmed_at IS NULL THEN excluded.language ELSE p.language END,
                password = CASE WHEN p.email_confirmed_at IS NULL THEN excluded.password ELSE p.password END
            RETURNING id, email_confirmed_at
            """,
            {"id": id, "email": email, "name": name, "language": language, "hashed": hashed, "now": now},
        )
        if row["email_confirmed_at"] is None:
            id = row["id"]
            emit([PersonSignedUp(id)], at=now)
        else:
            emit([SignUpRepeated(row["id"])], at=now)
    return id


def enrol(drafts: Sequence[Enrolment], *, now: datetime) -> dict[str, UUID]:
    """Make persons who need no mail (seeds, imports, a living market); returns their ids by e-mail.

    Confirmed, without a usable password. E-mails that exist keep the person they have. Two statements for any number.
    """
    rows = {clean_email(d.email): (clean_name(d.name), clean_language(d.language)) for d in drafts}
    unusable = make_password(None)
    with transaction.atomic():
        execute(
            """
            INSERT INTO people_person (id, email, name, language, password, email_confirmed_at, joined_at, is_active)
            SELECT id, email, name, language, %(unusable)s || id::text, %(now)s, %(now)s, true
            FROM unnest(%(ids)s::uuid[], %(emails)s::text[], %(names)s::text[], %(languages)s::text[])
                AS d(id, email, name, language)
            ON CONFLICT (email) DO NOTHING
            """,
            {
                "ids": new_ids(len(rows)),
                "emails": list(rows),
                "names": [name for name, _ in rows.values()],
                "languages": [language for _, language in rows.values()],
                "unusable": unusable,
                "now": now,
            },
        )
        found = fetch("SELECT id, email FROM people_person WHERE email = ANY(%s)", [list(rows)])
    return {row["email"]: row["id"] for row in found}


def confirm_email(token: str, *, now: datetime) -> UUID:
    """Confirm the e-mail a token was sent to; returns the person. Raises Refusal ``token.stale``."""
    id, fingerprint = tokens.person_id_of(token, "confirm")
    with transaction.atomic():
        person = tokens.check(_locked(id), fingerprint, "confirm")
        person.email_confirmed_at = now
        person.save(update_fields=["email_confirmed_at"])
        emit([EmailConfirmed(person.id)], at=now)
    return person.id


def authenticate(email: str, password: str, *, address: str = "") -> Person | None:
    """Whom these credentials belong to, or None. The same work and answer for a wrong password and for nobody.

    Tries are counted per e-mail, per network *address*, and per both. Raises TooMany; raises Refusal
    ``sign_in.unconfirmed`` to who knows the password of an account whose e-mail was never confirmed.
    """
    email, password = _plausible(email), _encodable(password)
    allow(f"sign_in.both|{email}|{address}", 8, _QUARTER)
    _count("sign_in", email, address, of_email=(40, _HOUR), of_address=(100, _QUARTER))
    person = Person.objects.filter(email=email, is_active=True).first()
    # Django hashes a random password where there is nothing to compare with, so both ways take as long.
    if not check_password(password, person.password if person else UNUSABLE_PASSWORD_PREFIX):
        return None
    if person is not None and person.email_confirmed_at is None:
        raise Refusal(
            "sign_in.unconfirmed",
            zh="请先打开我们寄给你的邮件里的链接，或重设密码。",
            en="Please open the link in the mail we sent you first, or reset your password.",
        )
    return person


def request_reset(email: str, *, now: datetime, address: str = "") -> None:
    """Write to *email* how to set a new password, if somebody has an account there. Raises Invalid, TooMany."""
    email = clean_email(email)
    _count("reset", email, address, of_email=(3, _HOUR), of_address=(30, _HOUR))
    with transaction.atomic():
        emit([ResetRequested(email)], at=now)


def reset_password(token: str, password: str, *, now: datetime) -> UUID:
    """Set a new password with a token from the mail; every session of the person ends. Returns the person.

    Whoever reads the mailbox owns it, so the e-mail counts as confirmed. Raises Refusal ``token.stale``, Invalid.
    """
    id, fingerprint = tokens.person_id_of(token, "reset")
    hashed = make_password(_encodable(password))
    with transaction.atomic():
        person = tokens.check(_locked(id), fingerprint, "reset")
        check_new_password(password, person.email)
        _set_password(person, hashed, now)
    return person.id


def change_password(person_id: UUID, old: str, new: str, *, now: datetime) -> None:
    """A signed-in person sets a new password; all other sessions end (the face renews its own).

    Raises Forbidden ``person.old_password``, Invalid ``person.password``, TooMany.
    """
    allow(f"change_password|{person_id}", 10, _HOUR)
    with transaction.atomic():
        person = _locked(person_id)
        if person is None:
            raise no_person()
        if not check_password(_encodable(old), person.password):
            raise Forbidden("person.old_password", zh="原密码不对。", en="The present password is not right.")
        check_new_password(new, person.email)
        _set_password(person, make_password(new), now)


def set_password(person_id: UUID, password: str, *, now: datetime) -> None:
    """For seeds and commands on the machine itself. Raises NotFound, Invalid."""
    with transaction.atomic():
        person = _locked(person_id)
        if person is None:
            raise no_person()
        check_new_password(password, person.email)
        _set_password(person, make_password(password), now)


def set_language(person_id: UUID, language: str) -> None:
    """Remember the language mails and notices are written in. Raises NotFound."""
    changed = "UPDATE people_person SET language = %s WHERE id = %s"
    if not execute(changed, [clean_language(language), person_id]):
        raise no_person()


def rename(person_id: UUID, name: str) -> None:
    """Raises Invalid ``person.name``, NotFound."""
    if not execute("UPDATE people_person SET name = %s WHERE id = %s", [clean_name(name), person_id]):
        raise no_person()


def came(person_id: UUID, *, now: datetime) -> None:
    """They have signed in. In business time: whether a shop has fallen silent is asked on the clock it works by."""
    execute("UPDATE people_person SET last_login = %s WHERE id = %s", [now, person_id])


def quick_sign_in(person_id: UUID) -> Person:
    """Become one of `quick_people`. Raises NotFound for anybody else, and always in a real world."""
    rows = fetch("SELECT person_id FROM people_quicksignin WHERE person_id = %s", [person_id])
    person = Person.objects.filter(id=person_id, is_active=True).first() if rows else None
    if person is None:
        raise NotFound("quick.unknown", zh="这里没有一键登录。", en="There is no one-click sign-in here.")
    return person


def allow_quick_sign_in(person_id: UUID, what: Text) -> None:
    """Let anybody become *person_id* with one click; *what* says who that is. The database refuses it in a real world.

    Raises Refusal ``world.is_real``.
    """
    with transaction.atomic():
        if not execute(
            """
            INSERT INTO people_quicksignin (person_id, world_id, is_demo, what_zh, what_en)
            SELECT %s, w.id, true, %s, %s FROM kit_world w WHERE w.is_demo
            ON CONFLICT (person_id) DO UPDATE SET what_zh = excluded.what_zh, what_en = excluded.what_en
            """,
            [person_id, what.zh, what.en],
        ):
            raise Refusal(
                "world.is_real",
                zh="真实站点没有一键登录。",
                en="A real site has no one-click sign-in.",
            )


def _plausible(email: str) -> str:
    """The e-mail to look for: what could never have signed up becomes nobody's, and is asked for all the same."""
    try:
        return clean_email(email)
    except Invalid:
        return "-"


def _encodable(password: str) -> str:
    """Bounded and free of half characters, so that hashing what a stranger sent neither fails nor takes long."""
    return password[:1_000].encode("utf-8", "replace").decode()


def _locked(id: UUID) -> Person | None:
    return Person.objects.select_for_update().filter(id=id, is_active=True).first()


def _set_password(person: Person, hashed: str, now: datetime) -> None:
    """Sessions carry a fingerprint of the password's hash (Django's session auth hash): a new one ends them all."""
    person.password = hashed
    person.email_confirmed_at = person.email_confirmed_at or now
    person.save(update_fields=["password", "email_confirmed_at"])
    emit([PasswordChanged(person.id)], at=now)


def check_new_password(password: str, email: str) -> None:
    """Raise Invalid ``person.password`` with the reason."""
    wrong = core.check_password(password, email)
    if wrong is None:
        try:
            CommonPasswordValidator().validate(password)
        except ValidationError:
            wrong = "common"
    if wrong is not None:
        text = _PASSWORD_WRONG[wrong]
        raise Invalid("person.password", zh=text.zh, en=text.en)


def _count(
    what: str, email: str, address: str, *, of_email: tuple[int, int], of_address: tuple[int, int]
) -> None:
    allow(f"{what}.email|{email}", *of_email)
    if address:
        allow(f"{what}.address|{address}", *of_address)
