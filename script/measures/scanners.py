"""Wapiti and sqlmap, which are no part of the project, against the running product."""

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lms.web.demonstration.cast import COURSE
from script.measures import growth, product

SETTING = "BEKAL_SCANNERS"
HOW_TO_GET = (
    "Install wapiti3, greenlet and sqlmap with pip into a folder of their own, and name its bin "
    f"folder in {SETTING}."
)
MODULES = (
    "sql,timesql,xss,permanentxss,file,exec,redirect,crlf,csrf,ssrf,xxe,upload,log4shell,"
    "htaccess,methods"
)
"""What Wapiti tries. Without ldap: there is no LDAP here, and it takes a page that differs by
language for one."""
CRAWL_SECONDS, ATTACK_SECONDS, SQLMAP_SECONDS = 60, 8, 120
KEPT_OUT = ("sign-out", "account/sessions/*", "account/password*", "*second-factor*")
"""What would end the session that scans."""
ROLES = ("anonymous", "official", "focal_point", "trainer", "secretariat", "administrator")
TEACHING = f"/teaching/{COURSE}"
QUERIES = {
    "anonymous": (
        "/courses?q=a&topic=a&stage=a&language=en&theme=dark",
        "/verify?number=7K3M9QX2TR4W8VZ5CH6J",
        "/sign-in?next=/start",
    ),
    "official": ("/notices?before=5", "/members?q=a", f"/learning/{COURSE}?language=en"),
    "focal_point": (
        "/people?q=a&state=active&agency=1&after=1",
        "/own?words=a&course=x&state=done&agency=1&due=7&after=1",
        "/reports/own?by=agency&member=KHM&course=x&since=2026-01-01",
        "/imports?before=1",
    ),
    "trainer": (
        f"{TEACHING}/people?words=a&state=done&after=1",
        f"{TEACHING}/questions?after=1",
        f"{TEACHING}/messages?below=1",
        "/drafts?show=all&after=2026-01-01T00:00:00Z 1",
    ),
    "secretariat": (
        "/certificates?q=a&state=issued&before=1",
        "/people/waiting?after=1&checked=1",
        "/merges?state=open&before=1",
        "/reports/completion?by=agency&member=KHM&course=x",
    ),
    "administrator": (
        "/administration/audit?verb=person.invite&kind=person&id=1&since=2026-01-01",
        "/administration/jobs?state=done&kind=x&below=5",
        "/administration/mail?state=sent&template=x&below=5",
        "/administration/access?viewer=1&person=1&exports=1",
        "/roles?role=trainer&member=KHM&after=1",
    ),
}
"""The lists that are narrowed by what an address says."""
FORMS = {
    "anonymous": "/forgotten-password",
    "official": "/profile",
    "focal_point": "/people/invite",
    "trainer": f"{TEACHING}/messages/new",
    "secretariat": "/certificates/signatory",
    "administrator": "/roles",
}
"""A page with a form that is sent by POST."""


@dataclass
class Scan:
    """What one tool did in one role."""

    tool: str
    role: str
    requests: int = 0
    views: int = 0
    failures: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def folder() -> Path | None:
    """Where the tools are; None where they are not."""
    named = Path(os.environ.get(SETTING) or "/nowhere")
    return named if (named / "wapiti").exists() and (named / "sqlmap").exists() else None


def scans(installation: product.Product, tools: Path) -> Iterator[Scan]:
    """Each tool in each role, one after the other."""
    accounts = json.loads(installation.lms("demo", "accounts", "--json"))
    # All at first: after the scan as nobody this machine may not sign in for a while.
    emails = {role: _email(accounts, role) for role in ROLES}
    cookies = {
        role: growth.sign_in(installation, email) if email else "" for role, email in emails.items()
    }
    with listening() as (endpoint, hits):
        for role, cookie in cookies.items():
            for tool in (wapiti, sqlmap):
                scan = Scan(tool.__name__, role)
                begins = installation.log.stat().st_size
                with tempfile.TemporaryDirectory(prefix="bekal-scan-") as scratch:
                    findings = tool(installation, tools, role, cookie, endpoint, Path(scratch))
                scan.findings += [*findings, *(f"the product fetched {path}" for path in hits)]
                hits.clear()
                count(scan, installation.log, begins)
                yield scan


