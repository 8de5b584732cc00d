"""Long numbers are read in fours and copied whole."""

from __future__ import annotations

import re

from sanhao.faces.ui.templatetags.ui import grouped


def test_a_number_is_drawn_in_groups_and_holds_no_gap_that_would_be_copied() -> None:
    html = grouped("2603029789886924")
    assert html.count("<span>") == 4
    assert re.sub(r"<[^>]+>", "", html) == "2603029789886924"
    assert 'data-number="2603029789886924"' in html
    assert re.sub(r"<[^>]+>", "", grouped("<b>1")) == "&lt;b&gt;1"
