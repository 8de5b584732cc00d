"""Which time zone a place is in, as far as a carrier's words tell it: literal tables, no guessing.

Large countries are answered only with a state or an airport. Source: the tz database and IATA codes.
"""

from __future__ import annotations

import re

_COUNTRIES = {
    "AE": "Asia/Dubai", "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "BD": "Asia/Dhaka",
    "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BH": "Asia/Bahrain", "CH": "Europe/Zurich",
    "CN": "Asia/Shanghai", "CO": "America/Bogota", "CR": "America/Costa_Rica", "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn",
    "EG": "Africa/Cairo", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London",
    "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome", "JO": "Asia/Amman", "JP": "Asia/Tokyo", "KE": "Africa/Nairobi", "KR": "Asia/Seoul",
    "KW": "Asia/Kuwait", "LB": "Asia/Beirut", "LI": "Europe/Vaduz", "LK": "Asia/Colombo", "LT": "Europe/Vilnius",
    "LU": "Europe/Luxembourg", "LV": "Europe/Riga", "MA": "Africa/Casablanca", "MC": "Europe/Monaco",
    "MO": "Asia/Macau", "MT": "Europe/Malta", "MY": "Asia/Kuala_Lumpur", "NG": "Africa/Lagos",
    "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "NZ": "Pacific/Auckland", "OM": "Asia/Muscat",
    "PE": "America/Lima", "PH": "Asia/Manila", "PK": "Asia/Karachi", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "QA": "Asia/Qatar",
    "RO": "Europe/Bucharest", "RS": "Europe/Belgrade", "SA": "Asia/Riyadh", "SE": "Europe/Stockholm",
    "SG": "Asia/Singapore", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "TH": "Asia/Bangkok",
    "TN": "Africa/Tunis", "TR": "Europe/Istanbul", "TW": "Asia/Taipei", "UA": "Europe/Kyiv",
    "VN": "Asia/Ho_Chi_Minh", "ZA": "Africa/Johannesburg",
}  # fmt: skip
"""Countries with one zone; of Spain and Portugal, whose islands have their own, that of the mainland."""

_NAMES = {
    "ARGENTINA": "AR", "AUSTRALIA": "AU", "AUSTRIA": "AT", "BAHRAIN": "BH", "BANGLADESH": "BD",
    "BELGIUM": "BE", "BULGARIA": "BG", "CANADA": "CA", "CHINA": "CN", "COLOMBIA": "CO", "CROATIA": "HR",
    "CYPRUS": "CY", "CZECH REPUBLIC": "CZ", "CZECHIA": "CZ", "DENMARK": "DK", "DEUTSCHLAND": "DE",
    "EGYPT": "EG", "ESTONIA": "EE", "FINLAND": "FI", "FRANCE": "FR", "GERMANY": "DE",
    "GREAT BRITAIN": "GB", "GREECE": "GR", "HONG KONG": "HK", "HUNGARY": "HU", "ICELAND": "IS",
    "INDIA": "IN", "IRELAND": "IE", "ISRAEL": "IL", "ITALY": "IT", "JAPAN": "JP", "JORDAN": "JO",
    "KENYA": "KE", "KOREA": "KR", "KUWAIT": "KW", "LATVIA": "LV", "LEBANON": "LB", "LIECHTENSTEIN": "LI",
    "LITHUANIA": "LT", "LUXEMBOURG": "LU", "MACAU": "MO", "MALAYSIA": "MY", "MALTA": "MT", "MOROCCO": "MA",
    "NETHERLANDS": "NL", "NEW ZEALAND": "NZ", "NIGERIA": "NG", "NORWAY": "NO", "OMAN": "OM",
    "PAKISTAN": "PK", "PERU": "PE", "PHILIPPINES": "PH", "POLAND": "PL", "PORTUGAL": "PT", "QATAR": "QA",
    "ROMANIA": "RO", "SAUDI ARABIA": "SA", "SCHWEIZ": "CH", "SERBIA": "RS", "SINGAPORE": "SG",
    "SLOVAKIA": "SK", "SLOVENIA": "SI", "SOUTH AFRICA": "ZA", "SOUTH KOREA": "KR", "SPAIN": "ES",
    "SRI LANKA": "LK", "SWEDEN": "SE", "SWITZERLAND": "CH", "TAIWAN": "TW", "THAILAND": "TH",
    "THE NETHERLANDS": "NL", "TUNISIA": "TN", "TURKEY": "TR", "TÜRKIYE": "TR", "UK": "GB", "UKRAINE": "UA",
    "UNITED ARAB EMIRATES": "AE", "UNITED KINGDOM": "GB", "UNITED STATES": "US", "USA": "US",
    "VIETNAM": "VN", "ÖSTERREICH": "AT", "AUT": "AT", "BEL": "BE", "CHE": "CH", "CHN": "CN", "CZE": "CZ",
    "DEU": "DE", "DNK": "DK", "ESP": "ES", "FRA": "FR", "GBR": "GB", "HUN": "HU", "IRL": "IE", "ITA": "IT",
    "LUX": "LU", "NLD": "NL", "POL": "PL", "SVK": "SK", "SWE": "SE",
}  # fmt: skip

