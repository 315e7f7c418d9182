"""Notices by e-mail: a plain message that says it was sent by a machine, over a protected connection."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from qs.errors import InvalidInput
from qs.notices.envelopes import Envelope, Undelivered
from qs.notices.rules import EMAIL
from qs.notices.terms import Failure
from qs.settings import MailSecurity, Settings

TIMEOUT_SECONDS = 20
PERMANENT = range(500, 600)  # replies that no later attempt changes, RFC 5321 section 4.2.1
SEVEN_BIT = SMTP.clone(cte_type="7bit")  # not every server between here and there takes eight


def mail_message(envelope: Envelope, recipient: str, chosen: Settings) -> EmailMessage:
    """The message. Line ends in a header are refused by the library; addresses are checked here once more."""
    for address in (recipient, chosen.mail_from):
        if not EMAIL.fullmatch(address):
            raise InvalidInput("notice_email_unreadable")
    domain = chosen.mail_from.rpartition("@")[2]
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"] = Address(envelope.office, addr_spec=chosen.mail_from)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = envelope.subject
    message["Date"] = format_datetime(envelope.sent_at)
    message["Message-ID"] = f"<{envelope.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(envelope.text)
    return message


def send_mail(message: EmailMessage, chosen: Settings) -> None:
    """Hand a message to the office's mail server. Raises Undelivered."""
    with connected(chosen) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _words in error.recipients.values()}
            final = all(code in PERMANENT for code in codes)
            raise Undelivered(Failure.RECIPIENT_REFUSED if final else Failure.MAIL_REFUSED) from error
        except smtplib.SMTPServerDisconnected as error:
            raise Undelivered(Failure.MAIL_UNREACHABLE) from error
        except smtplib.SMTPException as error:
            raise Undelivered(Failure.MAIL_REFUSED) from error
        except OSError as error:
            raise Undelivered(Failure.MAIL_UNREACHABLE) from error


def connected(chosen: Settings) -> smtplib.SMTP:
    """A greeted, protected and signed-in connection. Raises Undelivered."""
    try:
        server = opened(chosen)
    except smtplib.SMTPNotSupportedError as error:
        raise Undelivered(Failure.MAIL_UNPROTECTED) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Undelivered(Failure.MAIL_SIGN_IN) from error
    except ssl.SSLError as error:
        raise Undelivered(Failure.MAIL_UNPROTECTED) from error
    except OSError as error:  # smtplib's own errors are among them
        raise Undelivered(Failure.MAIL_UNREACHABLE) from error
    return server


def opened(chosen: Settings) -> smtplib.SMTP:
    where, context = (chosen.smtp_host, chosen.smtp_port), trusted(chosen)
    if chosen.smtp_security is MailSecurity.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    try:
        if chosen.smtp_security is MailSecurity.STARTTLS:
            server.starttls(context=context)
        if chosen.smtp_user:
            server.login(chosen.smtp_user, password(chosen))
    except OSError:
        server.close()
        raise
    return server


def password(chosen: Settings) -> str:
    if chosen.smtp_password_file is not None:
        return chosen.smtp_password_file.read_text(encoding="utf-8").strip()
    return chosen.smtp_password.get_secret_value()


def trusted(chosen: Settings) -> ssl.SSLContext:
    """Which certificates are believed: those of the public authorities, and of the office's own."""
    context = ssl.create_default_context()
    if chosen.extra_ca_file is not None:
        context.load_verify_locations(cafile=chosen.extra_ca_file)
    return context
