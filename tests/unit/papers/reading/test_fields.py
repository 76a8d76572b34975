"""Fields out of rows: split and merged pieces, both sides of the card, certificates; doubts are marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

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


def test_a_character_of_a_watermark_is_no_part_of_the_value_that_it_stands_beside() -> None:
    """As it was read: the value's place would be cut out four lines high."""
    lines = [
        Line("姓名", 1.0, 111, 214, 221, 265),
        Line("程慧艳", 1.0, 376, 215, 506, 275),
        Line("样", 0.999, 595, 326, 793, 518),
        Line("茶艺师", 1.0, 376, 365, 507, 424),
        Line("职业名称", 1.0, 113, 366, 255, 414),
        Line("三级/高级工", 0.975, 379, 444, 611, 500),
        Line("职业技能等级", 1.0, 113, 442, 318, 491),
    ]
    found = fields_of(ScanKind.CERTIFICATE, lines, ["茶艺师"])["occupation"]
    assert (found.value, found.confidence) == ("茶艺师", 1.0)
    assert found.box == (376, 365, 507, 424)


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


# ---- where a value stands


def _box(lines: list[Line], name: str, occupations: tuple[str, ...] = ()) -> tuple[float, float, float, float]:
    box = fields_of(ScanKind.CERTIFICATE, lines, occupations)[name].box
    assert box is not None
    return box


def test_a_value_in_one_piece_with_its_label_has_its_own_share_of_the_box() -> None:
    line = Line("职业名称：茶艺师", 0.99, 100, 0, 340, 30)  # eight characters of thirty pixels
    assert _box([line], "occupation", ("茶艺师",)) == (235, 0, 340, 30)  # with half a character before it


def test_digits_are_half_as_wide() -> None:
    line = Line("编号 1234567890", 0.99, 100, 0, 285, 30)  # 2 + 11 x 0.55 of 23 pixels
    left, _, right, _ = _box([line], "number")
    assert (round(left), right) == (147, 285)


def test_a_value_between_two_labels_ends_before_the_second() -> None:
    line = Line("姓名 甲乙 性别 男", 0.99, 100, 0, 359.5, 30)  # the name from 176.5 to 236.5
    left, _, right, _ = _box([line], "name")
    assert (left, right) == pytest.approx((161.5, 251.5))


def test_a_piece_of_a_stamp_in_the_row_is_not_in_the_box() -> None:
    lines = [*_lines("职业名称|茶艺师"), Line("专", 0.99, 700, -100, 800, 130)]
    assert _box(lines, "occupation", ("茶艺师",)) == (300, 0, 360, 30)
    assert _box(_lines("职业名称|茶艺师", "等级|三级"), "occupation", ("茶艺师",)) == (300, 0, 360, 30)


# ---- how others print certificates


_FACTS = {
    "name": _ONE.name,
    "id_number": _ONE.id_number,
    "occupation": "焊工",
    "level": "2",
    "number": "1501003000200123",
    "issuer": "北京市职业技能鉴定管理中心",
    "issue_date": "2023-09-21",
}
_OCCUPATIONS = ("焊工", "汽车（拖拉机）装配工", "养老护理员", "机械设备安装工")


@pytest.mark.parametrize(
    "rows",
    [
        (  # a sentence with the names of labels above them
            "职业技能等级证书",
            "本证书由北京市职业技能鉴定管理中心颁发，表明持证人通过本机构组织的",
            "职业技能等级认定，具备该职业（工种）相应",
            "技能等级水平。",
            f"姓名：{_ONE.name}",
            "证件类型：居民身份证",
            f"证件号码：{_ONE.id_number}",
            "职业名称：焊工",
            "工种/职业方向：电焊工",
            "职业技能等级：二级/技师",
            "证书编号：1501003000200123",
            "评价机构（盖章）：北京市职业技能鉴定管理中心",
            "发证日期：2023年9月21日",
        ),
        (  # the value below its label, short labels
            *("职业资格证书", "姓名", _ONE.name, "身份证号码", _ONE.id_number, "职业", "焊工", "级别", "二级"),
            *("证书号", "1501003000200123", "颁证机构", "北京市职业技能鉴定管理中心", "颁发日期", "2023-09-21"),
        ),
        (  # a table, and a date in words
            *("职业资格证书", f"姓名|{_ONE.name}|性别|男", f"证件号码|{_ONE.id_number}", "工种|焊工|等级|技师"),
            *("证书编号|1501003000200123", "发证单位|北京市职业技能鉴定管理中心", "发证时间|二〇二三年九月二十一日"),
        ),
        (  # both languages in one piece
            *("职业技能等级证书", f"姓名 Name|{_ONE.name}", f"证件号码 ID No.|{_ONE.id_number}"),
            *(
                "职业名称 Occupation|焊工",
                "技能等级 Skill Level|二级/技师",
                "证书编号 Certificate No.|1501003000200123",
            ),
            *("评价机构 Issued by|北京市职业技能鉴定管理中心", "发证日期 Date|2023.9.21"),
        ),
        (  # specks between the characters of a label
            *("职业技能等级证书", f"姓。名|{_ONE.name}", f"证件号码|{_ONE.id_number}", "职业名称|焊工", "等 级|二级"),
            *("编号|1501003000200123", "评价机构|北京市职业技能", "鉴定管理中心", "发证日期|2023/9/21"),
        ),
        (  # names of columns, one row of values
            "职业资格证书",
            f"姓名|身份证号：{_ONE.id_number}",
            f"{_ONE.name}",
            "工种|等级",
            "焊工|二级",
            "证书编号：1501003000200123",
            "发证机关：北京市职业技能鉴定管理中心",
            "发证日期：2023年09月21日",
        ),
    ],
    ids=["sentence above", "below", "table", "both languages", "specks", "columns"],
)
def test_other_prints_say_the_same(rows: tuple[str, ...]) -> None:
    lines = _lines(*rows)
    assert kind_of(lines) is ScanKind.CERTIFICATE
    found = fields_of(ScanKind.CERTIFICATE, lines, _OCCUPATIONS)
    assert {name: field.value for name, field in found.items()} == _FACTS
    assert min(field.confidence for field in found.values()) >= SURE