_EASTERN, _CENTRAL = "America/New_York", "America/Chicago"
_MOUNTAIN, _PACIFIC = "America/Denver", "America/Los_Angeles"
_STATES = {
    "US": {
        **dict.fromkeys(["CT", "DC", "DE", "FL", "GA", "IN", "KY", "MA", "MD", "ME", "MI", "NC", "NH", "NJ", "NY", "OH", "PA", "RI", "SC", "VA", "VT", "WV"], _EASTERN),
        **dict.fromkeys(["AL", "AR", "IA", "IL", "KS", "LA", "MN", "MO", "MS", "ND", "NE", "OK", "SD", "TN", "TX", "WI"], _CENTRAL),
        **dict.fromkeys(["CO", "ID", "MT", "NM", "UT", "WY"], _MOUNTAIN),
        **dict.fromkeys(["CA", "NV", "OR", "WA"], _PACIFIC),
        "AZ": "America/Phoenix", "AK": "America/Anchorage", "HI": "Pacific/Honolulu", "PR": "America/Puerto_Rico",
    },
    "CA": {
        "NL": "America/St_Johns", "NS": "America/Halifax", "NB": "America/Moncton", "PE": "America/Halifax",
        "QC": "America/Toronto", "ON": "America/Toronto", "MB": "America/Winnipeg", "SK": "America/Regina",
        "AB": "America/Edmonton", "BC": "America/Vancouver", "YT": "America/Whitehorse", "NT": "America/Yellowknife",
    },
    "AU": {
        "NSW": "Australia/Sydney", "ACT": "Australia/Sydney", "VIC": "Australia/Melbourne",
        "QLD": "Australia/Brisbane", "SA": "Australia/Adelaide", "WA": "Australia/Perth", "TAS": "Australia/Hobart",
        "NT": "Australia/Darwin",
    },
}  # fmt: skip
"""Where a state has two zones, that of most of its people."""

