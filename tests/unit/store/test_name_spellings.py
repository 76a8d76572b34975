"""Names as they are typed: all readings, surnames, initials; and the pickers' matching."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.domain.pinyin import (
    COMPOUND_SURNAMES,
    GIVEN,
    SURNAME_READINGS,
    keys_of,
    matches,
    query_key,
    rank,
    readings,
)

CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        *(("单", {"dan", "shan", "chan"}), ("仇", {"chou", "qiu"}), ("曾", {"zeng", "ceng"}), ("解", {"jie", "xie"})),
        *(("区", {"qu", "ou"}), ("朴", {"pu", "piao"}), ("查", {"cha", "zha"}), ("盖", {"gai", "ge"})),
        *(("尉", {"wei", "yu"}), ("翟", {"di", "zhai"}), ("乐", {"le", "yue"}), ("覃", {"tan", "qin"})),
        *(("吕", {"lv", "lu", "lyu"}), ("女", {"nv", "nu", "nyu"}), ("赟", {"yun"}), ("㛃", {"jie"})),
        *(("黑", {"hei", "he"}), ("繁", {"fan", "po"}), ("洗", {"xi", "xian"}), ("晟", {"sheng", "cheng"})),
        *(("a", {"a"}), ("7", {"7"}), ("𠮷", set()), ("·", set())),
    ],
)
def test_a_character_has_all_its_readings(character: str, expected: set[str]) -> None:
    assert expected <= set(readings(character))


def test_the_commonest_reading_stands_first() -> None:
    assert [readings(each)[0] for each in "单仇曾王李"] == ["dan", "chou", "ceng", "wang", "li"]


@pytest.mark.parametrize("reading", sorted({*SURNAME_READINGS.values()}))
def test_readings_are_plain_letters(reading: str) -> None:
    assert reading.isascii()
    assert reading.islower()


def test_every_surname_is_found_by_its_reading_as_a_surname() -> None:
    for surname, reading in SURNAME_READINGS.items():
        keys = keys_of(surname + "建国")
        assert reading + "jianguo" in keys, surname
        assert reading[0] + "jg" in keys, surname
    for surname, (first, second) in COMPOUND_SURNAMES.items():
        keys = keys_of(surname + "明")
        assert first + second + "ming" in keys, surname
        assert GIVEN + "ming" in keys, surname
        assert first + second + "m" in keys, surname


def test_the_keys_of_a_name() -> None:
    assert keys_of("王建国") == (
        *("王建国", "wangjianguo", "yujianguo", "wjg", "yjg", "wangjg", "yujg"),
        *("~建国", "~jianguo", "~jg"),
    )
    assert keys_of("王") == ("王", "wang", "yu", "w", "y")


def test_names_that_are_not_chinese() -> None:
    assert {"买买提吐尔逊", "maimaitituerxun", "mmttex", "~吐尔逊", "~tuerxun"} <= set(keys_of("买买提·吐尔逊"))
    assert keys_of("买买提•吐尔逊") == keys_of("买买提·吐尔逊") == keys_of("买买提．吐尔逊")
    assert {"johnsmith", "~smith"} <= set(keys_of("John Smith"))
    assert keys_of("") == keys_of(" · ") == ()


def test_a_character_without_a_reading_is_left_out_of_the_pinyin() -> None:
    assert {"张𠮷明", "zhangming", "zm"} <= set(keys_of("张𠮷明"))


def test_very_long_names_have_a_bounded_number_of_keys() -> None:
    name = "乐单曾解查" * 4
    assert len(keys_of(name)) < 400
    assert "le" + "dan" + "ceng" + "jie" + "cha" in keys_of(name)[1]
    other = "".join(readings(each)[0] for each in name[:-1]) + "zha"
    assert other in keys_of(name)  # every reading is there, with the commonest of the others


@given(st.text(CHINESE, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_any_combination_of_readings_finds_a_usual_name(name: str, chance: object) -> None:
    options = [readings(each) for each in name]
    number = 1
    for each in options:
        number *= max(1, len(each))
    if number > 48 or name[:2] in COMPOUND_SURNAMES:
        return
    typed = "".join(chance.choice(each) for each in options if each)  # type: ignore[attr-defined]
    assert not typed or typed in keys_of(name)


@given(st.text(max_size=12))
def test_keys_are_what_a_query_is_made_into(name: str) -> None:
    """Whatever a name holds, the key of the name typed is its first key."""
    keys = keys_of(name)
    typed = query_key(name)
    assert all(keys)
    assert len(set(keys)) == len(keys)
    if keys and name.isalnum() and all("\u4e00" <= each <= "\u9fa5" for each in name):
        assert keys[0] == typed


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        *(("ＬＩ Wei", "liwei"), ("lǚ", "lv"), ("LÜ", "lv"), ("xi'an", "xian"), ("张 三", "张三"), ("zhāng", "zhang")),
        *(("％", ""), ("", ""), ("买买提·吐", "买买提吐"), ("①", "1")),
    ],
)
def test_what_is_typed_is_tidied(typed: str, key: str) -> None:
    assert query_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        *(("", "电工", 1), ("电工", "电工", 0), ("电", "电工", 1), ("工", "电工", 2), ("diangong", "电工", 1)),
        *(("dg", "电工", 1), ("dgong", "电工", 1), ("电g", "电工", 1), ("diang", "电工", 1), ("gong", "电工", 2)),
        *(("dgg", "电工", None), ("x", "电工", None), ("diangongx", "电工", None)),
        *(
            ("zspts", "中式烹调师", 1),
            ("pts", "中式烹调师", 2),
            ("中式pt", "中式烹调师", 1),
            ("zhongship", "中式烹调师", 1),
        ),
        *(
            ("汽车拖", "汽车（拖拉机）装配工", 1),
            ("tlj", "汽车（拖拉机）装配工", 2),
            ("（拖", "汽车（拖拉机）装配工", 2),
        ),
        *(("qctljzpg", "汽车（拖拉机）装配工", 1), ("汽车(拖拉机)装配工", "汽车（拖拉机）装配工", 0)),
        *(("ptjx", "普通机械", 1), ("cnc", "CNC编程员", 1), ("bc", "CNC编程员", 2), ("2级", "网络2级", 2)),
        *(("北京市职业", "北京市职业技能鉴定管理中心", 1), ("jdglzx", "北京市职业技能鉴定管理中心", 2)),
    ],
)
def test_the_pickers_match(typed: str, name: str, expected: int | None) -> None:
    assert rank(typed, name) == expected
    assert matches(typed, name) is (expected is not None)


@given(st.text(CHINESE, min_size=1, max_size=8), st.data())
def test_any_mixture_of_characters_pinyin_and_initials_matches(name: str, data: st.DataObject) -> None:
    typed = ""
    for each in name:
        options = [each, *readings(each), *(reading[0] for reading in readings(each))]
        typed += data.draw(st.sampled_from(options))
    assert matches(typed, name)


def test_matching_does_not_lose_itself() -> None:
    """Every syllable can be read three ways here; the ways must not multiply."""
    assert rank("a" * 39 + "x", "啊" * 60) is None
    assert rank("a" * 40, "啊" * 60) == 1


def test_pypinyin_comes_late_and_without_its_phrases() -> None:
    program = """
import sys
from station_app.domain import pinyin
assert "pypinyin" not in sys.modules
assert pinyin.readings("单")[0] == "dan"
from pypinyin.constants import PHRASES_DICT
assert len(PHRASES_DICT) == 0
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
