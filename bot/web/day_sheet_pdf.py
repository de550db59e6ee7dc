"""A day sheet as a PDF for paper: A4, one block a stop, boxes to tick, large enough for a car.

The font is one of Adobe's Asian fonts that every reader substitutes: no file of ours. It knows the
characters of GBK, Simplified and Traditional; a rarer one is printed as 〓.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

FONT = "STSong-Light"
UNKNOWN = "〓"
LONGEST = 1_000
"""Characters of one fact: more would not fit on a page."""


@dataclass(frozen=True, slots=True)
class SheetStop:
    """One person of the round, in the reader's language."""

    title: str
    """'1. 陈大文'"""
    facts: Sequence[tuple[str, str]]
    """What and which, one line each."""
    remarks: Sequence[str] = ()
    """What must not be overlooked: needs, 'we are late'."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One team's half-day, in the reader's language."""

    language: str
    """As HTML writes it."""
    title: str
    intro: Sequence[str]
    stops: Sequence[SheetStop]
    boxes: Sequence[str]
    """The outcomes to tick."""
    notes: str
    """The label before the line to write on."""
    empty: str
    foot: str


def pdf(sheet: Sheet) -> bytes:
    """Raises nothing that depends on the words: whatever they are, they are only words."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - 40 MB that only who prints should pay
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.platypus import SimpleDocTemplate, Spacer  # noqa: PLC0415

    style = _styles()
    made = BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=14 * mm,
        bottomMargin=16 * mm,
        title=_known(sheet.title),
        author="Doorstep",
        lang=sheet.language,
        invariant=True,
    )
    story: list[Any] = [_paragraph(sheet.title, style["title"])]
    story += [_paragraph(words, style["body"]) for words in sheet.intro]
    story.append(Spacer(1, 3 * mm))
    if not sheet.stops:
        story.append(_paragraph(sheet.empty, style["body"]))
    for stop in sheet.stops:
        story += [_block(sheet, stop, document.width), Spacer(1, 3 * mm)]

    def foot(canvas: Any, _document: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 9)
        canvas.drawString(16 * mm, 9 * mm, _known(sheet.foot))
        canvas.drawRightString(A4[0] - 16 * mm, 9 * mm, str(canvas.getPageNumber()))
        canvas.restoreState()

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def _block(sheet: Sheet, stop: SheetStop, width: float) -> Any:
    """On one page if it fits; its frame is the row that a pen stays in."""
    from reportlab.lib import colors  # noqa: PLC0415
    from reportlab.platypus import KeepTogether, Table, TableStyle  # noqa: PLC0415

    style = _styles()
    rows: list[list[Any]] = [[_paragraph(stop.title, style["name"]), ""]]
    rows += [
        [_paragraph(name, style["soft"]), _paragraph(words, style["body"])]
        for name, words in stop.facts
    ]
    remarks = len(rows)
    rows += [[_paragraph(words, style["strong"]), ""] for words in stop.remarks]
    boxes = len(rows)
    rows.append([_paragraph("\t".join(f"□ {box}" for box in sheet.boxes), style["body"]), ""])
    rows.append([_paragraph(f"{sheet.notes} {'_' * 40}", style["soft"]), ""])
    spans = [("SPAN", (0, at), (1, at)) for at in (0, *range(remarks, len(rows)))]
    grey = colors.HexColor("#E4E4E4")
    shaded = [("BACKGROUND", (0, remarks), (-1, boxes - 1), grey)] if stop.remarks else []
    table = Table(
        rows,
        colWidths=[width * 0.2, width * 0.8],
        style=TableStyle(
            [
                *spans,
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("BOX", (0, 0), (-1, -1), 0.8, colors.black),
                ("LINEABOVE", (0, boxes), (-1, boxes), 0.4, colors.grey),
                *shaded,
            ]
        ),
    )
    return KeepTogether([table])


def _paragraph(words: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    short = words if len(words) <= LONGEST else words[:LONGEST] + "……"
    marked = escape(_known(short)).replace("\n", "<br/>").replace("\t", "&nbsp;" * 5)
    return Paragraph(marked, style)


def _known(words: str) -> str:
    return "".join(letter if _printable(letter) else UNKNOWN for letter in words)


def _printable(letter: str) -> bool:
    if letter in "\n\t":
        return True
    try:
        letter.encode("gbk")
    except UnicodeEncodeError:
        return False
    return letter.isprintable() or letter == "　"


@lru_cache(maxsize=1)
def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415

    registerFont(UnicodeCIDFont(FONT))

    def style(name: str, size: float, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(
            name, fontName=FONT, fontSize=size, leading=size * 1.4, wordWrap="CJK", **more
        )

    return {
        "title": style("title", 17, spaceAfter=3),
        "name": style("name", 14),
        "body": style("body", 11.5),
        "soft": style("soft", 10, textColor=HexColor("#333333")),
        "strong": style("strong", 12),
    }
