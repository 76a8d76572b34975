"""Which paper it is, by the words that only this paper prints."""

from __future__ import annotations

from collections.abc import Sequence

from station_app.domain.application import ScanKind
from station_app.papers.reading.numbers import card_number_in
from station_app.papers.reading.shapes import Line

_WORDS: dict[ScanKind, tuple[str, ...]] = {
    ScanKind.ID_FRONT: ("公民身份号码", "身份号码", "姓名", "性别", "民族", "出生", "住址"),
    ScanKind.ID_BACK: ("居民身份证", "中华人民共和国", "签发机关", "有效期限"),
    ScanKind.CARD: (
        "互助服务卡",
        "工会会员",
        "京卡",
        "银联",
        "有效期",
        "CARD",
        "VALID",
        "银行",
        "BANK",
        "UnionPay",
        "UNIONPAY",
        "服务卡",
        "借记卡",
    ),
    ScanKind.CERTIFICATE: (
        "证书",
        "职业名称",
        "技能等级",
        "证书编号",
        "证件号码",
        "管理号",
        "评价机构",
        "发证日期",
        "批准日期",
        "签发日期",
        "职业资格",
        "荣誉",
        "理论知识",
        "等级",
        "工种",
        "文化程度",
        "评定成绩",
    ),
    ScanKind.FORM: ("申请表", "确认单", "受理号", "申请人签字", "本人承诺", "助推"),
}
_DECISIVE = {
    "公民身份号码": ScanKind.ID_FRONT,
    "居民身份证": ScanKind.ID_BACK,
    "签发机关": ScanKind.ID_BACK,
    "互助服务卡": ScanKind.CARD,
    "证书编号": ScanKind.CERTIFICATE,
    "职业技能等级证书": ScanKind.CERTIFICATE,
    "职业资格证书": ScanKind.CERTIFICATE,
    "申请人签字": ScanKind.FORM,
    "助推": ScanKind.FORM,  # it names as much of a certificate as one does
}
_AGAINST = 4.0
_IDENTITY = (ScanKind.ID_FRONT, ScanKind.ID_BACK)
_NO_IDENTITY = "证书"  # on it stand 公民身份号码 and 居民身份证, too
_ENOUGH = 2.0  # words
_DECIDES = 2.0


def marks_of(lines: Sequence[Line]) -> dict[ScanKind, float]:
    """How much speaks for each kind."""
    text = squeezed("".join(line.text for line in lines))
    marks = {kind: float(sum(word in text for word in words)) for kind, words in _WORDS.items()}
    for word, kind in _DECISIVE.items():
        if word in text:
            marks[kind] += _DECIDES
    if _NO_IDENTITY in text:
        marks.update({kind: max(0.0, marks[kind] - _AGAINST) for kind in _IDENTITY})
    if marks[ScanKind.CARD] and any(_is_card_number(line.text) for line in lines):
        marks[ScanKind.CARD] += _DECIDES
    return marks


def _is_card_number(text: str) -> bool:
    """In one piece; what banks print on their cards differs, the number does not."""
    found = card_number_in(text)
    return found is not None and found[1]


def kind_of(lines: Sequence[Line]) -> ScanKind:
    """The kind that most speaks for; ``other`` where too little does."""
    marks = marks_of(lines)
    kind = max(marks, key=lambda each: marks[each])
    return kind if marks[kind] >= _ENOUGH else ScanKind.OTHER


def squeezed(text: str) -> str:
    return "".join(text.split())
