"""The certificate of a published reward, to take away."""

from __future__ import annotations

from pages._ui.page import Page
from pages._ui.tables import offer_download
from qs.i18n import gettext as _
from qs.incentives.certificates import certificate
from qs.incentives.details import ProposalDetail
from qs.incentives.terms import Stage

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def certificate_button(page: Page, shown: ProposalDetail) -> None:
    if shown.certificate is None or shown.stage is not Stage.PUBLISHED:
        return
    offer_download(
        page,
        _("Certificate (DOCX)"),
        f"certificate-{shown.certificate}.docx",
        lambda: certificate(shown),
        DOCX,
        key="certificate",
    )
