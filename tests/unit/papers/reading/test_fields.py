"""Fields out of rows: split and merged pieces, both sides of the card, certificates; doubts are marked."""

from __future__ import annotations

from station_app.domain.application import ScanKind
from station_app.papers.reading import SURE
from station_app.papers.reading.fields import Field, fields_of
from station_app.papers.reading.kinds import kind_of
from station_app.papers.reading.shapes import Line, rows_of
from tests.samples.people import person

_ONE = person(1)


def _lines(*rows: str, score: float = 0.99) -> list[Line]:
    """``|`` parts pieces of one row."""
    lines = []
    for place, row in enumerate(rows):
        for column, text in enumerate(row.split("|")):
            left, top = 100.0 + 200 * column, 40.0 * place
            lines.append(Line(text, score, left, top, left + 20 * len(text), top + 30))
    return lines


def _at(text: str, left: float, top: float) -> Line:
    return Line(text, 0.99, left, top, left + 30 * len(text), top + 30)


def _front(*, number: str = _ONE.id_number, born: str = "") -> list[Line]:
    day = born or f"{_ONE.birth.year}年{_ONE.birth.month}月{_ONE.birth.day}日"
    return _lines(
        f"姓名|{_ONE.name}",
        f"性别{_ONE.sex}民族汉",
        f"出生|{day}",
        "住址|北京市朝阳区测试街道",
        "样本路4号",
        "公民身份号码|" + number,
    )


def _read(kind: ScanKind, lines: list[Line], occupations: tuple[str, ...] = ()) -> dict[str, str]:
    return {name: field.value for name, field in fields_of(kind, lines, occupations).items()}


def test_rows_are_read_from_left_to_right_whatever_their_order() -> None:
    lines = list(reversed(_lines("甲|乙", "丙|丁")))
    assert [row.text for row in rows_of(lines)] == ["甲乙", "丙丁"]


def test_the_front_of_an_identity_card() -> None:
    assert kind_of(_front()) is ScanKind.ID_FRONT
    assert _read(ScanKind.ID_FRONT, _front()) == {
        "name": _ONE.name,
        "sex": _ONE.sex,
        "nation": "汉",
        "birth": _ONE.birth.isoformat(),
        "address": "北京市朝阳区测试街道样本路4号",
        "id_number": _ONE.id_number,
    }


def test_a_number_that_does_not_hold_is_marked() -> None:
    wrong = _ONE.id_number[:16] + str((int(_ONE.id_number[16]) + 2) % 10) + _ONE.id_number[17]
    read = fields_of(ScanKind.ID_FRONT, _front(number=wrong), ())
    assert read["id_number"].value == wrong
    assert read["id_number"].confidence < SURE


def test_a_number_of_another_birth_date_is_marked_though_it_holds() -> None:
    read = fields_of(ScanKind.ID_FRONT, _front(born="1999年9月9日"), ())
    assert read["id_number"].confidence < SURE
    assert read["birth"].confidence < SURE


def test_the_back_with_a_term_and_for_long() -> None:
    rows = ["中华人民共和国", "居民身份证", "签发机关|测试市公安局朝阳分局"]
    lines = _lines(*rows, "有效期限|2016.05.20-2036.05.20")
    assert kind_of(lines) is ScanKind.ID_BACK
    assert _read(ScanKind.ID_BACK, lines) == {
        "issuer": "测试市公安局朝阳分局",
        "valid_from": "2016-05-20",
        "valid_to": "2036-05-20",
    }
    assert _read(ScanKind.ID_BACK, _lines(*rows, "有效期限|2016.05.20-长期"))["valid_to"] == "长期"
    odd = fields_of(ScanKind.ID_BACK, _lines(*rows, "有效期限|2016.05.20-2035.05.20"), ())
    assert odd["valid_to"].confidence < SURE  # no card is given for nineteen years


def test_the_service_card() -> None:
    lines = _lines("工会会员互助服务卡", "京卡", _ONE.card_no[:8] + "|" + _ONE.card_no[8:], "有效期05/36")
    assert kind_of(lines) is ScanKind.CARD
    assert fields_of(ScanKind.CARD, lines, ())["card_no"] == Field(_ONE.card_no, 0.99)


def _certificate(occupation: str = "茶艺师", level: str = "三级/高级工") -> list[Line]:
    return _lines(
        "职业技能等级证书",
        f"姓名|{_ONE.name}",
        f"证件号码|{_ONE.id_number}",
        f"职业名称|{occupation}",
        f"职业技能等级|{level}",
        "证书编号|Y000011000000000020",
        "评价机构|测试技能鉴定中心",
        "发证日期|2023年9月21日",
    )


