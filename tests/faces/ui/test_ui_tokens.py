"""Colours: text can be read on every ground it stands on, in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sanhao.faces.ui

CSS = (Path(sanhao.faces.ui.__file__).parent / "static/ui/tokens.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
}
GROUNDS = ("paper", "card", "well")
TEXTS = ("ink", "ink-2", "seal", "jade", "amber", "indigo")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [(text, ground) for text in TEXTS for ground in GROUNDS]
    + [(tone, f"{tone}-soft") for tone in ("seal", "jade", "amber", "indigo")]
    + [("ink", f"{tone}-soft") for tone in ("seal", "jade", "amber", "indigo")]
    + [("on-seal", "seal"), ("on-jade", "jade"), ("paper", "ink")],
)
def test_text_reaches_four_and_a_half_to_one(text: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
@pytest.mark.parametrize("shape", ["edge", "seal", "jade", "amber-bright", "indigo"])
def test_shapes_that_mean_something_reach_three_to_one(shape: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[shape][theme], TOKENS[ground][theme]) >= 3
