"""How people, their rights and their ways in are stored; secrets only as hashes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.access.terms import KeyPurpose
from qs.actor import Role, ScopeKind
from qs.db import Model, enum_column

HASH_LENGTH = 64


class Person(Model):
    """Somebody who may sign in. Deactivated, never deleted: the trail speaks of them."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(64), unique=True)  # lower case, NFKC
    name: Mapped[str] = mapped_column(sa.String(100))
    name_en: Mapped[str | None] = mapped_column(sa.String(100))
    email: Mapped[str | None] = mapped_column(sa.String(200))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_invented: Mapped[bool] = mapped_column(default=False)  # a person of the demo city
    rights_epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of the person
    language: Mapped[str | None] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]

    grants: Mapped[list[RoleGrant]] = relationship(lazy="raise", order_by="RoleGrant.id")


class RoleGrant(Model):
    """One role of one person over one scope; `scope_id` is empty when the role reaches everything."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "role", "scope_kind", "scope_id"),
        sa.CheckConstraint("(scope_kind = 'all') = (scope_id = 0)", name="scope_names_an_object"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    scope_kind: Mapped[ScopeKind] = mapped_column(enum_column(ScopeKind))
    scope_id: Mapped[int] = mapped_column(default=0)  # department, provider or service; 0 for all


class WebSession(Model):
    """A signed-in browser: the cookie's hash, and until when it counts."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    rights_epoch: Mapped[int]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInTicket(Model):
    """A one-time ticket between the sign-in form and the cookie, bound to the browser that asked."""

    __tablename__ = "sign_in_ticket"

    ticket_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    browser_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    expires_at: Mapped[datetime]


class SignInAttempt(Model):
    """One try to sign in, kept for throttling; names and addresses only as keyed hashes."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (sa.Index(None, "username_hash", "at"), sa.Index(None, "address_hash", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    username_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    address_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    at: Mapped[datetime] = mapped_column(index=True)
    succeeded: Mapped[bool] = mapped_column(default=False)


class ApiKey(Model):
    """A key of a system that pushes events (for one feed, or for all when `feed_id` is empty) or files requests."""

    __tablename__ = "api_key"
    __table_args__ = (sa.CheckConstraint("purpose = 'events' OR feed_id IS NULL", name="feed_takes_events"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    key_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), unique=True)
    hint: Mapped[str] = mapped_column(sa.String(12))  # the first characters, to tell keys apart
    purpose: Mapped[KeyPurpose] = mapped_column(
        enum_column(KeyPurpose), default=KeyPurpose.EVENTS, server_default=KeyPurpose.EVENTS.value
    )
    feed_id: Mapped[int | None]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
