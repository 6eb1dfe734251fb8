"""The time zones to choose from, by region, with their present offset from UTC. Pure."""

from __future__ import annotations

import datetime
import zoneinfo
from functools import cache

from lms.core.text import N_

REGIONS: dict[str, str] = {
    "Asia": N_("Asia"),
    "Pacific": N_("Pacific"),
    "Australia": N_("Australia"),
    "Indian": N_("Indian Ocean"),
    "Europe": N_("Europe"),
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Atlantic": N_("Atlantic"),
}

_OLD_SPELLINGS = """
    Asia/Ashkhabad Asia/Calcutta Asia/Chongqing Asia/Chungking Asia/Dacca Asia/Harbin
    Asia/Istanbul Asia/Kashgar Asia/Katmandu Asia/Macao Asia/Rangoon Asia/Saigon Asia/Tel_Aviv
    Asia/Thimbu Asia/Ujung_Pandang Asia/Ulan_Bator Australia/ACT Australia/Canberra
    Australia/Currie Australia/LHI Australia/NSW Australia/North Australia/Queensland
    Australia/South Australia/Tasmania Australia/Victoria Australia/West Australia/Yancowinna
    Europe/Kiev Europe/Nicosia Pacific/Enderbury Pacific/Johnston Pacific/Ponape Pacific/Samoa
    Pacific/Truk Pacific/Yap Atlantic/Faeroe Africa/Asmera Africa/Timbuktu
"""
"""Names the time zone database keeps only as links to a newer spelling (its file `backward`)."""


@cache
def zone_names() -> frozenset[str]:
    """Every name that may be chosen, UTC among them."""
    places = {
        name
        for name in zoneinfo.available_timezones()
        if name.partition("/")[0] in REGIONS and name not in _OLD_SPELLINGS.split()
    }
    return frozenset(places | {"UTC"})


def offset_words(name: str, now: datetime.datetime) -> str:
    """The zone's offset at this moment, such as UTC+05:45."""
    offset = now.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() or datetime.timedelta()
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def zones_by_region(now: datetime.datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each region its zones as (name, "Phnom Penh (UTC+07:00)"), by place."""
    found: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(zone_names()):
        region, _, place = name.partition("/")
        if region in found:
            words = place.replace("_", " ").replace("/", ", ")
            found[region].append((name, f"{words} ({offset_words(name, now)})"))
    return [(REGIONS[region], zones) for region, zones in found.items() if zones]


MEMBER_ZONES: dict[str, str] = {
    "AFG": "Asia/Kabul",
    "ARE": "Asia/Dubai",
    "AUS": "Australia/Sydney",
    "AUT": "Europe/Vienna",
    "BEL": "Europe/Brussels",
    "BGD": "Asia/Dhaka",
    "BRN": "Asia/Brunei",
    "BTN": "Asia/Thimphu",
    "CAN": "America/Toronto",
    "CHE": "Europe/Zurich",
    "CHN": "Asia/Shanghai",
    "DEU": "Europe/Berlin",
    "DNK": "Europe/Copenhagen",
    "ESP": "Europe/Madrid",
    "FIN": "Europe/Helsinki",
    "FJI": "Pacific/Fiji",
    "FRA": "Pacific/Noumea",
    "GBR": "Europe/London",
    "HKG": "Asia/Hong_Kong",
    "IDN": "Asia/Jakarta",
    "IND": "Asia/Kolkata",
    "IRN": "Asia/Tehran",
    "IRQ": "Asia/Baghdad",
    "ITA": "Europe/Rome",
    "JOR": "Asia/Amman",
    "JPN": "Asia/Tokyo",
    "KHM": "Asia/Phnom_Penh",
    "KIR": "Pacific/Tarawa",
    "KOR": "Asia/Seoul",
    "LAO": "Asia/Vientiane",
    "LKA": "Asia/Colombo",
    "MAC": "Asia/Macau",
    "MDV": "Indian/Maldives",
    "MMR": "Asia/Yangon",
    "MNG": "Asia/Ulaanbaatar",
    "MYS": "Asia/Kuala_Lumpur",
    "NLD": "Europe/Amsterdam",
    "NOR": "Europe/Oslo",
    "NPL": "Asia/Kathmandu",
    "NRU": "Pacific/Nauru",
    "NZL": "Pacific/Auckland",
    "PAK": "Asia/Karachi",
    "PHL": "Asia/Manila",
    "PLW": "Pacific/Palau",
    "PNG": "Pacific/Port_Moresby",
    "POL": "Europe/Warsaw",
    "PRK": "Asia/Pyongyang",
    "ROU": "Europe/Bucharest",
    "RSO": "Asia/Bangkok",
    "RUS": "Europe/Moscow",
    "SGP": "Asia/Singapore",
    "SLB": "Pacific/Guadalcanal",
    "SWE": "Europe/Stockholm",
    "SYR": "Asia/Damascus",
    "THA": "Asia/Bangkok",
    "TLS": "Asia/Dili",
    "TON": "Pacific/Tongatapu",
    "TUR": "Europe/Istanbul",
    "USA": "America/New_York",
    "VNM": "Asia/Ho_Chi_Minh",
    "VUT": "Pacific/Efate",
    "WSM": "Pacific/Apia",
    "ZAF": "Africa/Johannesburg",
}
"""The zone in which a day ends for people of a member who keep none: that of the seat of the
member's administration. Members that are not listed, organisations mostly, use UTC."""


def zone_for(person_zone: str, member_code: str) -> str:
    """The person's own zone where they keep one, else that of the member.

    An account begins with UTC, which nobody in the region lives by: it means none is kept.
    """
    return person_zone if person_zone != "UTC" else MEMBER_ZONES.get(member_code, "UTC")


def place_of_zone(name: str) -> str:
    """The place a zone is named after: "Phnom Penh" for Asia/Phnom_Penh."""
    return name.rpartition("/")[2].replace("_", " ")
