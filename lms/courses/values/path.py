"""`content/paths/*.yaml`."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field

from lms.core.content.values import Key, Line, Prose, Value
from lms.courses.values.course import CertificateRule


class CoursePath(Value):
    """`content/paths/<key>.yaml`: courses in order, with a certificate of their own."""

    key: Key
    title: Line
    summary: Prose
    courses: Annotated[tuple[Key, ...], Field(min_length=2)]
    certificate: CertificateRule

    @property
    def digest(self) -> str:
        """SHA-256 of the path as JSON: the same words and order give the same digest."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
