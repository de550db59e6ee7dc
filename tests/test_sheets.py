"""Spreadsheets: what people upload and what we hand out."""

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import sheets
from bot.i18n import translator
from bot.sheets import LONGEST, WIDEST, Unreadable, csv_bytes, records, rows, xlsx_bytes
from tests.killing import PROVE

COLUMNS = {"team": ("队伍", "team"), "day": ("日期", "day"), "note": ("备注",)}


def read(data: bytes) -> list[sheets.Row]:
    return list(rows(io.BytesIO(data)))


def refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as raised:
        read(data)
    for language in ("zh_Hans", "zh_Hant", "en"):
        assert raised.value.text.to(translator(language))
    return raised.value.text.to(translator("en"))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"], ids=lambda name: name
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_as_any_office_saves_it(encoding: str, delimiter: str) -> None:
    text = "队伍,日期,备注\r\n第一队,2026-03-05,\r\n\r\n第二队,2026-03-06,多宝街道\r\n"
    found = read(text.replace(",", delimiter).encode(encoding))
    assert [(row.line, row.cells) for row in found] == [
        (1, ("队伍", "日期", "备注")),
        (2, ("第一队", "2026-03-05")),
        (4, ("第二队", "2026-03-06", "多宝街道")),
    ]


def test_an_xlsx_with_dates_numbers_and_formulas() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["队伍", "日期", "几点", "名额", "比例"])
    sheet.append([])
    sheet.append([" 第一队 ", datetime(2026, 3, 5), datetime(2026, 3, 5, 9).time(), 4.0, 0.5])
    sheet.append(["=1+1", datetime(2026, 3, 5, 14, 30), None, 4, True])
    made = io.BytesIO()
    book.save(made)
    assert [(row.line, row.cells) for row in read(made.getvalue())][1:] == [
        (3, ("第一队", "2026-03-05", "09:00", "4", "0.5")),
        (4, ("", "2026-03-05 14:30", "", "4", "True")),  # a formula that was never reckoned
    ]


