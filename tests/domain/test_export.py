"""Tables for spreadsheets: nothing in them calculates, wherever the cells are parted, and all of it comes back."""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import product

import pytest

from app.domain.export import csv_lines, defused, restored
from app.domain.lead_import import read_sheet

CALCULATES = re.compile(r"""["\s]*[=+\-@|%＝＋－＠]""")  # noqa: RUF001


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"), ("  =1", "'  =1"), ("＝1", "'＝1"), ("|calc", "'|calc"), ("%0", "'%0"),  # noqa: RUF001
        ("\t1", "'\t1"), ('"=1', "'\"=1"), ("'=1", "''=1"), ("+49 30 123456", "'+49 30 123456"),
        ('Foo;=HYPERLINK("http://evil";"x")', "Foo;'=HYPERLINK(\"http://evil\";\"x\")"),
        ('Foo; "=1";2', "Foo;' \"=1\";2"), ("A\n=1\r\n@B\r\nC\n\nD", "A\n'=1\r\n'@B\r\nC\n\nD"), ("A\t-1", "A\t'-1"),
        ("", ""), ('Plain, "quoted"', 'Plain, "quoted"'), ("5-3 = 2; a@b.example", "5-3 = 2; a@b.example"),
        ("'t Hooft", "'t Hooft"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_calculate_is_text(typed: str, written: str) -> None:
    assert defused(typed) == written
    assert restored(written) == typed


@pytest.mark.parametrize("parts", [";", "\t"])
def test_a_spreadsheet_that_parts_the_cells_elsewhere_finds_no_formula_either(parts: str) -> None:
    cells = ("".join(letters) for letters in product("=;'\" \n\ta", repeat=4))
    written = csv_lines(["1", cell, cell] for cell in cells)
    assert not [each for each in re.split(r"[;\t\r\n]", written) if CALCULATES.match(each)]
    read = csv.reader(StringIO(written, newline=""), delimiter=parts)
    assert not [cell for line in read for cell in line if CALCULATES.match(cell)]


def test_a_table_that_went_out_comes_back_as_it_was() -> None:
    lines = [["".join(letters), "x"] for letters in product("=;'\" \r\n\ta", repeat=4)]
    assert read_sheet(csv_lines([["+a", "b"], *lines]).encode()).lines == lines
    assert read_sheet(csv_lines([["+a", "b"], *lines]).encode()).columns == ("+a", "b")
