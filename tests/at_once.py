"""Races in the small: jobs on connections of their own, all started together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections

from sanhao.kit.refusals import Refusal


def together(*jobs: Callable[[], object]) -> list[object]:
    """What each of *jobs* returned, or the Refusal it ended in. Any other failure is raised, the first job's first."""
    gate = threading.Barrier(len(jobs))
    ends: list[object] = [None] * len(jobs)

    def run(turn: int, job: Callable[[], object]) -> None:
        try:
            gate.wait()
            ends[turn] = job()
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            ends[turn] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(turn, job)) for turn, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, Refusal):
            raise end
    return ends


def at_once(*jobs: Callable[[], object]) -> list[str]:
    """For each of *jobs* ``done``, or the code of its refusal."""
    return [end.code if isinstance(end, Refusal) else "done" for end in together(*jobs)]


def all_at_once(*jobs: Callable[[], object]) -> None:
    """The same where none may be refused."""
    assert at_once(*jobs) == ["done"] * len(jobs)
