"""What people and machines send that no form asked for: our own list, as bytes of a body.

Each value stands for a mistake that some program has made with it. Two of them leave a trace
that a test can look for: MARKUP must never become an element, HEADER never a header.
"""

from __future__ import annotations

ELEMENT = "zqfuzz"
"""The element that an answer holds when it printed MARKUP as it came."""
HEADER_NAME = "X-Zqfuzz"
"""The header that an answer has when it let HEADER through."""

CONTROL = (
    b"\x00",
    b"before\x00after",
    b"\x01\x02\x07\x08\x0b\x0c\x0e\x1b[31m\x1f\x7f",
    "\u0085\u2028\u2029\ufeff\ufffe\uffff".encode(),
    b" \t\r\n ",
    b"one\r\ntwo\rthree\nfour",
)
BROKEN_ENCODING = (
    b"\xff\xfe\xfd",
    b"\xc3\x28",
    b"\xed\xa0\x80",  # half of a surrogate pair
    b"\xed\xa0\xbd\xed\xb8\x80",  # a whole pair, encoded as two halves
    b"\xf4\x90\x80\x80",  # beyond the last character
    b"\xc0\xaf",  # a slash, longer than it need be
    b"%00%ff%u0041",
)
SCRIPTS = tuple(
    value.encode()
    for value in (
        "\u202egnp.exe\u202c",
        "\u2066\u2067\u2068\u2069\u200f",
        "\u200b\u200c\u200d\u2060\u00ad",
        "e" + "\u0301" * 500,
        "👩🏽‍🚒🏴󠁧󠁢󠁥󠁮󠁧󠁿🇵🇼",
        "ខ្មែរ বাংলা မြန်မာ 中文 ދިވެހި",
        "İıſßẞﬁΣς",
        "𝒜𠜎\U0010ffff",
        "١٢٣ ௧௨ Ⅷ ½ ²",
    )
)
MARKUP = (
    f'"><{ELEMENT}>'.encode(),
    f"'><svg><{ELEMENT} onload=1>".encode(),
    f"</textarea></title><{ELEMENT}>".encode(),
    f"<!--><{ELEMENT}>-->".encode(),
    f"![a](javascript:1)<{ELEMENT}>[b](data:text/html,1)".encode(),
    b"javascript:alert(1)",
    b"]]></x><![CDATA[",
)
CODE = (
    b"{{7*7}}{%raw%}${7*7}#{7*7}<%=7*7%>",
    b"%(name)s %s %n %x {0} {name!r}",
    b"' OR '1'='1' -- ",
    b'"; DROP TABLE person; --',
    b"1; SELECT pg_sleep(9)",
    b"%' ESCAPE '%_\\",
    b"$(sleep 9)`sleep 9`|sleep 9;sleep 9",
    b'=HYPERLINK("http://127.0.0.1/","x")',
    b"@SUM(1+1)*cmd|' /C calc'!A0",
    b"- &a [*a]\n? !!python/object:os.system x\n: |",
    b"a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]",
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    b"x\r\n" + HEADER_NAME.encode() + b": 1\r\n\r\nx",
)
PATHS = (
    b"../../../../etc/passwd",
    b"..\\..\\windows\\win.ini",
    b"/etc/passwd",
    b"//evil.example/x",
    b"/\\evil.example",
    b"http://127.0.0.1:1/",
    b"CON",
    b".",
    b"a/" * 500,
)
NUMBERS = (
    b"0",
    b"-1",
    b"-0",
    b"2147483648",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"9" * 400,
    b"9" * 5_000,  # more digits than Python turns into a number
    b"1e309",
    b"1.5",
    b"NaN",
    b"-Infinity",
    b"0x10",
    b"1_000",
    "٣".encode(),
    "²".encode(),
)
DATES = (
    b"0000-00-00",
    b"0001-01-01",
    b"9999-12-31",
    b"10000-01-01",
    b"2026-02-30",
    b"2026-W01",
    b"-2026-01-01",
    b"2026-01-01T00:00:00+99:99",
    b"25:61",
)
WORDS = (b"true", b"null", b"undefined", b"[]", b"None", b"on", b"a" * 320 + b"@example.org")

VALUES = (
    b"",
    *CONTROL,
    *BROKEN_ENCODING,
    *SCRIPTS,
    *MARKUP,
    *CODE,
    *PATHS,
    *NUMBERS,
    *DATES,
    *WORDS,
)
"""All of them, each short enough to stand in an address too."""

HUGE = b"a " * (512 * 1024)
"""A megabyte of words."""
MANY = 10_000
"""How many values a field gets that expects one."""

BODIES = (
    ("application/json", b""),
    ("application/json", b"null"),
    ("application/json", b'{"a": [1, {"b": "\\ud800"}]}'),
    ("application/json", b"[" * 20_000),
    ("application/json; charset=utf-99", b'{"a": 1}'),
    ("text/plain", b"a=b"),
    ("application/x-www-form-urlencoded", b"&&==&%&%zz=%f&a[b][c]=1&a.b=2&\x00=\xff"),
    ("application/x-www-form-urlencoded; charset=utf-16", "a=b".encode("utf-16")),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nno header of a part\r\n\r\n1\r\n--x--"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="\xff/../b\x00"\r\n\r\n--x--',
    ),
    ("\u00e9 not a type", b"\x00\xff"),
)
"""Whole bodies of kinds that no page of ours sends."""
