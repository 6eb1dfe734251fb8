"""Words in templates: in the language in force, with values escaped where the page is HTML."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale


@pytest.fixture
def in_request(migrated_app: Flask) -> Iterator[None]:
    with migrated_app.test_request_context("/?language=en"):
        yield


@pytest.mark.usefixtures("in_request")
def test_words_follow_a_language_forced_in_the_middle_of_a_request() -> None:
    sentence = "{{ _('Skip to content') }}"
    english = render_template_string(sentence)
    with force_locale("id"):
        indonesian = render_template_string(sentence)
    assert english == "Skip to content" == render_template_string(sentence)
    assert indonesian != english


@pytest.mark.usefixtures("in_request")
def test_values_in_a_sentence_are_escaped_in_html_and_left_alone_in_plain_text(
    migrated_app: Flask,
) -> None:
    sentence = "{{ _('%(who)s and %(share)s%%', who=name, share=5) }}"
    assert render_template_string(sentence, name="<b>") == "&lt;b&gt; and 5%"
    plain = "{% autoescape false %}" + sentence + "{% endautoescape %}"
    assert render_template_string(plain, name="<b>") == "<b> and 5%"


@pytest.mark.usefixtures("in_request")
def test_numbers_choose_the_form_of_a_sentence_and_stand_in_it() -> None:
    sentence = "{{ ngettext('%(num)d hour', '%(num)d hours', hours) }}"
    assert render_template_string(sentence, hours=1) == "1 hour"
    assert render_template_string(sentence, hours=3) == "3 hours"


@pytest.mark.usefixtures("in_request")
def test_a_name_set_in_one_template_is_unknown_to_the_next() -> None:
    assert render_template_string("{% set here = 1 %}{{ here }}") == "1"
    assert render_template_string("{{ here is defined }}") == "False"
