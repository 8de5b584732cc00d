"""The whole command over small files of our own."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console

from sanhao.kit.time import monotonic
from sanhao.lab.histories.refusals import Unreadable
from sanhao.lab.replay import command
from sanhao.lab.replay.judge import guarantees
from sanhao.service.promises.api import KINDS
from sanhao.service.promises.kinds import late_shipment
from tests.lab.conftest import ROOT, Replayed
from tests.lab.fakes import ARRIVAL

MAPPING = """
[file]
currency = "CNY"
[columns]
order_id = "o"
line_id = "l"
shop = "s"
bought_at = "b"
promised_at = "p"
delivered_at = "d"
freight = "f"
paid = { column = "t", level = "order" }
status = "st"
"""
HEADER = "o,l,s,b,p,d,f,t,st\n"
ROWS = """in time,1,x,2026-03-01,2026-03-10,2026-03-09,5,50,
late,1,x,2026-03-01,2026-03-10,2026-03-12 08:30:00.5,5.25,50,
never,1,y,2026-03-01,2026-03-10,,6,50,
gone,1,z,2026-03-01,2026-03-10,,6,66.60,unavailable
unknown,1,x,2026-03-01,2026-03-10,2026-03-11,see mail,,
not yet,1,x,2026-03-01,2026-06-10,,7,50,
two,1,x,2026-03-01,2026-03-10,2026-03-09,1,80,
two,2,y,2026-03-01,2026-03-12,2026-03-13,2,80,
no promise,1,x,2026-03-01,,,1,9,
,1,x,2026-03-01,2026-03-10,,1,9,
bad,1,x,2026-03-01,2026-03-10,2026-02-20,1,9,
"""
AS_OF = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    history, mapping = tmp_path / "history.csv", tmp_path / "mapping.toml"
    history.write_text(HEADER + ROWS)
    mapping.write_text(MAPPING)
    return history, mapping


def test_every_promise_is_one_row(files: tuple[Path, Path], replayed: Replayed) -> None:
    replayed(*files, as_of=AS_OF)
    assert (
        replayed.out.read_text().splitlines()[0]
        == "order_id,line_id,verdict,fault,owed_minor,currency,due_at,decided_at,reason"
    )
    due, settled = "2026-03-10T00:00:00Z", "2026-03-10T02:00:00Z"
    assert [tuple(row.values()) for row in replayed.rows] == [
        ("in time", "", "kept", "", "0", "CNY", due, "2026-03-09T00:00:00Z", "late_delivery: delivered_in_time"),
        ("late", "", "broken", "carrier", "525", "CNY", due, settled, "late_delivery: late"),
        ("never", "", "broken", "carrier", "600", "CNY", due, settled, "late_delivery: never_arrived"),
        ("gone", "", "void", "", "0", "CNY", due, "", "late_delivery: cancelled"),
        ("unknown", "", "broken", "carrier", "", "CNY", due, settled, "late_delivery: late"),
        ("not yet", "", "waiting", "", "0", "CNY", "2026-06-10T00:00:00Z", "", "late_delivery: running"),
        ("two", "", "broken", "carrier", "300", "CNY", "2026-03-12T00:00:00Z", "2026-03-12T02:00:00Z", "late_delivery: late"),
    ]  # fmt: skip
    assert replayed.rejects == [
        {"line": "11", "reason": "order_id is missing"},
        {
            "line": "12",
            "reason": "delivered_at 2026-02-20T00:00:00Z is before bought_at 2026-03-01T00:00:00Z",
        },
    ]


def test_the_summary_counts_late_and_never_apart_and_the_unknown_too(
    files: tuple[Path, Path], replayed: Replayed
) -> None:
    summary = replayed(*files, "late_delivery,non_delivery", as_of=AS_OF)
    tally = summary.tallies["late_delivery"]
    assert tally.outcomes == {"kept": 1, "broken": 4, "void": 1, "waiting": 1}
    assert (tally.late.count, dict(tally.late.owed), tally.late.unknown) == (3, {"CNY": 825}, 1)
    assert (tally.never.count, dict(tally.never.owed), tally.orders_without) == (1, {"CNY": 600}, 1)
    assert summary.tallies["non_delivery"].broken.owed == {"CNY": 6660}
    assert (summary.reading.rows, summary.reading.orders, summary.reading.rejected) == (11, 8, 2)
    for figure in (
        "¥14.25",
        "¥8.25",
        "¥6",
        "¥66.60",
        "never arrived",
        "orders without one",
        "2 rows could not be used",
    ):
        assert figure in replayed.printed


def test_of_two_guarantees_every_row_says_which(files: tuple[Path, Path], replayed: Replayed) -> None:
    replayed(*files, "non_delivery,late_delivery", as_of=AS_OF)
    mine = [
        (row["verdict"], row["owed_minor"], row["fault"], row["reason"])
        for row in replayed.rows
        if row["order_id"] == "gone"
    ]
    assert mine == [
        ("broken", "6660", "platform", "non_delivery: unavailable"), ("void", "0", "", "late_delivery: cancelled"),
    ]  # fmt: skip


def test_terms_may_be_per_line(files: tuple[Path, Path], replayed: Replayed) -> None:
    for terms in ('[late_delivery]\nper = "line"\n', '[terms.late_delivery]\nper = "line"\n'):
        replayed(*files, terms=terms, as_of=AS_OF)
        lines = [
            (row["line_id"], row["verdict"], row["owed_minor"])
            for row in replayed.rows
            if row["order_id"] == "two"
        ]
        assert lines == [("1", "kept", "0"), ("2", "broken", "200")]


def test_terms_of_the_command_win_over_those_of_the_mapping(
    files: tuple[Path, Path], replayed: Replayed
) -> None:
    history, mapping = files
    mapping.write_text(MAPPING + "[terms.late_delivery]\nfreight_percent = 50\nscan_grace_hours = 5\n")
    replayed(history, mapping, terms="[late_delivery]\nfreight_percent = 10\n", as_of=AS_OF)
    late = next(row for row in replayed.rows if row["order_id"] == "never")
    assert (late["owed_minor"], late["decided_at"]) == ("60", "2026-03-10T05:00:00Z")


def test_the_history_is_judged_by_what_was_known_then(files: tuple[Path, Path], replayed: Replayed) -> None:
    replayed(*files, as_of=datetime(2026, 3, 11, tzinfo=UTC))
    assert [row["verdict"] for row in replayed.rows] == [
        "kept",
        "broken",
        "broken",
        "void",
        "broken",
        "waiting",
        "waiting",
    ]
    assert (
        next(row["reason"] for row in replayed.rows if row["order_id"] == "late")
        == "late_delivery: never_arrived"
    )


def test_a_moment_without_a_zone_is_in_the_historys(files: tuple[Path, Path], replayed: Replayed) -> None:
    history, mapping = files
    mapping.write_text(MAPPING.replace('"CNY"\n', '"CNY"\ntimezone = "Asia/Shanghai"\n', 1))
    summary = replayed(history, mapping, as_of=datetime.fromisoformat("2026-04-01 08:00"))
    assert summary.as_of == datetime(2026, 4, 1, tzinfo=UTC)
    assert replayed.rows[0]["due_at"] == "2026-03-09T16:00:00Z"


def test_a_run_leaves_no_rejects_of_the_last_one(files: tuple[Path, Path], replayed: Replayed) -> None:
    history, mapping = files
    replayed(history, mapping, as_of=AS_OF)
    assert len(replayed.rejects) == 2
    history.write_text(HEADER + ROWS.splitlines()[0] + "\n")
    replayed(history, mapping, as_of=AS_OF)
    assert replayed.rejects == []
    assert sorted(path.name for path in replayed.directory.iterdir()) == [
        "verdicts.csv",
        "verdicts.rejects.csv",
    ]


def refused(replayed: Replayed, history: Path, mapping: Path, **more: Any) -> str:
    """The one sentence; nothing may have been written."""
    before = sorted((path.name, path.read_bytes()) for path in replayed.directory.iterdir() if path.is_file())
    with pytest.raises(Unreadable) as problem:
        replayed(history, mapping, **more)
    after = [(path.name, path.read_bytes()) for path in replayed.directory.iterdir() if path.is_file()]
    assert sorted(entry for entry in after if entry[0] != "terms.toml") == [
        entry for entry in before if entry[0] != "terms.toml"
    ]
    assert "\n" not in problem.value.text.en and problem.value.text.zh
    return problem.value.text.en


def test_what_cannot_be_used_is_said_in_one_sentence_and_leaves_everything_as_it_was(
    files: tuple[Path, Path], replayed: Replayed, tmp_path: Path
) -> None:
    history, mapping = files
    replayed.out.write_text("from last time")
    assert "none.csv" in refused(replayed, tmp_path / "none.csv", mapping)
    assert "directory" in refused(replayed, tmp_path, mapping)
    assert "none.toml" in refused(replayed, history, tmp_path / "none.toml")
    assert "not TOML" in refused(replayed, history, history)
    assert "there is no guarantee 'kindness'" in refused(replayed, history, mapping, guarantee="kindness")
    assert "no guarantee 'kindness'" in refused(replayed, history, mapping, terms="[kindness]\nx = 1")
    assert "no term 'cost'" in refused(replayed, history, mapping, terms="[late_delivery]\ncost = 1")
    assert "terms.toml: the terms of late_delivery" in refused(
        replayed, history, mapping, terms='[late_delivery]\nper = "week"'
    )
    assert "terms of late_delivery" in refused(
        replayed, history, mapping, terms="[late_delivery]\nfreight_percent = 200"
    )
    assert "table named after" in refused(replayed, history, mapping, terms="per = 3")
    mapping.write_text(MAPPING + 'buyer = "who"\n')
    assert "no column 'who'" in refused(replayed, history, mapping)
    history.write_bytes((HEADER + ROWS).encode() + b"\xff\n")
    mapping.write_text(MAPPING)
    assert "utf-8" in refused(replayed, history, mapping)
    assert replayed.out.read_text() == "from last time"


def test_outputs_never_take_the_place_of_inputs_or_of_each_other(
    files: tuple[Path, Path], replayed: Replayed
) -> None:
    history, mapping = files
    for out in (history, mapping, history.parent / "out" / ".." / "history.csv"):
        replayed.out = out
        assert "named twice" in refused(replayed, history, mapping)
    assert history.read_text() == HEADER + ROWS
    replayed.out = replayed.report = replayed.directory / "one"
    assert "named twice" in refused(replayed, history, mapping, report=True)
    replayed.out = replayed.directory
    assert "is a directory" in refused(replayed, history, mapping)
    replayed.out = replayed.directory / "not there" / "verdicts.csv"
    assert "there is no directory" in refused(replayed, history, mapping)


def test_a_run_that_dies_leaves_everything_as_it_was(
    files: tuple[Path, Path], replayed: Replayed, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed.out.write_text("from last time")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "render", dies)
    with pytest.raises(KeyboardInterrupt):
        replayed(*files, report=True)
    assert [(path.name, path.read_text()) for path in replayed.directory.iterdir()] == [
        ("verdicts.csv", "from last time")
    ]


def test_a_disk_that_refuses_is_one_sentence(
    files: tuple[Path, Path], replayed: Replayed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command.VerdictWriter, "write", full)
    assert "No space left on device" in refused(replayed, *files)


def test_any_kind_can_be_replayed(files: tuple[Path, Path], replayed: Replayed) -> None:
    summary = replayed(*files, as_of=AS_OF, kinds={"late_delivery": ARRIVAL})
    assert summary.tallies["late_delivery"].outcomes == {"kept": 1, "broken": 4, "void": 1, "waiting": 1}


def test_shops_that_hand_over_late_are_named_together(tmp_path: Path, replayed: Replayed) -> None:
    history, mapping = tmp_path / "h.csv", tmp_path / "m.toml"
    history.write_text(
        "o,s,by,c,p,d,f\n"
        "1,a,2026-03-02,2026-03-03,2026-03-05,2026-03-06,3\n1,b,2026-03-02,2026-03-04,2026-03-05,2026-03-06,3\n"
        "1,c,2026-03-02,2026-03-01,2026-03-05,2026-03-06,3\n"
    )
    mapping.write_text(
        '[file]\ncurrency = "CNY"\n[columns]\norder_id = "o"\nshop = "s"\nship_by = "by"\ncollected_at = "c"\n'
        + "".join(f'{field} = {{ column = "{c}", level = "order" }}\n' for field, c in (("promised_at", "p"), ("delivered_at", "d"), ("freight", "f")))
    )  # fmt: skip
    replayed(history, mapping)
    assert [(row["fault"], row["owed_minor"]) for row in replayed.rows] == [("a;b", "300")]


def sanhao(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as people run it, with no database to be had."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SANHAO", "DJANGO", "LC_", "LANG"))
    }
    environment |= {
        "PYTHONPATH": str(ROOT / "src"),
        "SANHAO_VAR": str(cwd / "var"),
        "SANHAO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    return subprocess.run([sys.executable, "-m", "sanhao.cli", "lab", "replay", *arguments], cwd=cwd, env=environment,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip


def test_the_command_needs_no_database_and_answers_with_an_exit_code(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    given = ("history.csv", "--mapping", "mapping.toml", "--guarantee", "late_delivery,non_delivery", "--out")
    done = sanhao(*given, "v.csv", "--report", "r.html", "--as-of", "2026-04-01T00:00:00Z", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "var").exists(), "nothing is signed, so no key is made"
    assert "never arrived" in done.stdout and (tmp_path / "r.html").is_file()
    assert len((tmp_path / "v.csv").read_text().splitlines()) == 1 + 7 + 8
    failed = sanhao("none.csv", *given[1:], "w.csv", cwd=tmp_path)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == "sanhao lab replay: none.csv: there is no such file.\n"
    assert not (tmp_path / "w.csv").exists()
    wrong = sanhao(*given, "w.csv", "--as-of", "yesterday", cwd=tmp_path)
    assert wrong.returncode == 2 and "not a time in ISO 8601: 'yesterday'" in wrong.stderr


def test_a_run_that_is_told_to_end_leaves_nothing_half_written(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    pipe = tmp_path / "endless.csv"
    pipe.write_text(
        HEADER + ROWS.splitlines()[0] + "\n" + "late,1,x,2026-03-01,2026-03-10,,5,50,\n" * 2_000_000
    )
    before = set(tmp_path.iterdir())
    running = subprocess.Popen(
        [sys.executable, "-m", "sanhao.cli", "lab", "replay", str(pipe), "--mapping", str(files[1]),
         "--guarantee", "late_delivery", "--out", str(tmp_path / "v.csv")], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    until = monotonic() + 30
    while not set(tmp_path.iterdir()) - before and monotonic() < until:
        sleep(0.02)
    assert set(tmp_path.iterdir()) - before, "it has begun to write"
    running.terminate()
    assert running.wait(30) == 143
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", late_shipment.PROFILES)
def test_a_named_profile_stands_for_its_terms(name: str) -> None:
    layers = [
        ("m.toml", {"late_shipment": {"scan_grace_hours": 9}}),
        ("t.toml", {"late_shipment": {"profile": name}}),
    ]
    [chosen] = guarantees(["late_shipment"], KINDS, layers[1:], "UTC")
    assert chosen.terms == late_shipment.PROFILES[name]
    layers[1][1]["late_shipment"]["merge_hours"] = 7
    [chosen] = guarantees(["late_shipment"], KINDS, layers, "UTC")
    assert chosen.terms == replace(late_shipment.PROFILES[name], merge_hours=7, scan_grace_hours=9)


@pytest.mark.parametrize(
    ("kind", "terms", "why"),
    [
        ("late_shipment", {"profile": "amazon"}, "has no profile 'amazon'; there are douyin, tmall"),
        ("late_shipment", {"profile": ["tmall"]}, "has no profile"),
        ("late_delivery", {"profile": "tmall"}, "has no profile 'tmall'; there are none"),
        ("late_delivery", {"scan_grace_hours": -1}, "hours and days are numbers from 0 to 10,000"),
        ("late_delivery", {"scan_grace_hours": 10**10}, "hours and days are numbers from 0 to 10,000"),
        ("late_shipment", {"auto_cancel_after_hours": 10**10}, "hours and days are numbers from 0 to 10,000"),
        ("late_shipment", {"deadline": {"amount": 10**10}}, "hours and days are numbers from 0 to 10,000"),
        ("late_shipment", {"currency": "ZZZ"}, "unknown currency 'ZZZ'"),
        ("non_delivery", {"expected_within_days": 10**10}, "hours and days are numbers from 0 to 10,000"),
    ],
)
def test_terms_out_of_this_world_are_one_sentence(kind: str, terms: dict[str, Any], why: str) -> None:
    with pytest.raises(Unreadable) as problem:
        guarantees([kind], KINDS, [("t.toml", {kind: terms})], "UTC")
    assert str(problem.value.text.en).startswith("t.toml: ") and why in problem.value.text.en


def test_a_device_stays_a_device_and_a_link_a_link(
    files: tuple[Path, Path], replayed: Replayed, tmp_path: Path
) -> None:
    link, target, pipe = (tmp_path / name for name in ("link.csv", "target.csv", "pipe.csv"))
    link.symlink_to(target)
    os.mkfifo(pipe)
    before = set(tmp_path.iterdir())
    with pytest.raises(Unreadable, match="is not a plain file"):
        command.replay(*files, ["late_delivery"], None, AS_OF, pipe, None, Console(quiet=True))
    assert set(tmp_path.iterdir()) == before and pipe.is_fifo()
    command.replay(*files, ["late_delivery"], None, AS_OF, link, None, Console(quiet=True))
    assert link.is_symlink() and target.read_text().startswith("order_id,")


def test_a_large_sum_is_printed_whole_on_a_narrow_terminal(tmp_path: Path, files: tuple[Path, Path]) -> None:
    history = tmp_path / "dear.csv"
    history.write_text(
        HEADER + "".join(f"{n},1,x,2026-03-01,2026-03-10,2026-03-11,9999999999.99,,\n" for n in range(100))
    )
    said = io.StringIO()
    console = Console(file=said, width=80)
    command.replay(history, files[1], ["late_delivery"], None, AS_OF, tmp_path / "v.csv", None, console)
    assert "¥999,999,999,999 " in said.getvalue() and "…" not in said.getvalue()
