"""Where a race is run: starts its processes, moves the clock of its world, kills, and waits until all is at rest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import psycopg

from sanhao.kit.time import machine_now, monotonic
from tests.site import environment

ROOT = Path(__file__).resolve().parents[2]
_DUE = """
    SELECT (SELECT count(*) FROM promises_promise WHERE state = 'open' AND settle_at <= %(now)s)
         + (SELECT count(*) FROM promises_promise WHERE cancel_at <= %(now)s)
         + (SELECT count(*) FROM delivery_carrier_message WHERE state = 'new' AND received_at <= %(now)s)
         + (SELECT count(*) FROM wallet_coupon WHERE state = 'active' AND expires_at <= %(now)s)
         + (SELECT count(*) FROM payments_refund WHERE state IN ('requested', 'sent') AND next_try_at <= %(now)s)
         + (SELECT count(*) FROM kit_outbox) + (SELECT count(*) FROM kit_outbox_retry)
"""

OF_SETTLEMENT = """
    SELECT (SELECT count(*) FROM settlement_settlement WHERE state = 'held' AND holds = 0 AND release_at <= %(now)s)
         + (SELECT count(*) FROM settlement_payee WHERE paused = '' AND next_at <= %(now)s)
         + (SELECT count(*) FROM settlement_payout WHERE state IN ('drafted', 'sent') AND next_try_at <= %(now)s)
         + (SELECT count(*) FROM settlement_reserveslice WHERE freed_at IS NULL AND due_at <= %(now)s)
         + (SELECT count(*) FROM settlement_sandboxtransfer WHERE return_at <= %(now)s)
         + (SELECT count(*) FROM kit_outbox) + (SELECT count(*) FROM kit_outbox_retry)
"""
"""What is due of the money of shops."""


@dataclass
class Hand:
    """One process of the race and what it writes."""

    process: subprocess.Popen[str]
    log: Path

    def says(self, word: str, seconds: float = 60) -> Hand:
        """Wait until it has said *word*."""
        until = monotonic() + seconds
        while word not in self.log.read_text(errors="replace"):
            assert self.process.poll() is None and monotonic() < until, self.log.read_text(errors="replace")
            sleep(0.01)
        return self

    def answer(self, seconds: float = 120) -> dict[str, Any]:
        """What it said at its end. Raises AssertionError with its log where it did not end well."""
        code = self.process.wait(seconds)
        said = self.log.read_text(errors="replace")
        assert code == 0, said
        last: dict[str, Any] = json.loads(said.splitlines()[-1])
        return last


@dataclass
class Arena:
    """*url* is the database of the race, *logs* a directory for what its processes say."""

    url: str
    logs: Path
    hands: list[Hand] = field(default_factory=list)

    def start(self, role: str, **given: Any) -> Hand:
        return self._run(role, "-W", "error", "-m", "tests.races.hand", role, json.dumps(given))

    def sanhao(self, *words: str) -> Hand:
        """A command as an operator starts it."""
        return self._run(words[0], "-m", "sanhao.cli", *words)

    def _run(self, name: str, *command: str) -> Hand:
        log = self.logs / f"{len(self.hands)}-{name}.log"
        with log.open("w") as said:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT, env=environment(SANHAO_DATABASE_URL=self.url), stdout=said, stderr=said, text=True,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        hand = Hand(process, log)
        self.hands.append(hand)
        return hand

    def do(self, role: str, *, within: float = 120, **given: Any) -> dict[str, Any]:
        """Let *role* do its work, in at most so many seconds."""
        return self.start(role, **given).answer(within)

    def ask(self, sql: str, params: Any = None) -> Any:
        """One value."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(sql, params).fetchone()
            return row[0] if row else None

    def now(self) -> datetime:
        """Business time."""
        ahead: timedelta = self.ask("SELECT ahead FROM kit_clock")
        return machine_now() + ahead

    def move_to(self, moment: datetime) -> None:
        ahead = moment - machine_now()
        self.ask("UPDATE kit_clock SET ahead = %s WHERE ahead < %s RETURNING 1", [ahead, ahead])

    def at_rest(self, seconds: float = 60, due: str = _DUE) -> datetime:
        """Wait until nothing is due any more, as *due* counts it; returns that moment."""
        until = monotonic() + seconds
        while left := self.ask(due, {"now": (now := self.now())}):
            assert monotonic() < until, f"{left} still due after {seconds} s\n{self.last_words()}"
            sleep(0.02)
        return now

    def last_words(self) -> str:
        return "\n".join(
            f"--- {h.log.name}\n{h.log.read_text(errors='replace')[-1500:]}" for h in self.hands[-6:]
        )

    def stop(self) -> None:
        for hand in self.hands:
            if hand.process.poll() is None:
                hand.process.kill()
            hand.process.wait(30)


@contextmanager
def arena(url: str, logs: Path) -> Iterator[Arena]:
    running = Arena(url, logs)
    try:
        yield running
    finally:
        running.stop()


def waves(first: datetime, count: int, apart: timedelta) -> list[datetime]:
    return [first + n * apart for n in range(count)]


def soon() -> datetime:
    """A whole hour that has not come: where a race begins."""
    return machine_now().astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
