"""Tables of after-sales. A case is one request about units of an order; it waits for somebody until `due_at`, or is over."""

from sanhao.service.aftersales.models.advances import ADVANCE, WRITE_OFF, Advance, Repayment, WriteOff
from sanhao.service.aftersales.models.cases import CASE, Attempt, Case, CaseUnit
from sanhao.service.aftersales.models.evidence import Evidence, Statement
from sanhao.service.aftersales.models.returns import ReturnFreight, ReturnOffer
from sanhao.service.aftersales.models.shops import ReturnAddress, SavedReason
from sanhao.service.aftersales.models.sweeps import SWEEP, SWEPT_ORDER, Sweep, SweptOrder, Watch

__all__ = [
    "ADVANCE",
    "CASE",
    "SWEEP",
    "SWEPT_ORDER",
    "WRITE_OFF",
    "Advance",
    "Attempt",
    "Case",
    "CaseUnit",
    "Evidence",
    "Repayment",
    "ReturnAddress",
    "ReturnFreight",
    "ReturnOffer",
    "SavedReason",
    "Statement",
    "Sweep",
    "SweptOrder",
    "Watch",
    "WriteOff",
]
