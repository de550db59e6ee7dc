"""Promise 25: whatever is uploaded, nothing harmful is kept, and memory stays small.

A corpus of pictures that are something else too, bombs, scripts, and photos that tell where
somebody lives; each is sent as the chat and the console take it.
"""

import io
import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.base import FileNotTaken
from bot.domain import uploads
from bot.ears import OurEars
from bot.storage import files
from bot.storage.db import Database
from tests.pictures import a_picture
from tests.stage import KNOWN, START

SEED = int(os.environ.get("SEED", "25"))
CANARY = b"GPS-23.12911-113.26438-CANARY"
MOST_GROWTH = 200 * 1024
"""KB of resident memory."""


def with_exif(kind: str) -> bytes:
    """Where it was taken, by whom, and a comment."""
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif[0x013B] = "张三"
    exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 7.0, 44.8), 3: "E", 4: (113.0, 15.0, 51.8)})
    options = {"comment": CANARY} if kind == "JPEG" else {}
    return a_picture(kind, (64, 48), exif=exif.tobytes(), **options)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(side: int) -> bytes:
    """A few KB that become side x side pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(1 + 3 * side)) for _row in range(min(side, 400)))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", head),
            png_chunk(b"IDAT", data + rows.flush()),
            png_chunk(b"IEND", b""),
        )
    )


def text_bomb() -> bytes:
    """100 MB of compressed text beside a small picture."""
    small = a_picture("PNG")
    text = png_chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(100_000_000), 9))
    return small[:33] + text + small[33:]


def polyglots() -> Iterator[tuple[str, bytes]]:
    html = b"<html><script>alert(1)</script>" + CANARY
    for kind in ("JPEG", "PNG"):
        picture = a_picture(kind)
        yield f"{kind} then HTML", picture + html
        yield f"{kind} then ZIP", picture + b"PK\x03\x04" + CANARY
        yield f"{kind} then PDF", picture + b"%PDF-1.7" + CANARY
        yield f"{kind} then PHP", picture + b"<?php system($_GET[0]); ?>" + CANARY
        yield f"{kind} with EXIF", with_exif(kind)
    yield "JPEG with a script for a comment", a_picture("JPEG", comment=html)
    small = a_picture("PNG")
    yield (
        "PNG with a script for a text",
        small[:33] + png_chunk(b"tEXt", b"c\0" + html) + small[33:],
    )


def refused() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "SVG with a declaration", b"<?xml version='1.0'?><svg/>"
    yield "HTML", b"<!doctype html><script>alert(1)</script>"
    yield "GIF", b"GIF89a" + bytes(50)
    yield "BMP", b"BM" + bytes(50)
    yield "TIFF", b"II*\0" + bytes(50)
    yield "WebP", b"RIFF\0\0\0\0WEBPVP8 " + bytes(50)
    yield "EXE", b"MZ\x90\0" + bytes(50)
    yield "ELF", b"\x7fELF" + bytes(50)
    yield "ZIP", b"PK\x03\x04" + bytes(50)
    yield "PDF after something", b"\n\n<script>%PDF-1.7"
    yield "shell", b"#!/bin/sh\nrm -rf /"
    yield "half a JPEG", a_picture("JPEG", (400, 300))[:200]
    yield "a JPEG's first bytes", b"\xff\xd8\xff\xe0" + bytes(100)
    yield "half a PNG", a_picture("PNG", (400, 300))[:60]
    yield "PNG bomb", png_bomb(30_000)
    yield "PNG of 2 billion pixels", png_bomb(46_000)
    yield "50 MB", a_picture("JPEG") + bytes(50 * 1024 * 1024)


def test_what_is_no_picture_is_refused_with_a_way_out() -> None:
    for name, content in refused():
        with pytest.raises(uploads.NotTaken) as error:
            uploads.harmless(content)
        assert "Please" in error.value.why.msgid, name


def test_only_the_picture_is_left() -> None:
    for name, content in polyglots():
        kept = uploads.harmless(content)
        for trace in (CANARY, b"<script", b"<?php", b"PK\x03\x04", b"%PDF", "张三".encode()):
            assert trace not in kept.content, name
        with Image.open(io.BytesIO(kept.content)) as picture:
            picture.load()
            assert not picture.getexif(), name
            assert "comment" not in picture.info, name
            assert picture.size in ((24, 16), (64, 48)), name


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = uploads.harmless(a_picture("JPEG", (64, 48), exif=exif.tobytes()))
    with Image.open(io.BytesIO(kept.content)) as picture:
        assert picture.size == (48, 64)


MEASURED = """
import sys
from pathlib import Path
from bot.domain import uploads
from tests.pictures import a_picture
def most():
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
uploads.harmless(a_picture("JPEG"))
before = most()
for name in sys.argv[1:]:
    try:
        print(len(uploads.harmless(Path(name).read_bytes()).content))
    except uploads.NotTaken:
        print("refused")
