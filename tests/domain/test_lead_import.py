"""A table of leads as somebody brings it: any usual file, and what its columns probably are."""

from __future__ import annotations

import tracemalloc

import pytest

from app.core.errors import Malformed
from app.domain import lead_import
from app.domain.lead_import import Sheet, guess_mapping, read_sheet

TABLE = """Name;E-Mail;Firma;Budget
Grace Hopper;grace@navy.example;Navy;10k
"Ada
Lovelace";ADA@engine.example;"Analytical; Engines";
Grace again;GRACE@navy.example;;
;nobody;;
=HYPERLINK("x");formula@x.example;;
"""


def test_files_of_every_usual_kind_are_read() -> None:
    for raw in (
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.replace("\n", "\r\n").encode(),
    ):
        sheet = read_sheet(raw)
        assert sheet.columns == ("Name", "E-Mail", "Firma", "Budget")
        assert len(sheet.lines) == 5
        assert sheet.lines[1][0].split() == ["Ada", "Lovelace"]
    assert (
        read_sheet("Name,E-Mail\nJürgen Müller,j@x.example\n".encode("cp1252")).lines[0][0] == "Jürgen Müller"
    )
    assert read_sheet(b"a,b,c\n1\n1,2,3,4\n1,2,3,, \n").lines == [
        ["1"],
        ["1", "2", "3", "4"],
        ["1", "2", "3"],
    ]
    assert read_sheet(b"name,,email\n\x00,2,3\n").columns == ("name", "Column 2", "email")


@pytest.mark.parametrize("said", ["sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\n', "\nSEP=;\n\n"])
def test_a_line_in_which_excel_says_what_parts_the_cells_is_no_header(said: str) -> None:
    sheet = read_sheet(f"{said}Name, first;E-Mail\nGrace, G.;grace@navy.example\n".encode())
    assert sheet == Sheet(("Name, first", "E-Mail"), [["Grace, G.", "grace@navy.example"]])


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04\x14\n1,2\n", b"\xd0\xcf\x11\xe0\n1\n", b"%PDF-1.7\n1\n", b"\x89PNG\r\n\x1a\n\n1\n",
        b"\xff\xd8\xff\xe0\n1\n", b"GIF89a\n1\n", b"\x1f\x8b\x08\n1\n", b"{\\rtf1\n1\n",
    ],
)  # fmt: skip
def test_a_workbook_or_a_picture_is_no_table(raw: bytes) -> None:
    with pytest.raises(Malformed, match="save the table as CSV"):
        read_sheet(raw)


def test_a_line_is_numbered_as_a_spreadsheet_shows_it() -> None:
    sheet = read_sheet(b'Name,E-Mail\n"Grace\nHopper",a@x.example\n\n,\nAda,b@x.example\n')
    assert sheet.columns == ("Name", "E-Mail")
    assert [
        (number, line[0].split()[0]) for number, line in zip(sheet.numbers, sheet.lines, strict=True)
    ] == [
        (2, "Grace"),
        (5, "Ada"),
    ]


def test_a_table_without_names_of_columns_is_not_read_without_its_first_line() -> None:
    with pytest.raises(Malformed, match="The first line holds an e-mail address"):
        read_sheet(b"Grace Hopper,grace@navy.example\nAda,ada@engine.example\n")
    assert read_sheet(b"Name,Mail @work\nAda,ada@engine.example\n").columns == ("Name", "Mail @work")


def test_short_lines_of_a_wide_table_take_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = ",".join(map(str, range(200)))
    tracemalloc.start()
    sheet = read_sheet((wide + "\n" + "a\n" * 20_000).encode())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sheet.lines) == 20_000
    assert most < 20_000 * 200 * 8 / 2, "half of what empty cells would take"
    monkeypatch.setattr(lead_import, "MOST_CELLS", 400)
    read_sheet(f"{wide}\n{wide}\n{wide}\n".encode())
    with pytest.raises(Malformed, match="more than 400 cells"):
        read_sheet(f"{wide}\n{wide}\n{wide}\na\n".encode())


@pytest.mark.parametrize(
    "raw", [b"", b"name,email\n", b"," * 1_000_000 + b"\n1\n", b'a,b\n"' + b"x" * 200_000, b"\xff\xfe"]
)
def test_what_is_no_table_of_leads_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        read_sheet(raw)


def test_columns_are_guessed_once_each() -> None:
    columns = ("Full Name", "E-mail address", "Work email", "utm_source", "Shoe size")
    assert guess_mapping(columns) == ("name", "email", "", "campaign_source", "")
    assert guess_mapping(("Deal - Value", "Amount")) == ("value", "")


@pytest.mark.parametrize(
    "column", ["Value", "expected_value", "Amount", "Deal value", "Wert", "Wert (€)", "Betrag", "UMSATZ"]
)
def test_a_column_of_expected_values_is_recognised(column: str) -> None:
    assert guess_mapping(("Name", column)) == ("name", "value")


def test_the_columns_of_a_name_are_guessed() -> None:
    assert guess_mapping(("First Name", "Last Name", "Email")) == ("first_name", "last_name", "email")
    assert guess_mapping(("Nachname", "Vorname", "E-Mail")) == ("last_name", "first_name", "email")
    assert guess_mapping(("Name", "Vorname")) == ("name", "first_name")
