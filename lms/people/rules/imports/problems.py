"""What can be wrong with a row: codes that are kept, and the sentences they are shown as."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from lms.core.text import N_

SENTENCES: dict[str, str] = {
    "email_missing": N_("The e-mail address is missing."),
    "email_form": N_(
        "“%(value)s” is not an e-mail address. Write it like name@agency.example."
    ),
    "email_twice": N_("The same e-mail address stands in row %(rows)s as well."),
    "example_row": N_("This is an example of the template file. Delete the row."),
    "name_missing": N_("The name is missing."),
    "name_character": N_(
        "Character %(place)s of this name, U+%(code)s, cannot be shown or printed. "
        "Type the name again without it."
    ),
    "too_long": N_("This is longer than %(longest)s characters. Write a shorter form."),
    "member_missing": N_("The member is missing."),
    "member_unknown": N_(
        "There is no member called “%(value)s”. Use a name of the list of members."
    ),
    "member_other": N_("This import is for %(member)s. Leave other members' people to them."),
    "member_transfer": N_(
        "This person belongs to %(member)s. A transfer changes the member, an import does not."
    ),
    "agency_other": N_("You import people of %(agency)s only."),
    "agency_unknown": N_(
        "%(member)s has no agency “%(value)s”. Use a name of the list, or ask for it to be added."
    ),
    "agency_closed": N_("“%(value)s” is closed. Name the agency that took its place."),
    "sector_unknown": N_(
        "“%(value)s” is not a sector. Write government, international organisation, business, "
        "civil society or academia."
    ),
    "sex_unknown": N_(
        "“%(value)s” is not understood. Write woman, man or another, or leave it empty."
    ),
    "language_unknown": N_(
        "“%(value)s” is not a language we know. Write its English name or its code, such as km."
    ),
    "time_zone_unknown": N_("“%(value)s” is not a time zone. Write it like Asia/Phnom_Penh."),
    "yes_or_no": N_("“%(value)s” is not understood. Write yes or no."),
    "person_awaiting": N_(
        "This person has registered and waits for a decision. Decide that first, then import."
    ),
    "person_left": N_("This person's account is closed. Open it again on their page first."),
    "person_gone": N_("This row cannot be imported any more. Look the person up by their name."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the field, a key of SENTENCES, and the values of its sentence."""

    field: str
    code: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The English sentence with its values, for the command line and the file of problems."""
        return SENTENCES[self.code] % self.facts


def shortened(value: str, longest: int = 60) -> str:
    """A cell as a sentence quotes it: one line, not too long."""
    line = " ".join(value.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
