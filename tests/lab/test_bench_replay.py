import subprocess
import sys
from io import StringIO

from rich.console import Console

from sanhao.lab.bench.replay import bench_replay, make_rows


def test_the_bench_makes_the_history_it_promises() -> None:
    rows = list(make_rows(8000))
    assert len(rows) == 8000 == len({(row[0], place) for place, row in enumerate(rows)})
    assert rows == list(make_rows(8000))
    places = [place for place, row in enumerate(rows[1:], 1) if row[0] < rows[place - 1][0]]
    assert len(places) > 5, "rows of an order lie apart"


def test_the_bench_measures_both_rates() -> None:
    console = Console(file=StringIO(), width=100)
    rates = bench_replay(lines=500, console=console)
    assert rates.keys() == {"judge", "file to file"} and min(rates.values()) > 0
    assert isinstance(console.file, StringIO)
    assert "verdicts a second a core (at least 100,000)" in console.file.getvalue()


def test_the_command_runs_in_a_fresh_process() -> None:
    command = [sys.executable, "-m", "sanhao.cli", "bench", "replay", "--lines", "500"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "file to file" in done.stdout
