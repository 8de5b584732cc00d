"""Expected refusals: a code, a status, a sentence in two languages. Anything else is a bug and crashes loudly.

Refusal                what was asked cannot be done now (409)
├── Invalid            what was sent cannot be understood or is out of bounds (422)
├── NotFound           no such thing for this person; also said of what belongs to somebody else (404)
├── Forbidden          known person, not theirs to do (403)
└── TooMany            slow down (429)
"""

from __future__ import annotations

from sanhao.kit.text import Text


class Refusal(Exception):
    """Raised by an action before anything changed. *code* is stable and for machines, *text* for people."""

    status = 409

    def __init__(self, code: str, *, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.text = Text(zh=zh, en=en)


class Invalid(Refusal):
    status = 422


class NotFound(Refusal):
    status = 404


class Forbidden(Refusal):
    status = 403


class TooMany(Refusal):
    status = 429
