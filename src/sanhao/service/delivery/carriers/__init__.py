"""The carriers we understand: one folder each, whose `parse.py` turns that carrier's answer into `ScanRecord`s.

Pure: bytes in, records out. `docs/add-a-carrier.md` says how to add one.
"""

from __future__ import annotations

from types import MappingProxyType

import msgspec

from sanhao.kit.text import Text
from sanhao.service.delivery.carriers.asendia import parse as asendia
from sanhao.service.delivery.carriers.australiapost import parse as australiapost
from sanhao.service.delivery.carriers.gls import parse as gls
from sanhao.service.delivery.carriers.hermes import parse as hermes
from sanhao.service.delivery.carriers.mydhl import parse as mydhl
from sanhao.service.delivery.carriers.parcelone import parse as parcelone
from sanhao.service.delivery.carriers.reading import Answer, Read, Skipped, Unreadable
from sanhao.service.delivery.carriers.sandbox import parse as sandbox
from sanhao.service.delivery.carriers.seko import parse as seko
from sanhao.service.delivery.carriers.sendle import parse as sendle
from sanhao.service.delivery.carriers.smartkargo import parse as smartkargo
from sanhao.service.delivery.carriers.teleship import parse as teleship

__all__ = ["CARRIERS", "SANDBOXES", "Answer", "Carrier", "Skipped", "Unreadable", "understand"]


class Carrier(msgspec.Struct, frozen=True):
    """*read* takes what can be read and says what could not; a broken answer as a whole raises Unreadable.

    A *demo* carrier brings nothing in the real world: no shop can choose it there.
    """

    name: Text
    read: Read
    demo: bool = False


_KNOWN = {
    "asendia": Carrier(Text("Asendia", "Asendia"), asendia.read),
    "australiapost": Carrier(Text("澳大利亚邮政", "Australia Post"), australiapost.read),
    "gls": Carrier(Text("GLS", "GLS"), gls.read),
    "hermes": Carrier(Text("Hermes 德国", "Hermes Germany"), hermes.read),
    "mydhl": Carrier(Text("DHL 快递", "DHL Express"), mydhl.read),
    "parcelone": Carrier(Text("Parcel.One", "Parcel.One"), parcelone.read),
    "sandbox": Carrier(Text("示例快递", "Sample Courier"), sandbox.read, demo=True),
    "sandbox_express": Carrier(Text("示例特快", "Sample Express"), sandbox.read, demo=True),
    "seko": Carrier(Text("SEKO", "SEKO"), seko.read),
    "sendle": Carrier(Text("Sendle", "Sendle"), sendle.read),
    "smartkargo": Carrier(Text("SmartKargo", "SmartKargo"), smartkargo.read),
    "teleship": Carrier(Text("Teleship", "Teleship"), teleship.read),
}
CARRIERS = MappingProxyType(_KNOWN)
SANDBOXES = frozenset(key for key, carrier in CARRIERS.items() if carrier.demo)
"""Couriers of demo worlds, tests and benches: what they do is played."""


def understand(name: str, carrier: Carrier) -> None:
    """Another carrier, known to this site by its settings only. Raises ValueError for a name that is taken."""
    if _KNOWN.setdefault(name, carrier) is not carrier:
        raise ValueError(f"there is a carrier {name!r} already")
