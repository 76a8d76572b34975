"""The roster: read from files, told to each station by its district, each change once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from central.roster import Imported, import_roster
from central.roster_file import COLUMNS, BadRow, read_roster
from station_app.domain.member import Member
from station_app.errors import UserError
from sync.wire import MAX_CHANGES, Cursor, MemberChange
from tests.samples.people import person
from tests.unit.central.office import Office, Sender


def member(number: int, district: str = "朝阳区", **changed: object) -> Member:
    one = person(number)
    made = Member(0, one.name, one.id_number, one.card_no, one.phone, one.employer, district)
    return replace(made, **changed)  # type: ignore[arg-type]


def news(sender: Sender, cursor: Cursor) -> tuple[list[MemberChange], Cursor]:
    answer = sender.sync(cursor=cursor)
    return [each for each in answer.changes if isinstance(each, MemberChange)], answer.cursor


# ---- files


def write_csv(file: Path, *rows: str, encoding: str = "utf-8") -> Path:
    file.write_bytes("\r\n".join([",".join(COLUMNS), *rows]).encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_occur(tmp_path: Path, encoding: str) -> None:
    row = "欧阳娜,99010519900101 1239,6299 9900 1,138-0013-0001,北京某厂,朝阳区,是"
    read = read_roster(write_csv(tmp_path / "roster.csv", row, encoding=encoding))
    assert read.bad_rows == []
    assert read.members == [
        Member(0, "欧阳娜", "990105199001011239", "629999001", "13800130001", "北京某厂", "朝阳区", True)
    ]


def test_a_workbook_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*COLUMNS, "备注"])
    sheet.append(["张伟", "990105199001011239", "6299990012345678", 13800130001, "某厂", "海淀区", True, "x"])
    sheet.append([None] * 8)
    sheet.append(["李娜", 990105199001011239, "", "", "", "", None])
    book.save(tmp_path / "roster.xlsx")
    read = read_roster(tmp_path / "roster.xlsx")
    assert [(each.name, each.phone, each.full_time_union_social_worker) for each in read.members] == [
        ("张伟", "13800130001", True)
    ]
    assert read.bad_rows == [BadRow(4, "digits_lost", "id_number")]  # Excel has rounded it


def test_bad_rows_are_left_out_and_named(tmp_path: Path) -> None:
    read = read_roster(
        write_csv(
            tmp_path / "roster.csv",
            ",990105199001011239",
            "张伟,",
            "张伟,990105199001011239",
            "张伟,990105199001011239",
            f"{'长' * 61},990105199001011247",
            "李娜,990105199001011255,,,,,也许",
        )
    )
    assert len(read.members) == 1
    assert read.bad_rows == [
        BadRow(2, "missing", "name"),
        BadRow(3, "missing", "id_number"),
        BadRow(5, "id_number_twice", "id_number"),
        BadRow(6, "too_long", "name"),
        BadRow(7, "not_true_or_false", "full_time_union_social_worker"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("roster.csv", b"name,card_no\n", "column_missing"),
        ("roster.pdf", b"x", "file_type_unknown"),
        ("roster.xlsx", b"no workbook", "file_unreadable"),
        ("roster.csv", b"\xff\xff\xff", "file_unreadable"),
    ],
)
def test_what_is_no_roster_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=code):
        read_roster(tmp_path / name)
    with pytest.raises(UserError, match="file_unreadable"):
        read_roster(tmp_path / "not there.csv")


# ---- import and news


def test_an_import_adds_changes_and_leaves_alone(office: Office) -> None:
    assert import_roster(office.central, [member(1), member(2)]) == Imported(2, 0, 0)
    assert import_roster(office.central, [member(1), member(2)]) == Imported(0, 0, 0)
    assert import_roster(office.central, [member(1, card_no="1"), member(3)]) == Imported(1, 1, 0)
    assert import_roster(office.central, [member(3)], replace=True) == Imported(0, 0, 2)
    assert import_roster(office.central, [member(1)]) == Imported(0, 1, 0)  # back again


def test_a_station_hears_each_change_once(office: Office, sender: Sender) -> None:
    import_roster(office.central, [member(1), member(2)])
    first, cursor = news(sender, Cursor())
    assert [each.name for each in first] == [person(1).name, person(2).name]
    assert news(sender, cursor)[0] == []
    import_roster(office.central, [member(2, phone="13900000000")])
    (changed,), cursor = news(sender, cursor)
    assert (changed.member_no, changed.phone, changed.gone) == (first[1].member_no, "13900000000", False)
    import_roster(office.central, [member(2, phone="13900000000")], replace=True)
    (gone,), cursor = news(sender, cursor)
    assert (gone.member_no, gone.gone, gone.name) == (first[0].member_no, True, "")
    latest, _ = news(sender, Cursor())  # from the beginning: only how things stand
    assert [(each.member_no, each.gone) for each in latest] == [
        (first[1].member_no, False),
        (first[0].member_no, True),
    ]


def test_a_station_hears_of_its_own_district_and_of_nobodys(office: Office) -> None:
    here, city = office.sender("CY001", "朝阳区"), office.sender("SZ001")
    import_roster(office.central, [member(1, "朝阳区"), member(2, "海淀区"), member(3, "")])
    heard, cursor = news(here, Cursor())
    assert [each.name for each in heard] == [person(1).name, person(3).name]
    everybody, city_cursor = news(city, Cursor())
    assert len(everybody) == 3

    import_roster(office.central, [member(1, "海淀区"), member(2, "朝阳区")])  # they change places
    heard, cursor = news(here, cursor)
    assert [(each.gone, each.name) for each in heard] == [(True, ""), (False, person(2).name)]
    moved, city_cursor = news(city, city_cursor)
    assert {(each.gone, each.name) for each in moved} == {(False, person(1).name), (False, person(2).name)}
    import_roster(office.central, [member(1, "朝阳区")])
    heard, cursor = news(here, cursor)
    assert [(each.gone, each.name) for each in heard] == [(False, person(1).name)]


def test_a_long_roster_comes_in_parts_without_a_gap(office: Office, sender: Sender) -> None:
    count = 2 * MAX_CHANGES + 10
    import_roster(office.central, [member(number) for number in range(count)])
    heard: list[MemberChange] = []
    cursor, more, parts = Cursor(), True, 0
    while more:
        answer = sender.sync(cursor=cursor)
        heard += [each for each in answer.changes if isinstance(each, MemberChange)]
        cursor, more, parts = answer.cursor, answer.more, parts + 1
        assert len(answer.changes) <= MAX_CHANGES
    assert parts == 3
    assert [each.seq for each in heard] == sorted({each.seq for each in heard})
    assert {each.id_number for each in heard} == {person(number).id_number for number in range(count)}
