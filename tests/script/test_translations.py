"""The checker of catalogues, run on a small product of its own."""

from pathlib import Path

import pytest

from script import translations

HEADER = """\
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
COMPLETE = """\
msgid "Courses"
msgstr "Cours"

msgid "Signed in as %(name)s"
msgstr "Connecté : %(name)s"

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s jour"
msgstr[1] "%(num)s jours"
"""


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The French catalogue of a product with three texts, one in a template; empty yet."""
    folder = tmp_path / "lms" / "web" / "translations"
    path = folder / "fr" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    (folder / "babel.cfg").write_text("[python: lms/**.py]\n[jinja2: templates/**.html]\n")
    (tmp_path / "lms" / "words.py").write_text(
        "lazy_gettext('Signed in as %(name)s')\nngettext('%(num)s day', '%(num)s days', 2)\n"
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("<h1>{{ _('Courses') }}</h1>")
    path.write_text(HEADER)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "FOLDER", folder)
    monkeypatch.chdir(tmp_path)
    return path


def test_complete_catalogue_passes(catalogue: Path) -> None:
    catalogue.write_text(HEADER + COMPLETE)
    assert translations.main(["check"]) == 0


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('msgid "Courses"\nmsgstr "Cours"\n', "", "missing: “Courses” (templates/page.html:1)"),
        ('msgstr "Cours"', 'msgstr ""', "not translated: “Courses”"),
        ('msgid "Courses"', '#, fuzzy\nmsgid "Courses"', "fuzzy: “Courses”"),
        ("Connecté : %(name)s", "Connecté : %(nom)s", "unknown named placeholder 'nom'"),
        ('msgstr[1] "%(num)s jours"', 'msgstr[1] ""', "not translated: “%(num)s day”"),
    ],
)
def test_incomplete_catalogue_fails_and_is_named(
    catalogue: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, said: str
) -> None:
    assert right in COMPLETE
    catalogue.write_text(HEADER + COMPLETE.replace(right, wrong))
    assert translations.main(["check"]) == 1
    assert said in capsys.readouterr().out


def test_update_keeps_translations_and_adds_new_words_empty(catalogue: Path) -> None:
    catalogue.write_text(HEADER + 'msgid "Courses"\nmsgstr "Cours"\n')
    assert translations.main(["update"]) == 0
    updated = catalogue.read_text()
    assert 'msgid "Courses"\nmsgstr "Cours"' in updated
    assert 'msgid "Signed in as %(name)s"\nmsgstr ""' in updated
    assert translations.main(["check"]) == 1
