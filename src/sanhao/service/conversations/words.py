"""What is said: cleaned of what deceives the eye, looked at for ways that lead away, filled in from saved answers. Pure."""

from __future__ import annotations

import re
import unicodedata

from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text

LONGEST, PHOTOS = 2_000, 6

_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What is not seen but changes what is: controls, marks that turn the reading direction, widthless spaces, tags."""
_JOINERS = re.compile("[\u200c\u200d\ufe0e\ufe0f\u034f\u115f\u1160\u3164\uffa0\\s]")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)


def clean(text: str) -> str:
    """What somebody typed as it is kept: what deceives the eye is gone, lines end with a newline, ends are trimmed.

    Raises Invalid ``talk.long``.
    """
    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = _MARKS.sub(r"\1", unicodedata.normalize("NFC", plain)).strip()
    if not _JOINERS.sub("", plain):
        return ""
    if len(plain) > LONGEST:
        raise Invalid("talk.long", zh=f"最多{LONGEST}个字。", en=f"At most {LONGEST:,} characters, please.")
    return plain


_DIGITS = str.maketrans("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "001234567891234567891")
_GAPS = r"[\s\-_.·•*()~]{0,3}"
_PHONE = re.compile(
    rf"(?<!\d)(?:\+?86{_GAPS})?1{_GAPS}[3-9](?:{_GAPS}\d){{9}}(?!\d)|\+\d{{1,3}}{_GAPS}(?:\d{_GAPS}){{7,12}}(?!\d)"
)
_WECHAT = re.compile(
    r"微\s*信|威\s*信|薇\s*信|徽\s*信|\bwe\s?chat\b|\bwei\s?xin\b|\bv[x✕]\b|加\s*[vV❤]|[➕+]\s*v|\bwhats?app\b|\btelegram\b|\bline\s?id\b",
    re.IGNORECASE,
)
_QQ = re.compile(r"(?:扣扣|企鹅号|\bqq\b)\D{0,6}\d{5,11}", re.IGNORECASE)
_CODE = re.compile(r"二维码|扫\s*码|收款码|\bqr[\s-]?code\b", re.IGNORECASE)
_PAID_ELSEWHERE = re.compile(
    r"私下(?:付|转|交易)|线下(?:付|转|交易)|(?:支付宝|银行卡|微信)\s*(?:转账|转给|打款|付)|直接转账|\bpay\s+(?:me\s+)?(?:directly|outside|by\s+(?:bank\s+)?transfer)\b|\boff[\s-]platform\b",
    re.IGNORECASE,
)


def leads_away(text: str) -> tuple[str, ...]:
    """By which ways *text* leads away from here: ``phone``, ``wechat``, ``qq``, ``code``, ``pay``. Nothing is blocked
    because of it; the reader is told what that would cost them. Tells about ordinary numbers of orders and parcels apart."""
    plain = _JOINERS.sub(" ", unicodedata.normalize("NFKC", text))
    found = []
    if _PHONE.search(plain.translate(_DIGITS)):
        found.append("phone")
    for name, pattern in (("wechat", _WECHAT), ("qq", _QQ), ("code", _CODE), ("pay", _PAID_ELSEWHERE)):
        if pattern.search(plain):
            found.append(name)
    return tuple(found)


HOLES: dict[str, Text] = {
    "buyer": Text(zh="买家称呼", en="the buyer's name"),
    "order": Text(zh="订单号", en="the order number"),
    "goods": Text(zh="商品名", en="the goods"),
    "parcel": Text(zh="快递单号", en="the tracking number"),
    "shop": Text(zh="店铺名", en="the shop's name"),
}
_HOLE = re.compile(r"\{(\w+)\}")


def filled(words: str, known: dict[str, str]) -> str:
    """A saved answer with its ``{holes}`` filled by what is *known*; a hole nobody can fill stays to be seen."""
    return _HOLE.sub(lambda hole: known.get(hole[1]) or hole[0], words)


def unknown_holes(words: str) -> list[str]:
    return [name for name in _HOLE.findall(words) if name not in HOLES]
