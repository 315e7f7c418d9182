"""How the service directory is stored. Nothing is deleted: a service that ends has a last day."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model
from qs.directory.terms import CODE_LENGTH, NAME_LENGTH


class Sector(Model):
    """A field of public service (领域), as in the national monitoring."""

    __tablename__ = "sector"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))


class Area(Model):
    """A district or other part of the territory (区域)."""

    __tablename__ = "area"
    __table_args__ = (sa.CheckConstraint("population > 0", name="population_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    population: Mapped[int | None]


class Department(Model):
    """The department in charge (主管部门)."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))


class Provider(Model):
    """The unit that runs services and answers for them (承办单位)."""

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("department.id"), index=True)

    department: Mapped[Department] = relationship(lazy="raise")


class SupervisionGroup(Model):
    """The group that supervises services day by day (质量监督小组)."""

    __tablename__ = "supervision_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    members: Mapped[list[SupervisionGroupMember]] = relationship(lazy="raise", cascade="all, delete-orphan")


class SupervisionGroupMember(Model):
    """One person's seat in a supervision group."""

    __tablename__ = "supervision_group_member"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("supervision_group.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)


class Service(Model):
    """One public service of one provider in one area and sector (公共服务项目): what is supervised and ranked."""

    __tablename__ = "service"
    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("provider.id"), index=True)
    sector_id: Mapped[int] = mapped_column(sa.ForeignKey("sector.id"), index=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), index=True)
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("supervision_group.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    provider: Mapped[Provider] = relationship(lazy="raise")
    sector: Mapped[Sector] = relationship(lazy="raise")
    area: Mapped[Area] = relationship(lazy="raise")
    group: Mapped[SupervisionGroup | None] = relationship(lazy="raise")
