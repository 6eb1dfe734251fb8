"""The template file: all columns, two invented people, and notes on what belongs where."""

from __future__ import annotations

from lms.people.rules.imports.columns import FIELDS

EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "email": "dara.example@immigration.example",
        "name": "Sok Dara",
        "own_script_name": "សុខ ដារ៉ា",
        "own_script_language": "Khmer",
        "member": "Cambodia",
        "agency": "General Department of Immigration",
        "post": "Senior Inspector",
        "sector": "government",
        "sex": "man",
        "languages": "Khmer; English",
        "time_zone": "Asia/Phnom_Penh",
        "interface_language": "English",
        "limited_listing": "no",
    },
    {
        "email": "sri.example@police.example",
        "name": "Sri Wahyuningsih",
        "list_name": "Wahyuningsih, Sri",
        "member": "Indonesia",
        "agency": "National Police",
        "post": "Investigator",
        "sector": "government",
        "sex": "woman",
        "languages": "Indonesian; English",
        "time_zone": "Asia/Jakarta",
        "interface_language": "English",
        "limited_listing": "yes",
    },
)
"""Invented. Rows with their addresses are not imported, should somebody forget to delete them."""

EXAMPLE_EMAILS = frozenset(example["email"] for example in EXAMPLES)


def template_rows() -> list[list[str]]:
    """The row of column names and the two examples."""
    header = [field.name for field in FIELDS]
    return [header, *[[example.get(name, "") for name in header] for example in EXAMPLES]]
