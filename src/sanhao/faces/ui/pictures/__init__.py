"""The drawing system of the demo world: scenes composed of parts, drawn as SVG by Python.

A scene is a function that puts parts on a sheet (`sheet.py`): a wall and a table in soft daylight from the left, things
of flat shapes in two or three tones, a paper grain over all. Nothing is generated at set-up: a view draws a picture
once per process and browsers keep it for ever, because its address carries the version of the drawing code.
To add one: write a function in `scenes_*.py` under ``@scene("name")`` and look at it in the gallery (`/ui/`).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sanhao.faces.ui.pictures import (  # noqa: F401 - importing a file of scenes registers them
    marks,
    scenes_home,
    scenes_knitwear,
    scenes_orchard,
    scenes_pantry,
    scenes_quiet,
)
from sanhao.faces.ui.pictures.sheet import SCENES, Sheet

FALLBACK = "parcel"
NAMES = frozenset(SCENES)


def size(name: str) -> tuple[int, int]:
    """Width and height of a picture, for the layout to stay still."""
    scene = SCENES.get(name) or SCENES[FALLBACK]
    return scene.width, scene.height


def draw(name: str) -> str:
    """The picture as SVG text; an unknown name is drawn as a wrapped parcel."""
    scene = SCENES.get(name) or SCENES[FALLBACK]
    sheet = Sheet(name, scene.width, scene.height)
    scene.draw(sheet)
    return sheet.svg(grain=scene.grain)


@cache
def version() -> str:
    """Changes whenever a line of the drawing code does."""
    digest = hashlib.blake2b(digest_size=5)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
