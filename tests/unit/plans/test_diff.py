"""What changed between two packs, in words and as JSON, and which cases flip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resources import plan_files, plan_years
from station_app.cli import main
from station_app.cli.output import Exit
from station_app.plans import Verdict, bundle, load_plan, read_case
from station_app.plans.diff import Difference, differences, flips
from tests.unit.plans.cases import plan_of, raw_case
from ui.messages import table
from ui.plan_words import answer_words, difference_sentence

YEARS = plan_years()
V, S, C = "vocational", "social_worker", "competition"


def edited(old: str, new: str, name: str = "plan.toml", year: int = 2024) -> dict[str, str]:
    """The files of a pack after one edit that still holds."""
    files = plan_files(year)
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    load_plan(files)
    return files


def found(files: dict[str, str], year: int = 2024) -> list[Difference]:
    return list(differences(plan_files(year), files))


@pytest.mark.parametrize("year", YEARS)
def test_a_pack_does_not_differ_from_itself(year: int) -> None:
    assert differences(plan_files(year), plan_files(year)) == ()


def test_the_order_of_rules_and_comments_is_no_difference() -> None:
    files = plan_files(2024)
    start, end = files["plan.toml"].index("[[rules]]"), files["plan.toml"].index("# ---- 社会工作者")
    block = files["plan.toml"][start:end]
    rules = ["[[rules]]" + each for each in block.split("[[rules]]")[1:]]
    moved = files["plan.toml"].replace(block, "".join(reversed(rules)) + "# nothing\n")
    assert differences(files, {**files, "plan.toml": moved}) == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("version = 1\n", "version = 2\n", "方案：版本由“1”改为“2”。"),
        ("sms = false", "sms = true", "方案：短信通知由“否”改为“是”。"),
        ("last = 2024-10-31", "last = 2024-11-30", "规则 申报截止：最后一天由“2024-10-31”改为“2024-11-30”。"),
        ("yuan = 800", "yuan = 900", "金额 三级（高级工）（职业技能等级）：金额（元）由“800”改为“900”。"),
        (
            "funded = [1, 2, 3]",
            "funded = [1, 2]",
            "规则 证书等级（职业技能等级）：资助去掉“3”。",
        ),
        ("high = 10", "high = 8", "规则 名次的范围（技能大赛）：上限由“10”改为“8”。"),
        (
            'quote = "证书颁发日期，指首次取得证书的发证日期"',
            'quote = "证书颁发日期，指首次取得证书"',
            "条款 first_issue：引文由“证书颁发日期，指首次取得证书的发证日期”改为“证书颁发日期，指首次取得证书”。",
        ),
        (
            'named = ["北京市职业技能鉴定管理中心"]',
            'named = ["北京市职业技能鉴定管理中心", "示例中心"]',
            "规则 发证机构（备案）（职业技能等级）：点名的机构新增“示例中心”。",
        ),
        (
            '"工会会员互助服务卡", "职业技能等级证书"]',
            '"职业技能等级证书", "照片"]',
            "材料（职业技能等级）：增加 照片；去掉 工会会员互助服务卡。",
        ),
        (
            'scans = ["id_front", "id_back", "card", "certificate"]',
            'scans = ["id_front", "card", "certificate"]',
            "扫描件（职业技能等级）：去掉 身份证 国徽面。",
        ),
        (
            '    { section = "certificate", name = "training_name", label = "培训机构名称" },\n',
            "",
            "录入项 培训机构名称（职业技能等级）：去掉 培训机构名称。",
        ),
        (
            'name = "position" }',
            'name = "position", required = true }',
            "录入项 职务：必填新增“是”。",
        ),
        (
            '    { channel = "hotline", label = "12351 职工服务热线" },\n',
            "",
            "渠道 12351 热线（职业技能等级）：去掉 12351 职工服务热线。",
        ),
        ('phone = "83570329"', 'phone = "83570330"', "联系方式：电话由“83570329”改为“83570330”。"),
        (
            '"高级社会工作师", "高级"] },\n    { level = 2',
            '"高级"] },\n    { level = 2',
            "级别写法：1去掉“高级社会工作师”。",
        ),
        (
            '[[everybody]]\nkind = "flag"\nfact = "has_card"\ncode = "no_card"\nclause = "person"\n',
            "",
            "规则 持有互助服务卡：去掉 看哪一项 has_card，结果代码 no_card，条款 person。",
        ),
        (
            'severity = "review"\ncode = "paid_this',
            'severity = "refuse"\ncode = "paid_this',
            "规则 领取过的（paid_this_calendar_year_other_plan）：结果由“审核”改为“不符合”。",
        ),
        (
            '{ label = "手机号", field = "phone", beside = true }',
            '{ label = "电话", field = "phone", beside = true }',
            "纸质表（职业技能等级）：栏目增加 电话；去掉 手机号。",
        ),
    ],
)
def test_each_edit_is_told_in_one_line(old: str, new: str, sentence: str) -> None:
    said = [difference_sentence(each) for each in found(edited(old, new))]
    assert said == [sentence]


def test_a_category_that_goes_is_told() -> None:
    files = plan_files(2014)
    start, end = files["plan.toml"].index("[categories.competition]"), len(files["plan.toml"])
    files["plan.toml"] = files["plan.toml"][:start]
    assert end > start
    assert [difference_sentence(each) for each in found(files, 2014)] == ["类别 技能竞赛（技能大赛）：去掉 技能竞赛。"]


def test_the_list_and_the_known_names() -> None:
    files = plan_files(2013)
    files["catalogue.csv"] = files["catalogue.csv"].replace(",车工,1", ",车工,2", 1) + "201,示例工,1\n"
    files["occupations.txt"] += "示例工\n"
    assert [difference_sentence(each) for each in found(files, 2013)] == [
        "助推目录：增加 车工（印 2 级）、示例工（印 1 级）；去掉 车工（印 1 级）。",
        "已知工种名：新增 示例工。",
    ]


def test_the_text_itself() -> None:
    files = plan_files(2024)
    files["text.txt"] += "附则"
    (only,) = found(files)
    assert difference_sentence(only) == "方案原文有改动：由 1982 字改为 1984 字。"


@pytest.mark.parametrize("one", YEARS)
@pytest.mark.parametrize("two", YEARS)
def test_every_difference_between_any_two_plans_has_words_and_json(one: int, two: int) -> None:
    words = table("plans")
    for each in differences(plan_files(one), plan_files(two)):
        said = difference_sentence(each)
        assert said.endswith("。")
        assert "{" not in said
        assert f"area.{each.area}" in words
        if each.area == "rule":
            assert f"rule.{each.name.partition(':')[0]}" in words
        if each.key and each.area != "level_name":
            assert f"key.{each.key}" in words
        raw = json.loads(json.dumps(each.to_json(), ensure_ascii=False))
        assert raw["change"] in ("added", "removed", "changed")


@pytest.mark.parametrize("one", YEARS)
@pytest.mark.parametrize("two", YEARS)
def test_forth_and_back_are_each_others_mirror(one: int, two: int) -> None:
    forth = {(each.area, each.category, each.key, str(each.before), str(each.after)) for each in _of(one, two)}
    back = {(each.area, each.category, each.key, str(each.after), str(each.before)) for each in _of(two, one)}
    assert forth == back


def _of(one: int, two: int) -> tuple[Difference, ...]:
    """Without the parts whose name or place is taken from the newer pack."""
    every = differences(plan_files(one), plan_files(two))
    return tuple(each for each in every if each.area not in ("amount", "rule"))


def test_cases_that_flip_are_those_that_the_change_touches() -> None:
    after = load_plan(edited("last = 2024-10-31", "last = 2024-04-30"))
    cases = [
        ("early", read_case(raw_case(2024, V, applied_on="2024-04-30"))),
        ("late", read_case(raw_case(2024, V, applied_on="2024-05-01"))),
        ("refused", read_case(raw_case(2024, V, applied_on="2024-05-01", level=5))),
    ]
    flipped = list(flips(plan_of(2024), after, cases))
    assert [each.name for each in flipped] == ["late", "refused"]
    late, refused = flipped
    assert late.before is not None
    assert late.after is not None
    assert (answer_words(late.before), answer_words(late.after)) == ("符合，1000 元", "不符合")
    assert refused.before is not None
    assert refused.before.verdict is Verdict.INELIGIBLE


def test_an_amount_that_changes_is_a_flip() -> None:
    after = load_plan(edited("yuan = 1000", "yuan = 1200"))
    (flip,) = flips(plan_of(2024), after, [("a", read_case(raw_case(2024, V)))])
    assert flip.after is not None
    assert answer_words(flip.after) == "符合，1200 元"


def test_a_fact_that_the_other_plan_lacks_is_said() -> None:
    case = read_case(raw_case(2024, C, occupation_certifiable=None))
    (flip,) = flips(plan_of(2024), plan_of(2014), [("a", case)])
    assert flip.after is not None  # the year is refused already
    case = read_case(raw_case(2024, C, occupation_certifiable=None, year=2014, competition="示例杯"))
    (flip,) = flips(plan_of(2024), plan_of(2014), [("a", case)])
    assert flip.after is None
    assert answer_words(flip.after) == "缺项，不能判断"


def test_the_command_prints_lines_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STATION_PASSWORD", raising=False)
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "nowhere"))
    packed = tmp_path / "2024.json"
    packed.write_text(bundle(edited("yuan = 800", "yuan = 900")), "utf-8")
    assert main(["plans", "diff", "2024", str(packed)]) == Exit.DONE
    assert capsys.readouterr().out == "金额 三级（高级工）（职业技能等级）：金额（元）由“800”改为“900”。\n"
    assert main(["plans", "diff", "2024", str(packed), "--json"]) == Exit.DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["flips"] is None
    assert answer["before"] == {"year": 2024, "version": 1}
    assert answer["differences"] == [
        {
            "area": "amount",
            "change": "changed",
            "category": "vocational",
            "name": "三级（高级工）",
            "key": "yuan",
            "before": 800,
            "after": 900,
            "message": "金额 三级（高级工）（职业技能等级）：金额（元）由“800”改为“900”。",
        }
    ]
    assert main(["plans", "diff", "2024", "2024"]) == Exit.DONE
    assert capsys.readouterr().out == "两个方案包没有不同。\n"


@pytest.mark.parametrize("arguments", [["diff", "2024"], ["diff"], ["list", "2024"], ["check", "2013", "2014"]])
def test_another_number_of_packs_is_wrong_use(arguments: list[str]) -> None:
    assert main(["plans", *arguments]) == Exit.USAGE


def test_a_pack_that_does_not_hold_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(bundle({**plan_files(2024), "plan.toml": "year = 1"}), "utf-8")
    assert main(["plans", "diff", "2024", str(bad)]) == Exit.NO
    assert "[pack_invalid]" in capsys.readouterr().err
