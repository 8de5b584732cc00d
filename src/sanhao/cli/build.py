"""`sanhao build`: files made from what is in the tree, so that they need not be committed."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="make them even where nothing has changed")


def run(args: argparse.Namespace) -> int:
    made = compile_translations(Path(__file__).resolve().parents[1], force=args.force)
    if made:
        print(f"{made} translations compiled.")
    return 0


def compile_translations(root: Path, *, force: bool = False) -> int:
    """Every .po under *root* that is newer than its .mo; returns how many were compiled."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    made = 0
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not force and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po:
            catalogue = read_po(po, locale=source.parent.parent.name)
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as mo:
            write_mo(mo, catalogue)
        fresh.replace(target)
        made += 1
    return made
