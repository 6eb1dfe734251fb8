"""The access record of pages that a refused POST shows again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from lms.core.request import only_read_on, record_access


def record_shown(person_ids: Sequence[int]) -> None:
    """Record that this page names these people, on GET and after a POST that was refused.

    After a POST nothing may be written any more: the answer is rolled back.
    """
    if request.method == "POST":
        only_read_on()
    record_access(person_ids)
