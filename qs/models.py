"""Every table of the store in one import, for migrations and tests."""

from __future__ import annotations

from qs.access import models as access
from qs.attachments import models as attachments
from qs.audit import models as audit
from qs.complaints import models as complaints
from qs.db import Model
from qs.deadlines import models as deadlines
from qs.directory import models as directory
from qs.evaluations import models as evaluations
from qs.incentives import models as incentives
from qs.inspections import models as inspections
from qs.monitoring import models as monitoring
from qs.notices import models as notices
from qs.observations import models as observations
from qs.participation import models as participation
from qs.programme import models as programme
from qs.publication import models as publication
from qs.rankings import models as rankings
from qs.rectifications import models as rectifications
from qs.standards import models as standards
from qs.topics import models as topics
from qs.training import models as training
from qs.vault import models as vault
from qs.versions import DataVersion

__all__ = [
    "DataVersion",
    "Model",
    "access",
    "attachments",
    "audit",
    "complaints",
    "deadlines",
    "directory",
    "evaluations",
    "incentives",
    "inspections",
    "monitoring",
    "notices",
    "observations",
    "participation",
    "programme",
    "publication",
    "rankings",
    "rectifications",
    "standards",
    "topics",
    "training",
    "vault",
]
