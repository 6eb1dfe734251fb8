"""The registry of guides and sources names its own mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.guides.registry import read_registry
from tests.courses.small_course import GUIDES, write

MISTAKES = [
    ("sources.yaml", "kind: treaty", "kind: song", 3, "sources[1].kind", "song is not one of"),
    ("sources.yaml", "year: 2000", "year: MM", 7, "sources[1].year", "Write a whole number"),
    ("sources.yaml", "title:", "titel:", 4, "sources[1].titel", "Did you mean title?"),
    ("sources.yaml", "key: protocol", "key: identification-guide", 1, "key", "also a public"),
    ("series.yaml", "key: practitioner-guides", "key: other", 4, "series", "not a series"),
    ("identification-guide.yaml", "key: identification-guide", "key: another", 1, "key",
     "the file is called identification-guide"),
    ("identification-guide.yaml", "  - key: guidance\n",
     "  - key: guidance\n    title: Again\n  - key: guidance\n", 14, "sections[2].key", "twice"),
    ("identification-guide.yaml", "year: 2021\neditions", "url: http://x.test\neditions", 6, "url",
     "https://"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "field", "says"), MISTAKES)
def test_mistake_in_the_registry_is_named(
    tmp_path: Path, file: str, old: str, new: str, line: int, field: str, says: str
) -> None:
    for name, text in GUIDES.items():
        write(tmp_path / name, text.replace(old, new, 1) if name == file else text)
    _, problems = read_registry(tmp_path)
    told = [str(problem) for problem in problems]
    assert any(p.line == line and p.field == field and says in p.text for p in problems), told


def test_citations_are_resolved_with_their_place(tmp_path: Path) -> None:
    for name, text in GUIDES.items():
        write(tmp_path / name, text)
    registry, problems = read_registry(tmp_path)
    assert problems == []
    article = registry.reference("protocol:3(a)")
    assert article is not None
    assert (article.short, article.is_guide) == ("Protocol, Art. 3(a)", False)
    assert article.full == "Protocol on trafficking. United Nations, 2000, Art. 3(a)"
    whole = registry.reference("protocol")
    assert whole is not None
    assert whole.full == "Protocol on trafficking. United Nations, 2000"
    section = registry.reference("identification-guide:guidance")
    assert section is not None
    assert (section.short, section.is_guide) == ("Identification guide, Guidance", True)
    assert registry.reference("identification-guide:advice") is None
    assert registry.reference("nothing") is None
