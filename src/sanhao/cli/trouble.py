"""What can go wrong before any work is done, each as one sentence and an exit code."""

from __future__ import annotations

import os
import sys

from sanhao.kit.text import Lang, Text

NOT_AS_IT_SHOULD_BE, USAGE, MACHINE, REFUSED = 1, 2, 3, 4


class Trouble(Exception):
    """Ends the command with *code* after saying *text*, without a traceback."""

    def __init__(self, text: Text, *, code: int = MACHINE) -> None:
        super().__init__(text.en)
        self.text, self.code = text, code


def language() -> Lang:
    """The terminal's language."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if spoken.startswith("zh") else "en"


def say(text: Text) -> None:
    """One line for the operator, in the terminal's language."""
    print(text.in_(language()), file=sys.stderr, flush=True)


def say_trouble(trouble: Trouble) -> int:
    print(f"sanhao: {trouble.text.in_(language())}", file=sys.stderr, flush=True)
    return trouble.code