def _email(accounts: Sequence[Mapping[str, str]], role: str) -> str:
    """The address of the first account of a role; empty for nobody's."""
    return next((each["email"] for each in accounts if each["role"] == role), "")


def wapiti(
    installation: product.Product, tools: Path, _role: str, cookie: str, endpoint: str, into: Path
) -> list[str]:
    """Crawl the pages of a role and attack their forms; what the report says."""
    here = f"{installation.address}/"
    kept_out = [part for each in KEPT_OUT for part in ("-x", here + each)]
    header = ["-H", f"Cookie: {cookie}"] if cookie else []
    command: list[str | Path] = [tools / "wapiti", "-u", here, "--scope", "folder", "-m", MODULES]
    command += ["-d", "6", "-r", "language", "-r", "theme", "--max-links-per-page", "60"]
    command += ["--max-files-per-dir", "25", "--max-parameters", "60", "--no-bugreport"]
    command += ["--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(ATTACK_SECONDS)]
    command += ["--internal-endpoint", endpoint, "--external-endpoint", endpoint]
    command += ["--store-session", into / "session", "-f", "json", "-o", into / "report.json"]
    run(
        [*command, "-v", "0", *kept_out, *header],
        seconds=CRAWL_SECONDS + 20 * ATTACK_SECONDS + 200,
        within=into,
    )
    report = json.loads((into / "report.json").read_text())
    kinds = {**report["vulnerabilities"], **report["anomalies"]}
    return [
        f"{kind}: {each['method']} {each['path']} {each['parameter']}: {each['info']}"
        for kind, found in kinds.items()
        for each in found
    ]


def sqlmap(
    installation: product.Product, tools: Path, role: str, cookie: str, _endpoint: str, into: Path
) -> list[str]:
    """Try each parameter of a role's lists and of one form; the lines that name an injection."""
    targets = into / "targets.txt"
    targets.write_text("".join(f"{installation.address}{path}\n" for path in QUERIES[role]))
    common: list[str | Path] = [tools / "sqlmap", "--batch", "--level", "1", "--risk", "2"]
    common += ["--disable-coloring", "--time-sec", "3", "--retries", "0", "--technique", "BEUST"]
    common += ["--output-dir", into / "out", "--ignore-code", "*", "--flush-session"]
    common += ["--cookie", cookie] if cookie else []
    form = f"{installation.address}{FORMS[role]}"
    tried = (["-m", targets], ["-u", form, "--forms", "--csrf-token", "csrf_token"])
    said = ""
    for rest in tried:
        said += run([*common, *rest], seconds=SQLMAP_SECONDS, within=into)
    marks = ("is vulnerable", "injection point", "appears to be injectable", "might be injectable")
    return [line.strip() for line in said.splitlines() if any(mark in line for mark in marks)]


def run(command: list[str | Path], *, seconds: float, within: Path) -> str:
    """Run a tool in a home of its own, ended after so many seconds; all it said."""
    said = within / "said.txt"
    with said.open("wb") as output:
        started = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "HOME": str(within)},
        )
        try:
            started.wait(seconds)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
    return said.read_text(errors="replace")


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody has a reason to fetch from, and what was fetched from it.

    What Wapiti itself asks it, the front page and `get_…`, does not count.
    """
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/" and not self.path.startswith("/get_"):
                hits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", hits
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def count(scan: Scan, log: Path, begins: int) -> None:
    """Count what the product's own log says of the scan, from this byte on."""
    views = set()
    with log.open("rb") as lines:
        lines.seek(begins)
        for line in lines:
            if b'"event": "request"' not in line:
                continue
            told = json.loads(line)
            scan.requests += 1
            if told["status"] >= 500:
                scan.failures.append(f"{told['status']} of {told['endpoint']}")
            if told["status"] == 200:
                views.add(told["endpoint"])
    scan.views = len(views)
