"""An address as a picture to scan with another device."""

from io import BytesIO

import segno


def qr(address: str) -> bytes:
    """A PNG of some 400 pixels, with the quiet zone that scanners need."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()
