"""The plan of the house as tests read it: every source file once, who owns it, and what stands above what.

The plan itself is written in one place, the import contracts of pyproject.toml.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "sanhao"
OPEN = ("sanhao.kit", "sanhao.faces.ui")  # tool boxes: anybody may use what is in them
DOORS = ("api", "events")


@dataclass(frozen=True)
class File:
    """One Python file: *module* is its dotted name (a package is named without ``__init__``)."""

    module: str
    source: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def owner(self) -> str:
        return owner_of(self.module)

    @property
    def parts(self) -> list[str]:
        return self.module.split(".")

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.parts

    def imports(self) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of everything imported; ``from a import b`` gives ``a.b``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node.lineno, alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node.lineno, f"{self._base(node)}.{alias.name}"

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.parts if self.is_package else self.parts[:-1]
        above = package[: len(package) - node.level + 1]
        return ".".join([*above, *([node.module] if node.module else [])])

    def strings(self) -> Iterator[tuple[int, str]]:
        """(line, text) of every string that is not a docstring; an f-string is one text with its holes as ``{}``."""
        docs = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        inner = {
            id(part)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in ast.walk(self.tree):
            if id(node) in docs or id(node) in inner:
                continue
            if (text := text_of(node)) is not None:
                yield node.lineno, text


def text_of(node: ast.AST) -> str | None:
    """The text of a literal string or f-string, else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return "".join(str(part) for part in parts)
    return None


@cache
def files() -> tuple[File, ...]:
    """Every file of the product."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        package = parts[-1] == "__init__"
        found.append(File(".".join(parts[:-1] if package else parts), path.read_text(), package))
    return tuple(found)


@cache
def owners() -> tuple[str, ...]:
    """The modules of the house: packages with an apps.py, deepest first."""
    found = [file.module.removesuffix(".apps") for file in files() if file.parts[-1] == "apps"]
    return tuple(sorted(found, key=lambda name: -name.count(".")))


def owner_of(module: str) -> str:
    """``sanhao.books.ledger`` for ``sanhao.books.ledger.core``; what no module owns (cli, urls) owns itself."""
    for owner in owners():
        if module == owner or module.startswith(owner + "."):
            return owner
    return ".".join(module.split(".")[:2])


@cache
def _layers() -> dict[str, list[set[str]]]:
    """container -> its layers, top first."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {
        contract["containers"][0]: [
            {part.strip() for part in layer.split("|")} for layer in contract["layers"]
        ]
        for contract in config["tool"]["importlinter"]["contracts"]
    }


def may_use(upper: str, lower: str) -> bool:
    """Whether *lower* is *upper* itself or stands below it in the plan."""
    if upper == lower:
        return True
    above, below = upper.split("."), lower.split(".")
    for depth in range(1, min(len(above), len(below)) + 1):
        if depth == min(len(above), len(below)) or above[depth] != below[depth]:
            container = ".".join(above[:depth])
            if depth >= len(above) or depth >= len(below) or container not in _layers():
                return False
            ranks = {name: rank for rank, layer in enumerate(_layers()[container]) for name in layer}
            if above[depth] not in ranks or below[depth] not in ranks:
                return False
            return ranks[above[depth]] < ranks[below[depth]]
    return False


def report(violations: list[str], cure: str) -> str:
    """The message of a broken law: what, where, and what to do."""
    return "\n  ".join(["", *violations, f"→ {cure}"])
