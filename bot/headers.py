"""The security headers of every answer: one list; a page adds only what it loads and may use."""

from collections.abc import Mapping

NOTHING = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
"""A page that loads nothing at all; others list what they load after it."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def security_headers(
    *, secure: bool, loads: str = "", device: str = "camera=(), geolocation=(), microphone=()"
) -> Mapping[str, str]:
    """`secure`: people reach us over https; `device`: what of it a page may use."""
    return {
        "Content-Security-Policy": f"{NOTHING}; {loads}" if loads else NOTHING,
        "Permissions-Policy": device,
        **_ALWAYS,
        **({"Strict-Transport-Security": "max-age=63072000; includeSubDomains"} if secure else {}),
    }
