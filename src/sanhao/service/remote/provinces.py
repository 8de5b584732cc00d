"""The provinces of China as tiles: pure data. Where each stands in a grid in which neighbours mostly stay neighbours.

The layout is our own: eleven columns from west to east, nine rows from north to south.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sanhao.kit.text import Text


class Province(NamedTuple):
    """Addresses begin with one of its *name*s. *column* and *row* count from one."""

    name: Text
    column: int
    row: int


def _place(zh: str, en: str, column: int, row: int) -> Province:
    return Province(Text(zh=zh, en=en), column, row)


PROVINCES: Mapping[str, Province] = MappingProxyType(
    {
        "heilongjiang": _place("黑龙江", "Heilongjiang", 10, 1),
        "inner-mongolia": _place("内蒙古", "Inner Mongolia", 6, 2),
        "liaoning": _place("辽宁", "Liaoning", 9, 2),
        "jilin": _place("吉林", "Jilin", 10, 2),
        "xinjiang": _place("新疆", "Xinjiang", 2, 3),
        "gansu": _place("甘肃", "Gansu", 4, 3),
        "ningxia": _place("宁夏", "Ningxia", 5, 3),
        "shanxi": _place("山西", "Shanxi", 6, 3),
        "hebei": _place("河北", "Hebei", 7, 3),
        "beijing": _place("北京", "Beijing", 8, 3),
        "tianjin": _place("天津", "Tianjin", 9, 3),
        "qinghai": _place("青海", "Qinghai", 3, 4),
        "shaanxi": _place("陕西", "Shaanxi", 5, 4),
        "henan": _place("河南", "Henan", 7, 4),
        "shandong": _place("山东", "Shandong", 8, 4),
        "tibet": _place("西藏", "Tibet", 2, 5),
        "sichuan": _place("四川", "Sichuan", 4, 5),
        "chongqing": _place("重庆", "Chongqing", 5, 5),
        "hubei": _place("湖北", "Hubei", 6, 5),
        "anhui": _place("安徽", "Anhui", 8, 5),
        "jiangsu": _place("江苏", "Jiangsu", 9, 5),
        "yunnan": _place("云南", "Yunnan", 3, 6),
        "guizhou": _place("贵州", "Guizhou", 5, 6),
        "hunan": _place("湖南", "Hunan", 6, 6),
        "jiangxi": _place("江西", "Jiangxi", 7, 6),
        "zhejiang": _place("浙江", "Zhejiang", 9, 6),
        "shanghai": _place("上海", "Shanghai", 10, 6),
        "guangxi": _place("广西", "Guangxi", 5, 7),
        "guangdong": _place("广东", "Guangdong", 6, 7),
        "fujian": _place("福建", "Fujian", 8, 7),
        "taiwan": _place("台湾", "Taiwan", 10, 7),
        "hainan": _place("海南", "Hainan", 5, 8),
        "macau": _place("澳门", "Macau", 6, 8),
        "hong-kong": _place("香港", "Hong Kong", 7, 8),
    }
)
