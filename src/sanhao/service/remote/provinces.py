"""The provinces of China as tiles: pure data. Where each stands in a grid in which neighbours mostly stay neighbours.

The layout is our own: nine columns from west to east, eight rows from north to south.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sanhao.kit.text import Text


class Province(NamedTuple):
    """Addresses of its *country* begin with one of its *name*s. *code* as in ISO 3166-2:CN; *column* and *row* count from
    one. Hong Kong, Macau and Taiwan stand on the map, and post under codes of their own."""

    name: Text
    code: str
    column: int
    row: int
    country: str = "CN"


def _place(zh: str, en: str, code: str, column: int, row: int, country: str = "CN") -> Province:
    return Province(Text(zh=zh, en=en), code, column - 1, row, country)


PROVINCES: Mapping[str, Province] = MappingProxyType(
    {
        "heilongjiang": _place("黑龙江", "Heilongjiang", "HL", 10, 1),
        "inner-mongolia": _place("内蒙古", "Inner Mongolia", "NM", 6, 2),
        "liaoning": _place("辽宁", "Liaoning", "LN", 9, 2),
        "jilin": _place("吉林", "Jilin", "JL", 10, 2),
        "xinjiang": _place("新疆", "Xinjiang", "XJ", 2, 3),
        "gansu": _place("甘肃", "Gansu", "GS", 4, 3),
        "ningxia": _place("宁夏", "Ningxia", "NX", 5, 3),
        "shanxi": _place("山西", "Shanxi", "SX", 6, 3),
        "hebei": _place("河北", "Hebei", "HE", 7, 3),
        "beijing": _place("北京", "Beijing", "BJ", 8, 3),
        "tianjin": _place("天津", "Tianjin", "TJ", 9, 3),
        "qinghai": _place("青海", "Qinghai", "QH", 3, 4),
        "shaanxi": _place("陕西", "Shaanxi", "SN", 5, 4),
        "henan": _place("河南", "Henan", "HA", 7, 4),
        "shandong": _place("山东", "Shandong", "SD", 8, 4),
        "tibet": _place("西藏", "Tibet", "XZ", 2, 5),
        "sichuan": _place("四川", "Sichuan", "SC", 4, 5),
        "chongqing": _place("重庆", "Chongqing", "CQ", 5, 5),
        "hubei": _place("湖北", "Hubei", "HB", 6, 5),
        "anhui": _place("安徽", "Anhui", "AH", 8, 5),
        "jiangsu": _place("江苏", "Jiangsu", "JS", 9, 5),
        "yunnan": _place("云南", "Yunnan", "YN", 3, 6),
        "guizhou": _place("贵州", "Guizhou", "GZ", 5, 6),
        "hunan": _place("湖南", "Hunan", "HN", 6, 6),
        "jiangxi": _place("江西", "Jiangxi", "JX", 7, 6),
        "zhejiang": _place("浙江", "Zhejiang", "ZJ", 9, 6),
        "shanghai": _place("上海", "Shanghai", "SH", 10, 6),
        "guangxi": _place("广西", "Guangxi", "GX", 5, 7),
        "guangdong": _place("广东", "Guangdong", "GD", 6, 7),
        "fujian": _place("福建", "Fujian", "FJ", 8, 7),
        "taiwan": _place("台湾", "Taiwan", "TW", 10, 7, "TW"),
        "hainan": _place("海南", "Hainan", "HI", 5, 8),
        "macau": _place("澳门", "Macau", "MO", 6, 8, "MO"),
        "hong-kong": _place("香港", "Hong Kong", "HK", 7, 8, "HK"),
    }
)