def test_columns_are_found_by_their_names() -> None:
    data = csv_bytes(["", "日 期：", "别的", "TEAM*"], [["", "2026-03-05", "x", "第一队"]])
    (only,) = records(io.BytesIO(data), COLUMNS, optional=["note"])
    assert only.line == 2
    assert only.cells == {"team": "第一队", "day": "2026-03-05", "note": ""}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (csv_bytes(["日期", "备注"], []), "'队伍' is missing"),
        (csv_bytes(["日期", "备注", "队伍", "team"], []), "'队伍' stands twice"),
        (b"", "empty"),
        (b"\n\n , \n", "empty"),
    ],
)
def test_headings_that_do_not_fit(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as raised:
        list(records(io.BytesIO(data), COLUMNS))
    assert words in raised.value.text.to(translator("en"))


def test_long_numbers_that_excel_has_rounded_are_told() -> None:
    """An identity number typed into a number cell has lost its last digits for good."""
    book = openpyxl.Workbook()
    book.active.append([440103199001011234, "fine"])
    made = io.BytesIO()
    book.save(made)
    for data in (made.getvalue(), b"4.40103E+17,fine\n"):
        (row,) = read(data)
        assert "lost its last digits" in row.faults[0].to(translator("en"))
    (row,) = read("440103199001011234,正常\n".encode())
    assert row.faults == ()
    assert "longer" in read(b"x" * 4_001)[0].faults[0].to(translator("en"))


def archive(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in parts.items():
            opened.writestr(name, data)
    return made.getvalue()


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An honest XLSX with one part of it changed."""
    honest = zipfile.ZipFile(io.BytesIO(xlsx_bytes("x", ["a"], [["b"]])))
    parts = {name: honest.read(name) for name in honest.namelist()}
    return archive(parts | {part: change(parts[part])})


SHEET = "xl/worksheets/sheet1.xml"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "old excel or password": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a CSV"),
    "half a letter": (lambda: b"a,b\n\xff\xff\xff", "neither a CSV"),
    "another archive": (lambda: archive({"a.txt": b"x"}), "not an Excel file"),
    "a broken archive": (lambda: xlsx_bytes("x", ["a"], [["b"]])[:-60], "damaged"),
    "broken xml": (lambda: changed(SHEET, lambda xml: xml[:-30]), "damaged"),
    "a bomb": (lambda: changed(SHEET, lambda xml: xml + b" " * 201 * 1024 * 1024), "too much"),
    "entities": (
        lambda: changed(SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml),
        "damaged",
    ),
    "rows without end": (
        lambda: changed(SHEET, lambda xml: xml.replace(b'r="2"', b'r="99999999999"')),
        "more than 100000 rows",
    ),
    "a quotation mark": (lambda: b'a,"b\nc,d\n', "quotation marks near line 2"),
    "too wide": (lambda: b"x," * WIDEST + b"x", "more than 100 columns"),
    "too large": (lambda: b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    "too long": (lambda: b"x\n" * (LONGEST + 2), "more than 100000 rows"),
    "only line ends": (lambda: b"\n" * 2_000_000, "more than 100000 rows"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_a_spreadsheet_is_refused_with_advice(name: str) -> None:
    made, words = HOSTILE[name]
    assert words in refused(made())


def test_a_part_that_lies_about_its_size_is_not_unpacked() -> None:
    """The directory says 1 KB, the part would unpack to 64 MiB."""
    data = changed(SHEET, lambda xml: xml + b" " * 64 * 1024 * 1024)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        size = opened.getinfo(SHEET).file_size
    lie = data.replace(size.to_bytes(4, "little"), (1024).to_bytes(4, "little"))
    assert lie != data
    assert "damaged" in refused(lie)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_nothing_but_unreadable_is_ever_raised(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
        try:
            read(start + data)
        except Unreadable:
            continue


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(["=1+1", "+86138", "-1", "@x", "\t=1", "＝1", "a\nb", "'x", '"', " =x", "'=x"]),
)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_was_written_is_read_again(table: list[list[str]]) -> None:
    table = [["first", "second"], *(["x", *line] for line in table)]
    wanted = [
        [cell.removeprefix("'") if cell == "'=x" else cell.strip() for cell in line]
        for line in table
    ]
    for data in (csv_bytes(table[0], table[1:]), xlsx_bytes("t", table[0], table[1:])):
        for row, line in zip(read(data), wanted, strict=True):
            cells = [*row.cells, *[""] * (len(line) - len(row.cells))]
            assert [cell.strip() for cell in cells] == [cell.strip() for cell in line]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "＠x"]
)
def test_words_never_become_a_formula(cell: str) -> None:
    (line,) = csv.reader(io.StringIO(csv_bytes([cell], []).decode("utf-8-sig"), newline=""))
    assert line[0].startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes("t", [cell], [[cell]])))
    for (value,) in book.active.iter_rows():
        assert value.data_type == "s"
        assert str(value.value).strip() == cell.strip()


def test_numbers_days_and_moments_stay_what_they_are() -> None:
    line: list[Any] = [-3, 0.5, date(2026, 3, 5), datetime(2026, 3, 5, 1, 30, 7, tzinfo=UTC), None]
    text = csv_bytes(["a", "b", "c", "d", "e"], [line]).decode("utf-8-sig")
    assert text.splitlines()[1] == "-3,0.5,2026-03-05,2026-03-05 09:30,"
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes("第[1]页", ["a"] * 5, [line])))
    cells = [cell.value for cell in list(book.active.iter_rows())[1]]
    assert cells == [-3, 0.5, datetime(2026, 3, 5), datetime(2026, 3, 5, 9, 30), None]
    assert book.active.freeze_panes == "A2"


ROWS = LONGEST if PROVE else LONGEST // 5
MEMORY = """
import io, re, sys
from pathlib import Path
from bot import sheets

def lines(count):
    for at in range(count):
        yield [f"440103{at:012}", f"第{at}队", "荔湾区多宝街道", at, f"=备注{at}", "2026-03-05"]

kind, count = sys.argv[1], int(sys.argv[3])
heading = ["证件号", "队伍", "地址", "名额", "备注", "日期"]
with open(sys.argv[2], "w+b") as file:
    if kind == "csv":
        file.writelines(sheets.csv_chunks(heading, lines(count)))
    else:
        sheets.write_xlsx(file, "t", heading, lines(count))
    file.flush()
    assert sum(1 for row in sheets.rows(file)) == count + 1
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.prove
def test_a_hundred_thousand_rows_fit_into_little_memory(kind: str, tmp_path: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, kind, str(tmp_path / "large"), str(ROWS)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 300, "MiB, of writing and reading together"
