"""The security headers of every answer: one list; a page adds only what it loads and may use."""

from collections.abc import Mapping

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
    """`secure`: people reach us over https. `loads`: directives of what a page loads, if anything.

    `device`: what a page may use of it.
    """
    directives = (
        "default-src 'none'",
        loads,
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(filter(None, directives)),
        "Permissions-Policy": device,
        **_ALWAYS,
        **({"Strict-Transport-Security": "max-age=63072000; includeSubDomains"} if secure else {}),
    }
