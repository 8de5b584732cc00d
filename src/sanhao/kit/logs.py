"""What the log says of a request that was refused: one short line, whatever was sent.

Django writes a whole traceback for a form with too many fields. It tells nothing (the sender is at fault), and anybody
outside could fill the disk with it.
"""

from __future__ import annotations

import logging
import re

_LONGEST = 300


_SECRET = re.compile(r"/(o|confirm|reset|first-admin)/[^/\s]{8,}")


class Secret(logging.Filter):
    """Takes what opens a door (the tokens in addresses of links) out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = _SECRET.sub(r"/\1/…", said)
        if hidden != said:
            record.msg, record.args = hidden, None
        return True


class Refused(logging.Filter):
    """Cuts what is logged of refused requests (4xx) to one line of bounded length; all else passes as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security.") or 400 <= getattr(record, "status_code", 0) < 500:
            record.msg, record.args = record.getMessage()[:_LONGEST], None
            record.exc_info = record.exc_text = None
        return True
