"""The wall screen: published figures on boards that take turns; no account, nothing to click, always with their age."""

from __future__ import annotations

from pages._ui.public.page import open_public
from pages._ui.public.wall import wall

page = open_public("kiosk")
wall()
