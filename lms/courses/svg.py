"""Drawings of courses: `core.uploads.svg` reads and rebuilds them, as it does every drawing."""

from lms.core.uploads.svg import Flaw, check_svg, safe_svg

__all__ = ["Flaw", "check_svg", "safe_svg"]
