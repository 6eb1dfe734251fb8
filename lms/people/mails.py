"""What mails say that templates cannot work out from facts."""

from __future__ import annotations

import datetime
import zoneinfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime

from lms.people.models import Person


def happened_at(person: Person, moment: datetime.datetime) -> str:
    """The moment as this person reads it: month in letters, their own zone in words."""
    try:
        locale = Locale.parse(person.interface_language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    zone = zoneinfo.ZoneInfo(person.time_zone)
    return format_datetime(moment, "d MMMM y, HH:mm VVV", tzinfo=zone, locale=locale)
