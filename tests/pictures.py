"""Small real pictures, for whoever sends one."""

import io

from PIL import Image


def a_picture(kind: str, size: tuple[int, int] = (24, 16), **options: object) -> bytes:
    """`kind` is 'JPEG' or 'PNG'; `options` are Pillow's for saving."""
    made = io.BytesIO()
    Image.new("RGB", size, (20, 90, 80)).save(made, kind, **options)
    return made.getvalue()
