"""The options of the server that safety depends on: read live at start, which is refused when one is otherwise."""

from __future__ import annotations

from collections.abc import Callable

from streamlit import config

Reader = Callable[[str], object]

REQUIRED: dict[str, object] = {
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.scriptHealthCheckEnabled": False,
    "server.trustedUserHeaders": {"X-Qs-Principal": "principal"},
    "runner.postScriptGC": False,
    "client.showErrorDetails": "none",
    "client.disableDataExport": True,
    "browser.gatherUsageStats": False,
}


class UnsafeOption(RuntimeError):
    """An option was changed outside the configuration file."""


def check(read: Reader = config.get_option) -> None:
    """Raise UnsafeOption unless every option has the value the gateway counts on."""
    for name, wanted in REQUIRED.items():
        if read(name) != wanted:
            raise UnsafeOption(f"{name} is {read(name)!r}, but must be {wanted!r}: see .streamlit/config.toml")
