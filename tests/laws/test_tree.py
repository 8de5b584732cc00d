"""The tree itself: nothing of one machine in it, locks that fit their wishes, links that lead somewhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.laws.house import ROOT, report

_MACHINE = re.compile(
    r"(?<![\w.-])/(?:work|home|Users|root)/[\w.-]+"  # somebody's folders
    r"|file:///|pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|--(?:extra-)?index-url|/simple/"
)
_BINARY = {".png", ".jpg", ".webp", ".woff2", ".ico", ".gz", ".parquet", ".mo"}
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@cache
def tracked() -> tuple[Path, ...]:
    """Files under version control; every file where there is no repository."""
    done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True)  # fmt: skip
    if done.returncode == 0:
        found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not set(path.parts) & {".venv", "var", "__pycache__"}]
    return tuple(path for path in found if path.is_file() and not path.is_symlink())


def traces(text: str) -> Iterable[str]:
    """Paths of one machine and addresses of registries."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _MACHINE.search(line):
            yield f"{number}: {match[0]}"


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement.strip(), maxsplit=1)[0]).lower()


def wishes(path: Path) -> set[str]:
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    return {name_of(line) for line in lines if line and not line.startswith("-")}


def pins(text: str) -> dict[str, str]:
    return {name_of(name): version for name, version in _PIN.findall(text)}


def unhashed(text: str) -> list[str]:
    """Requirements of a lock without a hash."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]


def anchor(heading: str) -> str:
    """GitHub's name of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def dead_links(page: Path) -> Iterable[str]:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in _LINK.findall(text):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, fragment = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists():
            yield f"{page.name}: {link} leads nowhere"
        elif fragment and target.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            if fragment not in {anchor(heading) for heading in headings}:
                yield f"{page.name}: {link} has no such heading"


def test_no_path_of_one_machine_and_no_registry_is_in_the_tree() -> None:
    found = []
    for path in tracked():
        if path.suffix in _BINARY or path == Path(__file__).resolve():
            continue
        found += [f"{path.relative_to(ROOT)}:{trace}" for trace in traces(path.read_text(errors="replace"))]
    assert not found, report(found, "say it relative to the repository, or leave it out")


@pytest.mark.parametrize("name", ["build", "runtime", "dev"])
def test_a_lock_pins_every_wish_with_hashes(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    missing = wishes(ROOT / "requirements" / f"{name}.in") - set(pins(lock))
    assert not missing, report(sorted(missing), f"compile requirements/{name}.txt again (docs/operate.md)")
    assert unhashed(lock) == []
    assert "://" not in lock


def test_development_runs_on_the_same_versions() -> None:
    runtime, dev = (pins((ROOT / "requirements" / f"{name}.txt").read_text()) for name in ("runtime", "dev"))
    assert runtime.items() <= dev.items()


def test_links_in_the_documents_lead_somewhere() -> None:
    pages = [path for path in tracked() if path.suffix == ".md"]
    assert pages
    found = [violation for page in pages for violation in dead_links(page)]
    assert not found, report(found, "mend the link")


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_test_command_of_the_readme_is_what_ci_calls(readme: str) -> None:
    assert re.search(r"^\s*make test\b", (ROOT / readme).read_text(), re.MULTILINE)
    assert re.search(r"\bmake test\b", (ROOT / ".ci" / "run").read_text())


@pytest.mark.parametrize(
    "line", ["cd /" + "home/alice/sanhao", "see https://pypi" + ".org/simple/x", "/" + "work/main"]
)
def test_a_trace_of_one_machine_is_noticed(line: str) -> None:
    assert len(list(traces(line))) == 1


def test_ordinary_paths_are_no_traces() -> None:
    assert list(traces("GET /workbench/orders/ and /usr/bin/chromium and docs/home/x")) == []


def test_a_requirement_without_a_hash_is_noticed() -> None:
    lock = "# by hand\na==1 \\\n    --hash=sha256:00\nb==2\nc==3 \\\n    --hash=sha256:11\n"
    assert unhashed(lock) == ["b==2"]
    assert pins(lock) == {"a": "1", "b": "2", "c": "3"}


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# One heading\n[x](#one-heading) [y](b.md) [z](#another) [w](https://example.org)")
    assert list(dead_links(page)) == ["a.md: b.md leads nowhere", "a.md: #another has no such heading"]