def test_a_certificate_in_a_sentence() -> None:
    lines = _lines(
        "职业资格证书",
        f"{_ONE.name}（身份证号：{_ONE.id_number}）经考核合格，",
        "具备焊工二级（技师）职业技能水平，特发此证。",
        "证书编号：1501003000200123",
        "发证机构：北京市职业技能鉴定管理中心",
        "2023年9月21日",
    )
    found = fields_of(ScanKind.CERTIFICATE, lines, _OCCUPATIONS)
    assert {name: field.value for name, field in found.items()} == _FACTS
    assert found["occupation"].confidence < SURE
    assert found["level"].confidence < SURE


def test_a_social_workers_level_whatever_its_label() -> None:
    for label in ("级别", "等级", "资格级别"):
        rows = ("社会工作者职业资格证书", "姓名：甲乙", f"{label}：社会工作师", "管理号：20230600411000000123")
        read = _read(ScanKind.CERTIFICATE, _lines(*rows))
        assert (read["level_name"], read.get("level")) == ("社会工作师", None)


def test_a_long_occupation_goes_on_below() -> None:
    lines = _lines("职业资格证书", "姓名：甲乙", "职业（工种）：汽车（拖拉机）", "装配工", "等级：二级／技师")
    field = fields_of(ScanKind.CERTIFICATE, lines, _OCCUPATIONS)["occupation"]
    assert (field.value, field.confidence >= SURE) == ("汽车（拖拉机）装配工", True)


def test_two_wrong_characters_of_a_long_occupation_are_settled_and_marked() -> None:
    field = fields_of(ScanKind.CERTIFICATE, _certificate("机诚设备安装二"), _OCCUPATIONS)["occupation"]
    assert (field.value, field.confidence < SURE) == ("机械设备安装工", True)
    short = fields_of(ScanKind.CERTIFICATE, _certificate("焊二"), _OCCUPATIONS)["occupation"]
    assert (short.value, short.confidence < SURE) == ("焊二", True)  # as near to many others


def test_a_number_without_its_label_is_never_sure() -> None:
    lines = _lines("职业资格证书", "姓名：甲乙", _ONE.id_number, "职业名称：焊工")
    field = fields_of(ScanKind.CERTIFICATE, lines, _OCCUPATIONS)["id_number"]
    assert (field.value, field.confidence < SURE) == (_ONE.id_number, True)


def test_a_number_whose_label_was_not_read_is_a_guess() -> None:
    rows = ("社会工作者职业资格证书", "姓名|甲乙", f"证件号码|{_ONE.id_number}", "易|202300000000000021")
    found = fields_of(ScanKind.CERTIFICATE, _lines(*rows), ())
    assert (found["management_no"].value, found["management_no"].confidence < SURE) == ("202300000000000021", True)
    assert "number" not in found
    two = fields_of(ScanKind.CERTIFICATE, _lines(*rows, "电话|13800138000"), ())
    assert "management_no" not in two


def test_words_printed_aslant_across_a_page_are_no_part_of_a_value() -> None:
    over = [Line("仅供测试样本", 0.99, 500, -40, 800, 140), Line("供测试样本", 0.99, 0, -60, 300, 100)]
    lines = [*_lines("姓名|甲乙", "证件号码|" + _ONE.id_number, "职业名称|焊工", "等级|二级"), *over]
    for many in (lines, [*lines, *(replace(over[0], left=300.0 * at, right=300.0 * at + 280) for at in range(9))]):
        read = _read(ScanKind.CERTIFICATE, many, ("焊工",))
        assert read == {"name": "甲乙", "id_number": _ONE.id_number, "occupation": "焊工", "level": "2"}


