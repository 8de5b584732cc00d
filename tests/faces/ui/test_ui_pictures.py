"""Pictures: everything the demo world shows is drawn, the same each time, and opens under the strictest policy."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from sanhao.faces.ui import pictures
from sanhao.lab.demo import cast

NAMES = sorted(pictures.NAMES)


def test_every_listing_and_shop_of_the_demo_world_is_drawn() -> None:
    wanted = {listing.picture for listing in cast.LISTINGS} | {shop.mark.picture for shop in cast.SHOPS}
    assert wanted - pictures.NAMES == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_well_formed_and_carries_neither_style_nor_script_nor_outside_address(name: str) -> None:
    svg = pictures.draw(name)
    root = ET.fromstring(svg)
    assert {element.tag.split("}")[1] for element in root.iter()} <= {
        "svg", "defs", "pattern", "clipPath", "g", "path", "ellipse", "rect",
    }  # fmt: skip
    assert not re.search(r"style|href|\bon\w+=|url\((?!#)", svg)
    assert (int(root.attrib["width"]), int(root.attrib["height"])) == pictures.size(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_drawn_the_same_every_time(name: str) -> None:
    assert pictures.draw(name) == pictures.draw(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_light_enough_for_a_phone(name: str) -> None:
    assert len(pictures.draw(name)) < 60_000


def test_no_two_pictures_are_the_same() -> None:
    twins = {"seal", "favicon"}  # the seal is the favicon
    drawn = [pictures.draw(name) for name in NAMES if name not in twins]
    assert len(set(drawn)) == len(drawn)
