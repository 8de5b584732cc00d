"""What the log says of a request that was refused: one short line, whatever was sent.

Django writes a whole traceback for a form with too many fields. It tells nothing (the sender is at fault), and anybody
outside could fill the disk with it.
"""

from __future__ import annotations

import logging

_LONGEST = 300


class Refused(logging.Filter):
    """Cuts what is logged of refused requests (4xx) to one line of bounded length; all else passes as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security.") or 400 <= getattr(record, "status_code", 0) < 500:
            record.msg, record.args = record.getMessage()[:_LONGEST], None
            record.exc_info = record.exc_text = None
        return True
