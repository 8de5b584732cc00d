"""Where parcels may go: all of the Union, China by its provinces, names in the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from sanhao.faces.storefront.forms import AddressForm
from sanhao.faces.ui import places

HOME = {"recipient": "Leo", "phone": "13800001111", "city": "X", "street": "Y 1", "postcode": ""}


def test_every_member_of_the_union_and_its_neighbours_can_be_chosen_in_both_languages() -> None:
    for lang, germany in (("en", "Germany"), ("zh", "德国")):
        names = dict(places.countries(lang))
        assert len(places.UNION) == 27
        assert places.UNION | {"CN", "GB", "CH", "NO"} <= set(names)
        assert names["DE"] == germany
        assert next(iter(names)) == "CN"
    with override("zh-hans"):
        assert "德国" in str(AddressForm()["country"])
        assert '<option value="新疆">' in str(AddressForm()["region"])
    with override("en"):
        assert '<option value="Xinjiang">' in str(AddressForm()["region"])


@pytest.mark.parametrize(("typed", "kept"), [
    ("Shanghai", "上海"), ("上海市", "上海市"), ("inner mongolia", "内蒙古"), ("Zhejiang Province", "浙江"), ("Atlantis", None),
])  # fmt: skip
def test_a_province_is_kept_by_the_name_that_couriers_go_by(typed: str, kept: str | None) -> None:
    form = AddressForm(HOME | {"country": "CN", "region": typed})
    assert form.is_valid() == (kept is not None)
    if kept:
        assert form.draft().region == kept
    abroad = AddressForm(HOME | {"country": "DE", "region": typed})
    assert abroad.is_valid()
    assert abroad.draft().region == typed


def test_there_is_a_list_and_no_other_country() -> None:
    assert len(places.provinces("zh")) == 31
    assert not AddressForm(HOME | {"country": "ZZ", "region": "X"}).is_valid()


def test_a_region_is_called_by_its_name_in_the_readers_language_and_a_city_they_cannot_read_by_its_province() -> (
    None
):
    assert [places.called("内蒙古自治区", lang) for lang in ("zh", "en")] == [
        "内蒙古自治区",
        "Inner Mongolia",
    ]
    assert places.called("Bavaria", "en") == "Bavaria"
    assert places.city("新疆", "乌鲁木齐市", "zh") == "乌鲁木齐市"
    assert places.city("新疆", "乌鲁木齐市", "en") == "Xinjiang"
    assert places.city("Bavaria", "Munich", "en") == "Munich"
