"""Settings: one frozen, typed record read from the environment and nowhere else.

A default is allowed only where it is right for a first start on one machine
and safe to publish. Production has no default for anything secret or public.
"""

from __future__ import annotations

import enum
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lms.core.key_files import write_once

ROOT = Path(__file__).resolve().parent
SHORTEST_SECRET = 32


class Environment(enum.StrEnum):
    """Where this process runs; decides which defaults and tools are allowed."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Where mail goes. Without a host, messages are written to a folder as .eml files."""

    sender: str
    host: str | None
    port: int
    user: str | None
    password: str | None
    starttls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one process.

    `public_address` is the permanent address written into mails and
    certificates, never taken from a request. `data_folder` holds everything
    the embedded defaults write: database, files, mail, logs. `signing_key` and
    `signing_certificate` are PEM files that the worker alone reads; without them it makes
    its own in the data folder, which production does not allow. `backup_recipients` are the
    public keys that backups are encrypted for.
    """

    environment: Environment
    secret_key: str
    database_url: str
    data_folder: Path
    content_folder: Path
    public_address: str
    host: str
    port: int
    mail: Mail
    largest_request: int
    sqlite_synchronous: str
    trusted_proxies: int
    signing_key: Path | None = None
    signing_certificate: Path | None = None
    backup_recipients: tuple[str, ...] = ()

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def files_folder(self) -> Path:
        """Where storage keeps its files when it is the local folder."""
        return self.data_folder / "files"

    @property
    def mail_folder(self) -> Path:
        """Where mail is written as .eml files when there is no mail server."""
        return self.data_folder / "mail"

    @property
    def credential_key_file(self) -> Path:
        """Where the worker keeps the private key that signs credentials. Only it reads this."""
        return self.data_folder / "credential_key.pem"

    @property
    def prints_specimens(self) -> bool:
        """Whether certificates made here are specimens: their address stays on this machine."""
        return _is_loopback_host(urlsplit(self.public_address).hostname or "")

    @property
    def is_loopback(self) -> bool:
        """Whether both the address served and the address published stay on this machine."""
        return _is_loopback_host(self.host) and _is_loopback_host(
            urlsplit(self.public_address).hostname or ""
        )

    @property
    def is_demonstration_allowed(self) -> bool:
        """Demonstration people have published passwords: never in production, never reachable."""
        return not self.is_production and self.is_loopback

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the BEKAL_ variables. Raises SettingsError naming the first that cannot stand."""
        environment = _environment(environ.get("BEKAL_ENVIRONMENT", "development"))
        data_folder = Path(environ.get("BEKAL_DATA_FOLDER", str(ROOT / "var"))).resolve()
        port = _whole_number(environ, "PORT", 8000)
        production = environment is Environment.PRODUCTION
        return cls(
            environment=environment,
            secret_key=_secret_key(environ, data_folder, production=production),
            database_url=_required_in_production(
                environ, "BEKAL_DATABASE_URL", f"sqlite:///{data_folder / 'bekal.db'}", production
            ),
            data_folder=data_folder,
            content_folder=Path(environ.get("BEKAL_CONTENT_FOLDER", str(ROOT / "content"))),
            public_address=_required_in_production(
                environ, "BEKAL_PUBLIC_ADDRESS", f"http://127.0.0.1:{port}", production
            ).rstrip("/"),
            host=environ.get("BEKAL_HOST", "127.0.0.1"),
            port=port,
            mail=_mail(environ, production=production),
            largest_request=_whole_number(environ, "BEKAL_LARGEST_REQUEST", 64 * 1024 * 1024),
            sqlite_synchronous=environ.get("BEKAL_SQLITE_SYNCHRONOUS", "FULL"),
            trusted_proxies=_whole_number(environ, "BEKAL_TRUSTED_PROXIES", 0),
            signing_key=_file(environ, "BEKAL_SIGNING_KEY", production=production),
            signing_certificate=_file(environ, "BEKAL_SIGNING_CERTIFICATE", production=production),
            backup_recipients=tuple(environ.get("BEKAL_BACKUP_RECIPIENTS", "").split()),
        )


def _environment(value: str) -> Environment:
    try:
        return Environment(value)
    except ValueError as error:
        names = ", ".join(environment.value for environment in Environment)
        raise SettingsError(f"BEKAL_ENVIRONMENT is “{value}”. Use one of: {names}.") from error


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not value.isdecimal():
        raise SettingsError(f"{name} is “{value}”. Write a whole number.")
    return int(value)


def _required_in_production(
    environ: Mapping[str, str], name: str, default: str, production: bool
) -> str:
    value = environ.get(name)
    if value:
        return value
    if production:
        raise SettingsError(f"{name} has no default in production. Set it.")
    return default


def _file(environ: Mapping[str, str], name: str, *, production: bool) -> Path | None:
    """The path given; whether it can be read is for the process that reads it to find out."""
    path = _required_in_production(environ, name, "", production)
    return Path(path) if path else None


def _secret_key(environ: Mapping[str, str], data_folder: Path, *, production: bool) -> str:
    """The key given, or outside production one made on first start and kept in the data folder."""
    given = environ.get("BEKAL_SECRET_KEY")
    if given:
        if len(given) < SHORTEST_SECRET:
            raise SettingsError(f"BEKAL_SECRET_KEY is shorter than {SHORTEST_SECRET} characters.")
        return given
    if production:
        raise SettingsError("BEKAL_SECRET_KEY has no default in production. Set it.")
    path = data_folder / "secret_key"
    if not path.exists():
        write_once(path, secrets.token_urlsafe(48).encode())
    return path.read_text().strip()


def _mail(environ: Mapping[str, str], *, production: bool) -> Mail:
    host = environ.get("BEKAL_SMTP_HOST") or None
    if production and host is None:
        raise SettingsError("BEKAL_SMTP_HOST has no default in production. Set it.")
    return Mail(
        sender=environ.get("BEKAL_MAIL_SENDER", "Bekal <no-reply@bekal.example>"),
        host=host,
        port=_whole_number(environ, "BEKAL_SMTP_PORT", 587),
        user=environ.get("BEKAL_SMTP_USER") or None,
        password=environ.get("BEKAL_SMTP_PASSWORD") or None,
        starttls=environ.get("BEKAL_SMTP_STARTTLS", "yes") == "yes",
    )


def _is_loopback_host(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
