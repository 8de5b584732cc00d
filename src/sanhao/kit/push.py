"""Push: tell open pages that something changed. Only a topic travels; the page fetches the rest itself.

Published from later listeners (never from a business transaction); the live process forwards.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core import signing
from django.db import connection

CHANNEL = "sanhao_push"
_SALT = "sanhao.push"


def publish(topics: Iterable[str]) -> None:
    """Tell every page that watches one of *topics* (such as ``order:<id>``). Twice is harmless."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic", [CHANNEL, sorted(set(topics))]
        )


def ticket(topic: str) -> str:
    """What a page shows the live process to watch *topic*: signed, so nobody watches what is not theirs."""
    return signing.dumps(topic, salt=_SALT)


def topic_of(ticket: str, *, max_age_seconds: int = 86_400) -> str:
    """The topic of a ticket. Raises `django.core.signing.BadSignature` for a forged or old one."""
    return str(signing.loads(ticket, salt=_SALT, max_age=max_age_seconds))
