"""What an installation may choose: read once from the environment (QS_…) or from a settings file."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SHIPPED_DATA = ROOT / "data"


class Face(StrEnum):
    """Which screens this process serves."""

    ALL = "all"
    STAFF = "staff"
    PUBLIC = "public"


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"  # asked for after the greeting; refused when the server does not offer it
    TLS = "tls"  # from the first byte
    NONE = "none"  # only to a server on the same machine


class Settings(BaseSettings):
    """One installation. Every field can be set as `QS_<NAME>`, or in the file that `QS_SETTINGS_FILE` names."""

    model_config = SettingsConfigDict(env_prefix="QS_", extra="forbid")

    data_dir: Path = SHIPPED_DATA / "local"  # the local database, the secret file, checkpoints, backups
    database_url: str = ""  # empty: a SQLite file in data_dir
    face: Face = Face.ALL
    demo: bool = False  # the sign-in page lists the invented people only when this is on
    demo_password: str = "lanping-2026"  # of the invented people, who exist in a demo installation only
    office_name: str = "公共服务质量监督办公室"
    office_name_en: str = "Public Service Quality Supervision Office"
    public_url: str = "http://localhost:8501"  # where the public pages stand: printed as QR codes on rating points
    time_zone: str = "Asia/Shanghai"
    allowed_hosts: list[str] = Field(default_factory=lambda: ["localhost", "127.0.0.1", "[::1]"])
    https: bool = False  # set behind a TLS proxy: cookies become Secure and carry the __Host- prefix
    session_idle_minutes: int = Field(default=30, ge=1)
    session_hours: int = Field(default=10, ge=1)
    lockout_failures: int = Field(default=5, ge=1)
    lockout_minutes: int = Field(default=15, ge=1)
    lockout_address_failures: int = Field(default=50, ge=1)  # an office may stand behind one address
    lockout_system_failures: int = Field(default=1000, ge=1)
    live_refresh_seconds: float = Field(default=5.0, ge=1)
    sockets_per_address: int = Field(default=100, ge=1)
    messages_per_ten_seconds: int = Field(default=120, ge=1)  # of one socket, before it is closed
    upload_quota_megabytes: int = Field(default=300, ge=1)  # of one address in ten minutes
    public_upload_quota_megabytes: int = Field(default=60, ge=1)  # the same for visitors who are not signed in

    # Sectors whose requests are never shown one by one, by code: health, and what mostly concerns minors (local rule).
    withheld_sectors: list[str] = Field(default_factory=lambda: ["health", "education"])

    staff_url: str = ""  # where the staff's pages stand, for links in notices; empty: the same as public_url
    smtp_host: str = ""  # empty: no e-mail is sent, and notices wait
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_password_file: Path | None = None  # one line; read at each run instead of smtp_password
    mail_from: str = ""  # the address that notices come from
    webhook_hosts: list[str] = Field(default_factory=list)  # where webhooks may be called: host, or host:port
    webhook_private_hosts: list[str] = Field(default_factory=list)  # of these, those inside the office's own network
    three_rates_file: Path | None = None  # the office's own weights of the three rates; empty: those shipped
    extra_ca_file: Path | None = None  # the office's own authority (PEM), trusted beside the public ones for sending

    @model_validator(mode="after")
    def mail_has_a_sender(self) -> Self:
        if self.smtp_host and not self.mail_from:
            raise ValueError("QS_SMTP_HOST is set, so QS_MAIL_FROM must name the address that notices come from")
        return self

    @property
    def staff_address(self) -> str:
        """Where the staff's pages stand, without a slash at the end."""
        return (self.staff_url or self.public_url).rstrip("/")

    @property
    def url(self) -> str:
        """The database address, the SQLite file in the data directory when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'qs.db'}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def secret_file(self) -> Path:
        return self.data_dir / "secret.key"

    @property
    def checkpoint_file(self) -> Path:
        return self.data_dir / "audit-checkpoints.jsonl"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read on first use."""
    return Settings(_env_file=os.environ.get("QS_SETTINGS_FILE"))  # type: ignore[call-arg]  # pydantic takes it