def test_a_certificate() -> None:
    assert kind_of(_certificate()) is ScanKind.CERTIFICATE
    assert _read(ScanKind.CERTIFICATE, _certificate(), ("茶艺师",)) == {
        "name": _ONE.name,
        "id_number": _ONE.id_number,
        "occupation": "茶艺师",
        "level": "3",
        "number": "Y000011000000000020",
        "issuer": "测试技能鉴定中心",
        "issue_date": "2023-09-21",
    }


def test_an_occupation_is_settled_by_the_list_and_then_marked() -> None:
    for read in ("荼艺师", "茶艺师样"):
        field = fields_of(ScanKind.CERTIFICATE, _certificate(read), ("茶艺师", "电工"))["occupation"]
        assert field.value == "茶艺师"
        assert field.confidence < SURE
    unknown = fields_of(ScanKind.CERTIFICATE, _certificate("太空漫步"), ("茶艺师",))["occupation"]
    assert (unknown.value, unknown.confidence < SURE) == ("太空漫步", True)


def test_a_level_whose_number_and_name_differ_is_marked() -> None:
    assert fields_of(ScanKind.CERTIFICATE, _certificate(level="二级/高级工"), ())["level"].confidence < SURE
    assert _read(ScanKind.CERTIFICATE, _certificate(level="级/高级技师"))["level"] == "1"


def test_an_old_certificate_names_occupation_and_level_together() -> None:
    lines = _lines("职业资格证书", "姓名|甲", "职业(工种)及等级|中式烹调师 二级/技师", "理论知识考试成绩|86.0")
    read = fields_of(ScanKind.CERTIFICATE, lines, ("中式烹调师",))
    assert (read["occupation"], read["level"].value) == (Field("中式烹调师", 0.99), "2")


def test_a_label_takes_the_row_below_when_nothing_stands_beside_it() -> None:
    lines = _lines("职业技能等级证书", "证书编号", "Y000011000000000020", "姓名|甲")
    assert _read(ScanKind.CERTIFICATE, lines)["number"] == "Y000011000000000020"


def test_an_open_booklet_is_read_page_by_page_without_its_second_labels() -> None:
    left = [
        _at("发证机关（印）", 100, 400),
        _at("Issued by", 100, 440),
        _at("北京市测试局", 100, 480),
        _at("证书编号", 100, 600),
    ]
    left += [_at("8802650836046246", 320, 600)]
    right = [_at("姓名", 1200, 400), _at("Name", 1200, 440), _at("甲乙", 1400, 400), _at("等级", 1200, 600)]
    right += [_at("二级／技师", 1400, 600), _at("职业（工种）", 1200, 480), _at("焊工", 1500, 480)]
    assert _read(ScanKind.CERTIFICATE, [_at("职业资格证书", 100, 200), *left, *right], ("焊工",)) == {
        "name": "甲乙",
        "occupation": "焊工",
        "level": "2",
        "number": "8802650836046246",
        "issuer": "北京市测试局",
    }


def test_an_award_tells_in_a_sentence() -> None:
    lines = _lines(
        "荣誉证书",
        "甲·乙丙同志：",
        "在2023年北京市职工职业技能大赛变",
        "电站值班员决赛中荣获第三名，特发此证。",
        "北京市总工会",
        "2023年11月8日",
    )
    assert _read(ScanKind.CERTIFICATE, lines, ("变电站值班员", "电站值班员")) == {
        "name": "甲·乙丙",
        "occupation": "变电站值班员",
        "issuer": "北京市总工会",
        "issue_date": "2023-11-08",
    }


def test_letters_of_a_stamp_behind_an_issuer_are_left_out_and_it_is_marked() -> None:
    lines = _lines("荣誉证书", "甲乙同志：", "在大赛电工决赛中荣获第三名，特发此证。", "北京市总工会用")
    field = fields_of(ScanKind.CERTIFICATE, lines, ("电工",))["issuer"]
    assert (field.value, field.confidence < SURE) == ("北京市总工会", True)


def test_half_a_label_is_one() -> None:
    assert _read(ScanKind.CERTIFICATE, _lines("职业资格证书", "名|甲乙", "性别|男"))["name"] == "甲乙"


def test_an_issuer_without_its_label_is_a_guess() -> None:
    lines = _lines("职业技能等级证书", "姓名|甲", "北京测试集团有限公司", "发证日期|2023年1月2日")
    field = fields_of(ScanKind.CERTIFICATE, lines, ())["issuer"]
    assert (field.value, field.confidence < SURE) == ("北京测试集团有限公司", True)


def test_a_bank_card_is_known_by_its_number() -> None:
    assert kind_of(_lines("测试银行", "6299 9901 5308 6421")) is ScanKind.OTHER
    assert kind_of(_lines("测试银行", _ONE.card_no)) is ScanKind.CARD


def test_nothing_is_read_off_what_is_unknown() -> None:
    lines = _lines("今日菜单", "红烧肉|20元")
    assert kind_of(lines) is ScanKind.OTHER
    assert fields_of(ScanKind.OTHER, lines, ()) == {}
