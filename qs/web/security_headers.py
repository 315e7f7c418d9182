"""The headers every response carries, and what a page of this site may load."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit

INDEX_FILE = Path(streamlit.__file__).parent / "static" / "index.html"
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


@cache
def inline_script_hashes() -> str:
    """The hashes of the inline scripts of Streamlit's page: only these may run, not others."""
    scripts = INLINE_SCRIPT.findall(INDEX_FILE.read_bytes())
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts)


@cache
def content_security_policy() -> str:
    """No foreign host, no inline script but the hashed ones, no eval (WebAssembly for charts is compiled, not eval)."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' {inline_script_hashes()}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self' blob:",
            "frame-ancestors 'self'",
            "base-uri 'self'",
            "object-src 'none'",
            "form-action 'self'",
        ]
    )


def security_headers(*, https: bool) -> list[tuple[str, str]]:
    """Header names and values for every response; a response that sets one itself keeps its own."""
    headers = [
        ("content-security-policy", content_security_policy()),
        ("x-frame-options", "SAMEORIGIN"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(self)"),
    ]
    return [*headers, ("strict-transport-security", "max-age=31536000; includeSubDomains")] if https else headers
