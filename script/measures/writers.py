"""People who go on writing while something below them fails, and what became of each write."""

import contextlib
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from sqlalchemy import create_engine, text

from lms.access.roles import Role
from lms.web.demonstration.cast import PASSWORD, accounts
from script.measures import clients, growth, product, visitors

PAUSE = 0.2
LONGEST_RECOVERY = 150.0
PEOPLE_FILE = (
    "Name,E-mail,Member,Agency,Post\n"
    "Official Number {0},official.{0}@police.example,Fiji,Fiji Police Force,Inspector\n"
)


@dataclass
class Writers:
    """One person who saves the own profile again and again, and one who uploads files.

    `acknowledged` are the names that the product said were saved, in their order; `uploaded`
    counts the files it said it took; `answers` counts all other answers by their heading.
    """

    installation: product.Product
    acknowledged: list[str] = field(default_factory=list)
    uploaded: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    pages: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        office = next(each.email for each in accounts() if each.role is Role.SECRETARIAT)
        self._accounts = [
            {"email": email, "password": PASSWORD} for email in (growth.LEARNER, office)
        ]
        # The port listens before the first process behind it has started.
        visitors.new_browser().open(f"{self.installation.address}/healthz", timeout=180).read()
        self._browsers = [visitors.browser_of(self.installation, each) for each in self._accounts]
        self._load_forms()

    def sign_in(self) -> None:
        """Sign both in once more, in browsers that have been here before."""
        for browser, account in zip(self._browsers, self._accounts, strict=True):
            with contextlib.suppress(RuntimeError):  # still signed in: there is no form
                visitors.sign_in_with(browser, self.installation, account)
        self._load_forms()

    def _load_forms(self) -> None:
        self._learner, self._office = self._browsers
        self._profile = self._form("/profile", self._learner)
        self._import = self._form("/imports/new", self._office)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write inside the context, whatever is answered."""
        stop = threading.Event()

        def go_on() -> None:
            while not stop.wait(PAUSE):
                self.save_profile()
                self.upload()
                self.read_page()

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def save_profile(self) -> bool:
        """Save the own profile under a new name; whether the product said it was saved."""
        name = f"Learner {len(self.acknowledged) + sum(self.answers.values())}"
        sent = urllib.parse.urlencode([*self._profile, ("name", name)]).encode()
        if self._send(self._learner, "/profile", sent):
            self.acknowledged.append(name)
            return True
        return False

    def upload(self) -> bool:
        """Upload a file of people; whether the product said that it took it."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in self._import
        ]
        file = PEOPLE_FILE.format(self.uploaded)
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{file}\r\n--{boundary}--\r\n"
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        taken = self._send(self._office, "/imports/new", "".join(parts).encode(), kind)
        self.uploaded += taken
        return taken

    def read_page(self) -> None:
        """Read a page; its status is counted."""
        try:
            self._learner.open(f"{self.installation.address}/courses", timeout=30).read()
            self.pages[200] += 1
        except urllib.error.HTTPError as refused:
            self.pages[refused.code] += 1
        except OSError:
            self.pages[0] += 1

    def seconds_until_well(self) -> float:
        """Wait until both are told that it was saved, twice in a row; RuntimeError if never."""
        begun = time.monotonic()
        while time.monotonic() < begun + LONGEST_RECOVERY:
            if all([self.save_profile(), self.upload()]):
                return time.monotonic() - begun
            time.sleep(PAUSE)
        raise RuntimeError(f"Still not well: {dict(self.answers)}")

    def lost(self) -> int:
        """How many acknowledged writes are not there, or only half."""
        database = create_engine(self.installation.environment["BEKAL_DATABASE_URL"])
        with database.connect() as connection:
            name = connection.execute(
                text("SELECT name FROM person WHERE email = :email"), {"email": growth.LEARNER}
            ).scalar_one()
            saves = connection.execute(
                text("SELECT count(*) FROM audit_entry WHERE verb = 'profile.save'")
            ).scalar_one()
            files = connection.execute(text("SELECT count(*) FROM import_run")).scalar_one()
        database.dispose()
        is_last = int(str(name).split()[-1]) >= int(self.acknowledged[-1].split()[-1])
        missing = max(0, len(self.acknowledged) - int(saves)) + max(0, self.uploaded - int(files))
        return missing + (not is_last)

    def seconds_until_read(self) -> float:
        """Wait until the worker has read every uploaded file; RuntimeError if it never does."""
        begun = time.monotonic()
        database = create_engine(self.installation.environment["BEKAL_DATABASE_URL"])
        try:
            while time.monotonic() < begun + LONGEST_RECOVERY:
                with database.connect() as connection:
                    states = connection.execute(
                        text("SELECT state, count(*) FROM import_run GROUP BY state")
                    ).all()
                if {state for state, _ in states} <= {"ready"}:
                    return time.monotonic() - begun
                time.sleep(0.5)
        finally:
            database.dispose()
        raise RuntimeError(f"The worker has not read all files: {states}")

    def _send(
        self,
        browser: visitors.Browser,
        path: str,
        data: bytes,
        headers: dict[str, str] | None = None,
    ) -> bool:
        address = f"{self.installation.address}{path}"
        request = urllib.request.Request(address, data, headers or {})  # noqa: S310 - our own server
        request.add_header("Referer", address)
        try:
            with contextlib.closing(browser.open(request, timeout=60)) as answer:
                page = answer.read().decode(errors="replace")
                if answer.url.endswith("/sign-in"):
                    self.answers["asked to sign in"] += 1
                    return False
                return bool(page)
        except urllib.error.HTTPError as refused:
            page = refused.read().decode(errors="replace")
            self.answers[f"{refused.code} “{clients.heading_of(page)}”"] += 1
        except OSError:
            self.answers["no answer"] += 1
        return False

    def _form(self, path: str, browser: visitors.Browser) -> list[tuple[str, str]]:
        """What a form sends when only its name or file is changed."""
        page = browser.open(f"{self.installation.address}{path}", timeout=60).read()
        form = BeautifulSoup(page, "html.parser").select_one("main form:has([name=csrf_token])")
        if form is None:
            raise RuntimeError(f"{path} has no form.")
        sent = []
        for control in form.select("input[name], select[name]"):
            value = _value(control)
            if value is not None and control["name"] not in {"name", "file"}:
                sent.append((str(control["name"]), value))
        return sent


def _value(control: Tag) -> str | None:
    """What a control of a form sends as it stands; None where it sends nothing."""
    if control.name == "select":
        chosen = control.select_one("option[selected]") or control.select_one("option")
        return str(chosen.get("value", "")) if chosen is not None else None
    if control.get("type") in {"radio", "checkbox"} and not control.has_attr("checked"):
        return None
    return str(control.get("value") or "")
