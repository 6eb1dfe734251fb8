"""The one door to XlsxWriter: 3 MB that a process holds once it wrote a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from xlsxwriter import Workbook


def new_workbook(target: BinaryIO, **options: bool) -> Workbook:
    """An empty workbook, written to `target` when it is closed.

    Text is always text: nothing is taken for a formula or a link.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - its one door

    return Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False} | options)