_AIRPORTS = {
    **dict.fromkeys(["NYC", "JFK", "EWR", "LGA", "BOS", "PHL", "IAD", "DCA", "WAS", "BWI", "MIA", "FLL", "MCO", "TPA", "JAX", "ATL", "CLT", "RDU", "PIT", "BUF", "ALB", "BDL", "PVD", "SYR", "ROC", "RIC", "CHS", "SAV", "CMH", "CVG", "ILN"], _EASTERN),
    **dict.fromkeys(["DTW"], "America/Detroit"),
    **dict.fromkeys(["IND"], "America/Indiana/Indianapolis"), **dict.fromkeys(["SDF"], "America/Kentucky/Louisville"),
    **dict.fromkeys(["ORD", "MDW", "CHI", "MSP", "STL", "MCI", "DFW", "DAL", "IAH", "HOU", "AUS", "SAT", "MSY", "MEM", "BNA", "MKE", "OMA", "DSM", "OKC", "TUL", "AFW", "RFD", "LRD", "MFE"], _CENTRAL),
    **dict.fromkeys(["DEN", "SLC", "ABQ", "ELP", "BOI"], _MOUNTAIN),
    **dict.fromkeys(["LAX", "SFO", "OAK", "SJC", "SAN", "ONT", "SNA", "BUR", "SMF", "SEA", "PDX", "LAS", "RNO", "RIV"], _PACIFIC),
    "PHX": "America/Phoenix", "TUS": "America/Phoenix", "ANC": "America/Anchorage", "HNL": "Pacific/Honolulu",
    "SJU": "America/Puerto_Rico", "YYZ": "America/Toronto", "YTO": "America/Toronto", "YHM": "America/Toronto",
    "YOW": "America/Toronto", "YUL": "America/Toronto", "YMQ": "America/Toronto", "YVR": "America/Vancouver",
    "YYC": "America/Edmonton", "YEG": "America/Edmonton", "YWG": "America/Winnipeg", "YHZ": "America/Halifax",
    "MEX": "America/Mexico_City", "GDL": "America/Mexico_City", "MTY": "America/Monterrey",
    "PTY": "America/Panama", "BOG": "America/Bogota", "LIM": "America/Lima", "SCL": "America/Santiago",
    "EZE": "America/Argentina/Buenos_Aires", "BUE": "America/Argentina/Buenos_Aires",
    "GRU": "America/Sao_Paulo", "SAO": "America/Sao_Paulo", "VCP": "America/Sao_Paulo", "GIG": "America/Sao_Paulo",
    "LON": "Europe/London", "LHR": "Europe/London", "LGW": "Europe/London", "STN": "Europe/London",
    "EMA": "Europe/London", "MAN": "Europe/London", "BHX": "Europe/London", "EDI": "Europe/London",
    "GLA": "Europe/London", "BFS": "Europe/London", "DUB": "Europe/Dublin", "SNN": "Europe/Dublin",
    **dict.fromkeys(["BER", "FRA", "MUC", "HAM", "CGN", "DUS", "STR", "LEJ", "HAJ", "NUE", "BRE", "BNJ"], "Europe/Berlin"),
    **dict.fromkeys(["PAR", "CDG", "ORY", "LYS", "MRS", "NCE", "TLS", "BOD", "NTE"], "Europe/Paris"),
    **dict.fromkeys(["MIL", "MXP", "LIN", "BGY", "ROM", "FCO", "CIA", "VCE", "BLQ", "NAP", "TRN"], "Europe/Rome"),
    **dict.fromkeys(["MAD", "BCN", "VLC", "SVQ", "VIT", "ZAZ"], "Europe/Madrid"),
    "AMS": "Europe/Amsterdam", "RTM": "Europe/Amsterdam", "BRU": "Europe/Brussels", "LGG": "Europe/Brussels",
    "LUX": "Europe/Luxembourg", "ZRH": "Europe/Zurich", "GVA": "Europe/Zurich", "BSL": "Europe/Zurich",
    "BRN": "Europe/Zurich", "VIE": "Europe/Vienna", "PRG": "Europe/Prague", "BTS": "Europe/Bratislava",
    "BUD": "Europe/Budapest", "WAW": "Europe/Warsaw", "KTW": "Europe/Warsaw", "CPH": "Europe/Copenhagen",
    "OSL": "Europe/Oslo", "STO": "Europe/Stockholm", "ARN": "Europe/Stockholm", "GOT": "Europe/Stockholm",
    "HEL": "Europe/Helsinki", "TLL": "Europe/Tallinn", "RIX": "Europe/Riga", "VNO": "Europe/Vilnius",
    "LIS": "Europe/Lisbon", "OPO": "Europe/Lisbon", "ATH": "Europe/Athens", "SOF": "Europe/Sofia",
    "OTP": "Europe/Bucharest", "BUH": "Europe/Bucharest", "BEG": "Europe/Belgrade", "ZAG": "Europe/Zagreb",
    "LJU": "Europe/Ljubljana", "KBP": "Europe/Kyiv", "IEV": "Europe/Kyiv", "IST": "Europe/Istanbul",
    "SAW": "Europe/Istanbul", "TLV": "Asia/Jerusalem", "DXB": "Asia/Dubai", "AUH": "Asia/Dubai",
    "SHJ": "Asia/Dubai", "DOH": "Asia/Qatar", "BAH": "Asia/Bahrain", "KWI": "Asia/Kuwait", "RUH": "Asia/Riyadh",
    "JED": "Asia/Riyadh", "DMM": "Asia/Riyadh", "AMM": "Asia/Amman", "BEY": "Asia/Beirut", "CAI": "Africa/Cairo",
    "CAS": "Africa/Casablanca", "CMN": "Africa/Casablanca", "LOS": "Africa/Lagos", "NBO": "Africa/Nairobi",
    "JNB": "Africa/Johannesburg", "CPT": "Africa/Johannesburg", "DUR": "Africa/Johannesburg",
    **dict.fromkeys(["DEL", "BOM", "BLR", "MAA", "HYD", "CCU", "AMD"], "Asia/Kolkata"),
    "KHI": "Asia/Karachi", "LHE": "Asia/Karachi", "DAC": "Asia/Dhaka", "CMB": "Asia/Colombo",
    "BKK": "Asia/Bangkok", "SIN": "Asia/Singapore", "KUL": "Asia/Kuala_Lumpur", "PEN": "Asia/Kuala_Lumpur",
    "CGK": "Asia/Jakarta", "JKT": "Asia/Jakarta", "MNL": "Asia/Manila", "SGN": "Asia/Ho_Chi_Minh",
    "HAN": "Asia/Ho_Chi_Minh", "HKG": "Asia/Hong_Kong", "MFM": "Asia/Macau", "TPE": "Asia/Taipei",
    "TSA": "Asia/Taipei", "SEL": "Asia/Seoul", "ICN": "Asia/Seoul", "GMP": "Asia/Seoul",
    **dict.fromkeys(["TYO", "NRT", "HND", "OSA", "KIX", "NGO", "FUK"], "Asia/Tokyo"),
    **dict.fromkeys(["SHA", "PVG", "BJS", "PEK", "PKX", "CAN", "SZX", "HGH", "NKG", "CTU", "CKG", "WUH", "XIY", "XMN", "TAO", "TSN", "NGB", "CGO", "EHU", "URC", "KMG", "DLC", "SHE"], "Asia/Shanghai"),
    "SYD": "Australia/Sydney", "CBR": "Australia/Sydney", "MEL": "Australia/Melbourne",
    "BNE": "Australia/Brisbane", "OOL": "Australia/Brisbane", "ADL": "Australia/Adelaide",
    "PER": "Australia/Perth", "HBA": "Australia/Hobart", "DRW": "Australia/Darwin", "AKL": "Pacific/Auckland",
    "WLG": "Pacific/Auckland", "CHC": "Pacific/Auckland",
}  # fmt: skip
"""Airports and the cities' own codes, which express carriers use for their service areas."""


def zone_of_airport(code: str) -> str | None:
    """``JFK`` → ``America/New_York``."""
    return _AIRPORTS.get(code.strip().upper())


def zone_of_country(country: str, state: str = "") -> str | None:
    """The zone of a country (code or English name), with its state where it has several."""
    code = country_code(country)
    return _STATES.get(code, {}).get(state.strip().upper()) or _COUNTRIES.get(code)


def country_code(country: str) -> str:
    """``Germany`` → ``DE``; what is not known stays as it is, in capitals."""
    name = country.strip().upper()
    return _NAMES.get(name, name)


def zone_of_place(place: str, *, country: str = "") -> str | None:
    """The zone of ``Carson, CA,US``, ``Munich, Germany``, ``ALEXANDRIA NSW``, ``SYDNEY (AU)``.

    *country* is where the place must be when it does not say so itself.
    """
    if bracketed := re.search(r"\(([A-Z]{2})\)\s*$", place.strip().upper()):
        country, place = bracketed[1], place[: place.rindex("(")]
    parts = [part.strip() for part in place.split(",") if part.strip()]
    if not country and len(parts) > 1:
        country = parts.pop()
    tail = parts[-1].split()[-1] if parts else ""
    return zone_of_country(country, tail)
