"""A mail server and a webhook receiver on real sockets, with certificates of an authority of our own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qs.notices import actions
from qs.settings import MailSecurity, Settings

HOOK_NAME = "localhost"


@dataclass(frozen=True)
class Certificates:
    """The authority's certificate, and one of it for `localhost` with its key, as PEM files."""

    authority: Path
    server: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server)
        return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = certificate("Test Authority", "Test Authority", authority_key, authority_key, is_authority=True)
    server = certificate(HOOK_NAME, "Test Authority", server_key, authority_key, is_authority=False)
    made = Certificates(folder / "authority.pem", folder / "server.pem")
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.server.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + server.public_bytes(serialization.Encoding.PEM)
    )
    return made


def certificate(subject, issuer, key, signing_key, *, is_authority):
    now = datetime.now(UTC)
    names = [x509.DNSName(HOOK_NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
        .sign(signing_key, hashes.SHA256())
    )


@dataclass
class Letter:
    """One message as the mail server got it."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        return self.message.get_content().replace("\r\n", "\n")


@dataclass
class PostOffice:
    """A mail server: what it got, and what it answers. `refused` are mailboxes it does not know."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"
    signed_in: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.letters.append(Letter(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return self.answer

    def check_password(self, server, session, envelope, mechanism, data):
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=data.password == b"right password", handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def post_office(**kinds: Any) -> Iterator[PostOffice]:  # Any: the library's own options
    office = PostOffice(port=free_port())
    if kinds.pop("asks_password", False):
        kinds["authenticator"] = office.check_password
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **kinds)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


@pytest.fixture
def mail(certificates: Certificates) -> Iterator[PostOffice]:
    """A mail server that asks for STARTTLS and a password, as an office's does."""
    with post_office(tls_context=certificates.context(), require_starttls=True, asks_password=True) as office:
        yield office


def mail_settings(office: PostOffice, certificates: Certificates, **others: Any) -> Settings:  # Any: any setting
    usual = {
        "smtp_host": "localhost",
        "smtp_port": office.port,
        "smtp_security": MailSecurity.STARTTLS,
        "smtp_user": "qs",
        "smtp_password": "right password",
        "mail_from": "qs@office.example",
        "extra_ca_file": certificates.authority,
        "public_url": "https://qs.example",
    }
    return Settings(**{**usual, **others})


@pytest.fixture
def mailing(mail: PostOffice, certificates: Certificates) -> Settings:
    """The settings of an installation that sends through this mail server."""
    return mail_settings(mail, certificates)


@dataclass
class Call:
    """One request as the receiver got it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A webhook receiver: what it got, and what it answers."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    status: int = 204
    location: str = ""

    @property
    def address(self) -> str:
        return f"https://{HOOK_NAME}:{self.port}/hook?room=1"

    @property
    def name(self) -> str:
        return f"{HOOK_NAME}:{self.port}"


@pytest.fixture
def receiver(certificates: Certificates) -> Iterator[Receiver]:
    """A receiver behind TLS on this machine."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            found.calls.append(Call(self.path, names, body))
            self.send_response(found.status)
            if found.location:
                self.send_header("location", found.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format, *args) -> None:
            """Say nothing in the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = certificates.context().wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def calling(receiver: Receiver, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an installation that may call this receiver inside its own network."""
    chosen = Settings(
        webhook_hosts=[receiver.name],
        webhook_private_hosts=[receiver.name],
        extra_ca_file=certificates.authority,
        public_url="https://qs.example",
    )
    monkeypatch.setattr(actions, "settings", lambda: chosen)
    return chosen