print(most() - before)
"""


def test_large_photos_fit_and_bombs_cost_little(tmp_path: Path) -> None:
    """12 megapixels as phones make them, and 96 as some do; resident memory stays small."""
    names = []
    for at, content in enumerate((a_large(4000, 3000), a_large(12_000, 8_000), *bombs())):
        (tmp_path / str(at)).write_bytes(content)
        names.append(str(tmp_path / str(at)))
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, *names], capture_output=True, text=True, check=True
    )
    phone, large, *others, grown = run.stdout.split()
    assert phone.isdecimal()
    assert large.isdecimal()
    assert others[0] == "refused"
    assert int(grown) < MOST_GROWTH, f"{int(grown) // 1024} MB"


def a_large(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("L", (width, height), 128).save(made, "JPEG", quality=20)
    return made.getvalue()


def bombs() -> tuple[bytes, bytes]:
    return png_bomb(20_000), text_bomb()


def test_two_hundred_damaged_files_store_nothing_wrong() -> None:
    """Random damage to real pictures: refused, or a clean picture again; never anything else."""
    print(f"SEED={SEED}")
    dice = random.Random(SEED)
    originals = [with_exif("JPEG"), with_exif("PNG"), a_picture("JPEG", (300, 200))]
    for _file in range(200):
        damaged = bytearray(dice.choice(originals))
        for _byte in range(dice.randint(1, 40)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        damaged += dice.randbytes(dice.randrange(100))
        try:
            kept = uploads.harmless(bytes(damaged))
        except uploads.NotTaken:
            continue
        if kept.media_type in uploads.IMAGES:
            assert CANARY not in kept.content
            with Image.open(io.BytesIO(kept.content)) as picture:
                picture.load()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7 /JavaScript", "application/pdf"),
        (b"OggS" + bytes(40), "audio/ogg"),
        (b"ID3\x04" + bytes(40), "audio/mpeg"),
        (b"\0\0\0\x18ftypM4A " + bytes(40), "audio/mp4"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "video/mp4"),
        (b"RIFF\0\0\0\0WAVEfmt " + bytes(40), "audio/wav"),
    ],
)
def test_what_is_kept_as_it_is_has_a_name_of_ours(content: bytes, media_type: str) -> None:
    kept = uploads.harmless(content)
    assert (kept.content, kept.media_type) == (content, media_type)
    assert kept.name.rpartition(".")[0] in ("file", "audio", "video")


async def test_what_is_kept_is_sealed_under_a_random_name(database: Database) -> None:
    ears = OurEars(None, database, lambda: START, KNOWN)  # type: ignore[arg-type]
    sent = await ears.keep_file(with_exif("JPEG"), "event-1")
    again = await ears.keep_file(with_exif("JPEG"), "event-2")
    assert "event" not in sent.reference
    assert await ears.keep_file(with_exif("JPEG"), "event-1") == sent, "the same event, once more"
    assert (
        database.write_now(lambda c: c.exec_driver_sql("SELECT count(*) FROM files").scalar()) == 2
    )
    assert sent.reference != again.reference
    assert len(sent.reference) >= 24
    raw = database.write_now(
        lambda c: c.exec_driver_sql("SELECT sealed FROM files").fetchall()  # as it lies on the disk
    )
    assert all(b"\xff\xd8\xff" not in bytes(row[0]) for row in raw)
    found = database.write_now(lambda c: files.find(c, sent.reference))
    assert found
    assert found.content
    assert found.content.startswith(b"\xff\xd8\xff")
    with pytest.raises(FileNotTaken):
        await ears.keep_file(b"<svg/>", "event-3")


def test_a_harmless_file_is_never_shown_inside_a_page() -> None:
    """Where files go out, they go as attachments, in a sandbox."""
    for name in ("bot/web/tickets.py", "bot/channels/web_site.py"):
        source = (Path(__file__).parent.parent / name).read_text(encoding="utf-8")
        assert "attachment; filename=" in source
        assert "sandbox; default-src 'none'" in source
