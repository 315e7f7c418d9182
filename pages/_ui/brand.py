"""The name and the sign of the office: drawn here, in the language of the run."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from qs.i18n import gettext as _
from qs.i18n import pick
from qs.settings import settings
from qs.web.assets import FAVICON, content

DARK_INK, DARK_MUTED = "#dfe9f3", "#a9b6c3"
LIGHT_INK, LIGHT_MUTED = "#17466f", "#586675"
SIGN = """<rect x="0" y="2" width="36" height="36" rx="8" fill="#17466f"/>
<path d="M8.5 27V20M15.5 27V15M22.5 27V18.5" stroke="#fff" stroke-width="3.2" stroke-linecap="round"/>
<path d="M7.5 13.5l5 3.6 6-7.2 5 3.8 5.2-4.6" fill="none" stroke="#2fb4f3" stroke-width="2.2" stroke-linecap="round"
 stroke-linejoin="round"/><circle cx="28.7" cy="9.1" r="2.6" fill="#2fb4f3"/>"""
FONT = "Source Sans, Noto Sans SC, Noto Sans CJK SC, sans-serif"


def office() -> str:
    """The name of the office in the language of the run."""
    return pick(settings().office_name, settings().office_name_en)


def sign() -> str:
    """The sign alone, as SVG."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="44" height="44" viewBox="0 0 36 40">{SIGN}</svg>'


def favicon() -> str:
    """The sign in the tab, as an address that carries the picture: an icon name would be fetched from outside."""
    return f"data:image/svg+xml;base64,{b64encode(content(FAVICON)).decode()}"


def logo(*, dark: bool) -> str:
    """The sign with the product's name and what it is for, as SVG for the head of the menu."""
    ink, muted = (DARK_INK, DARK_MUTED) if dark else (LIGHT_INK, LIGHT_MUTED)
    name, purpose = escape(_("QS Supervision")), escape(_("Public service quality"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="184" height="40" viewBox="0 0 184 40">{SIGN}'
        f'<g font-family="{FONT}"><text x="46" y="18" font-size="16" font-weight="700" fill="{ink}">{name}</text>'
        f'<text x="46" y="34" font-size="11.5" fill="{muted}">{purpose}</text></g></svg>'
    )