def test_a_name_that_the_recogniser_doubts_is_marked() -> None:
    for score, sure in ((0.99, True), (0.92, False)):
        lines = _lines("职业资格证书", "姓名|沈赞淑", score=score)
        assert (fields_of(ScanKind.CERTIFICATE, lines, ())["name"].confidence >= SURE) is sure


def test_a_certificates_number_is_sure_only_without_any_doubt() -> None:
    for score, sure in ((0.995, True), (0.975, False)):
        lines = _lines("职业资格证书", "证书编号|1501003000200123", score=score)
        assert (fields_of(ScanKind.CERTIFICATE, lines, ())["number"].confidence >= SURE) is sure


def test_a_column_of_values_is_no_page_of_a_booklet() -> None:
    lines = [_at("姓名", 150, 100), _at("甲乙", 400, 100), _at("性别", 660, 100), _at("女", 850, 100)]
    lines += [_at("证件号码", 150, 200), _at(_ONE.id_number, 560, 200)]
    lines += [_at("职业名称", 150, 300), _at("焊工", 400, 300), _at("等级", 660, 300), _at("三级", 850, 300)]
    read = _read(ScanKind.CERTIFICATE, [_at("职业资格证书", 100, 0), *lines], ("焊工",))
    assert read == {"name": "甲乙", "id_number": _ONE.id_number, "occupation": "焊工", "level": "3"}


@pytest.mark.parametrize(
    "row", ["NO.{}", "卡号：{}", "No {}", "卡号|{}", "{}|有效期05/36", "{}|12/30", "客服95526|{}"], ids=str
)
def test_a_card_number_beside_what_is_none_of_it(row: str) -> None:
    grouped = " ".join(_ONE.card_no[at : at + 4] for at in range(0, 16, 4))
    for number in (_ONE.card_no, grouped):
        lines = _lines("工会会员互助服务卡", row.format(number))
        assert fields_of(ScanKind.CARD, lines, ())["card_no"] == Field(_ONE.card_no, 0.99)


def test_the_right_page_of_a_booklet_alone_is_a_certificate() -> None:
    rows = (
        "姓名|甲乙",
        "性别女",
        "出生日期|1966年05月18日",
        "文化程度|大专",
        "职业（工种）|焊工",
        "等级|二级",
        "评定成绩|合格",
    )
    assert kind_of(_lines(*rows, f"身份证号|{_ONE.id_number}")) is ScanKind.CERTIFICATE


def test_a_form_names_a_certificate_and_is_a_form() -> None:
    rows = (
        "2024年在职职工职业发展助推计划申请表",
        "姓名|甲乙",
        "职业（工种）|焊工",
        "等级|二级",
        "证书编号|150100300020",
    )
    assert kind_of(_lines(*rows, "申请人签字")) is ScanKind.FORM


def test_a_letter_amid_the_digits_of_a_certificates_number_is_marked() -> None:
    for number, sure in (("S000011130511372150", True), ("202311000013051137215C", False)):
        lines = _lines("职业资格证书", f"证书编号|{number}", score=0.999)
        field = fields_of(ScanKind.CERTIFICATE, lines, ())["number"]
        assert (field.value, field.confidence >= SURE) == (number, sure)


def test_a_certificate_with_the_labels_of_an_identity_card_is_one() -> None:
    rows = ("社会工作者职业水平证书", "姓名：甲乙", f"公民身份号码：{_ONE.id_number}", "证件类型：居民身份证")
    assert kind_of(_lines(*rows, "管理号：20230600411000000123")) is ScanKind.CERTIFICATE


def test_a_number_that_goes_on_in_the_next_line_of_a_sentence_is_marked() -> None:
    first, rest = _ONE.id_number[:15], _ONE.id_number[15:]
    rows = (
        "职业资格证书",
        f"{_ONE.name}（身份证号：{first}",
        f"{rest}）经考核合格，具备焊工二级（技师）水平，特发此证。",
    )
    field = fields_of(ScanKind.CERTIFICATE, _lines(*rows), _OCCUPATIONS)["id_number"]
    assert (field.value, field.confidence < SURE) == (_ONE.id_number, True)


def test_a_label_amid_a_sentence_is_none() -> None:
    rows = ("荣誉证书", "甲乙丙：", "在北京市职业技能竞赛焊工工种决赛中，荣获第一名。", "北京市总工会", "2023年11月8日")
    assert _read(ScanKind.CERTIFICATE, _lines(*rows), _OCCUPATIONS)["occupation"] == "焊工"
