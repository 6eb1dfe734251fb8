"""Reads PDF files with programs and libraries that are not ours."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import page
import pikepdf


def failed_rules(file: bytes) -> list[str]:
    """The rules of PDF/UA-1 that the file breaks, in words."""
    report = page.validate_pdf_bytes(file, profile=page.ValidationProfile.PDF_UA_1)
    return [str(failure) for failure in report.failures]


def opened(file: bytes) -> pikepdf.Pdf:
    """The file's objects, until it is closed: `with opened(file) as document`."""
    return pikepdf.Pdf.open(io.BytesIO(file))


def tags_of(file: bytes) -> list[str]:
    """The structure of the file as a reader aloud walks it: H1, P, Figure and so on."""
    found: list[str] = []

    def walk(element: Any) -> None:
        if isinstance(element, pikepdf.Array):
            for each in element:
                walk(each)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append(str(element.S).removeprefix("/"))
            walk(element.get("/K", pikepdf.Array()))

    with opened(file) as document:
        walk(document.Root.StructTreeRoot.K)
    return found


def figures_of(file: bytes) -> list[str]:
    """What stands in words in place of each picture."""
    with opened(file) as document:
        return [
            str(each.Alt)
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
        ]


def text_of(file: bytes) -> str:
    """The words of the file in the order they are drawn."""
    return _run(["pdftotext", "-enc", "UTF-8", "-", "-"], file).decode()


def fonts_of(file: bytes, folder: Path) -> list[str]:
    """The names of the fonts in the file, without the mark of a subset; all must be embedded."""
    path = folder / "fonts.pdf"
    path.write_bytes(file)
    lines = _run(["pdffonts", str(path)]).decode().splitlines()[2:]
    assert all(line.split()[-5] == "yes" for line in lines), lines
    return [line.split()[0].split("+", 1)[-1] for line in lines]


def picture_of(file: bytes, *, dots: int, page_number: int = 1) -> bytes:
    """A page as a grey PNG, at so many dots to the inch."""
    number = str(page_number)
    return _run(
        ["pdftoppm", "-r", str(dots), "-gray", "-png", "-f", number, "-l", number, "-"], file
    )


def signatures_of(file: bytes, folder: Path) -> str:
    """What poppler says of the signatures."""
    path = folder / "signed.pdf"
    path.write_bytes(file)
    return _run(["pdfsig", str(path)]).decode()


def _run(command: list[str], given: bytes = b"") -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode()[:300]}")
    return done.stdout
