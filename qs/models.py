"""Every table of the store in one import, for migrations and tests."""

from __future__ import annotations

from qs.access import models as access
from qs.audit import models as audit
from qs.db import Model
from qs.directory import models as directory
from qs.monitoring import models as monitoring
from qs.observations import models as observations
from qs.standards import models as standards
from qs.versions import DataVersion

__all__ = ["DataVersion", "Model", "access", "audit", "directory", "monitoring", "observations", "standards"]
