"""Files that are almost guides: what Hypothesis makes of whole ones, and of nothing."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from lms.guides.readers.__main__ import read
from lms.guides.readers.values import ReadGuide, UnreadableError, Why
from tests.guides.files import make_pdf

MARKS = st.sampled_from(
    ["# ", "## ", "- ", "> ", "1. ", "```", "| a | b |\n|---|---|\n", "---", "===", "\n\n", "\n",
     "[a](b)", "**", "<div>", "&amp;", "\\", "\t", "\u202e", "\x00", "ក", "title: x\n", "    "]
)  # fmt: skip
TAGS = st.sampled_from(
    ["<h1>", "</h1>", "<h2>A", "<p>", "<table><tr><td>", "</table>", "<li>", "<ul>", "<script>",
     "</script>", "<!--", "-->", "<a href='javascript:x'>", "<svg><title>", "<b>", "&#0;",
     "&#x202e;", "<pre># a", "<plaintext>", "<template>", "<math><mi>", "<h3><h4>", "<br>", "|"]
)  # fmt: skip
PARTS = st.sampled_from(
    ["<w:p>", "</w:p>", "<w:r><w:t>words</w:t></w:r>", "<w:tbl><w:tr><w:tc>",
     "</w:tc></w:tr></w:tbl>", '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>',
     "<w:hyperlink r:id='rId9'>", "<w:br/>", "<w:drawing>",
     "<w:footnoteReference w:id='7'/>", '<w:numPr><w:numId w:val="99"/></w:numPr>', "&lt;", "<x>"]
)  # fmt: skip
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OPEN = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = f"""<Types xmlns="{_OPEN}/content-types"><Default Extension="xml"
ContentType="application/xml"/></Types>"""
_RELATIONS = f"""<Relationships xmlns="{_OPEN}/relationships"><Relationship Id="rId1"
Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>"""
_STYLES = f"""<w:styles xmlns:w="{_WORD}"><w:style w:type="paragraph" w:styleId="Heading1">
<w:name w:val="heading 1"/></w:style></w:styles>"""
_HEADING = '<w:pStyle w:val="Heading1"/>'
_HEAD = f'<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>'


@cache
def whole(kind: str) -> bytes:
    """A whole small guide of a kind."""
    if kind == "pdf":
        return make_pdf()
    if kind == "docx":
        return _docx_of(f"<w:p><w:pPr>{_HEADING}</w:pPr><w:r><w:t>One</w:t></w:r></w:p>")
    if kind == "html":
        return b"<title>A</title><h1>One</h1><p>Text<table><tr><th>A<td>B</table><h2>Two</h2>x"
    return b"---\ntitle: A\n---\n# One\n\ntext\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Two\n"


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """The file with a piece cut out, doubled or overwritten."""
    size = len(content)
    return st.tuples(
        st.integers(0, size), st.integers(0, size), st.binary(max_size=12), st.booleans()
    ).map(
        lambda cut: (
            content[: cut[0]]
            + cut[2]
            + content[min(cut[0] + len(cut[2]), size) if cut[3] else cut[1] :]
        )
    )


def _docx_of(body: str) -> bytes:
    """The smallest Word file, with this XML for its text: python-docx's own is slow to read."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as written:
        written.writestr("[Content_Types].xml", _TYPES)
        written.writestr("_rels/.rels", _RELATIONS)
        written.writestr("word/styles.xml", _STYLES)
        content = f"{_HEAD}{body}</w:body></w:document>".encode("utf-8", "replace")
        written.writestr("word/document.xml", content)
    return target.getvalue()


def files_of(kind: str) -> st.SearchStrategy[bytes]:
    """Files of a kind: whole ones damaged, texts of its own marks, and noise."""
    broken = damaged(whole(kind))
    if kind == "markdown":
        return broken | st.lists(MARKS | st.text(max_size=8), max_size=20).map(
            lambda parts: "".join(parts).encode("utf-8", "replace")
        )
    if kind == "html":
        return broken | st.lists(TAGS | st.text(max_size=8), max_size=20).map(
            lambda parts: "".join(parts).encode("utf-8", "replace")
        )
    if kind == "docx":
        return broken | st.lists(PARTS, max_size=12).map(lambda parts: _docx_of("".join(parts)))
    return broken | st.binary(max_size=200).map(lambda rest: b"%PDF-1.7\n" + rest)


def read_here(kind: str, content: bytes) -> ReadGuide | Why:
    """Read in this process, so that nothing is caught but what a reader itself refuses."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            return read(kind, Path(file.name), lambda _done, _total: None)
        except UnreadableError as refused:
            return refused.why
