"""Numbers with units in free text: what is one, what only looks like one."""

from decimal import Decimal

import pytest

from scenarios.quantities import find_quantities, need_unit, parse_numeral


def read(text: str) -> list[tuple[str, str, str]]:
    return [(str(found.value), found.unit, found.comparator) for found in find_quantities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≤ 0.5 %", ("0.5", "%", "le")),
        ("漏检率不超过0.5%", ("0.5", "%", "le")),
        ("准确率99%以上", ("99", "%", "ge")),
        ("不低于 99.5%", ("99.5", "%", "ge")),
        ("没有超过3%", ("3", "%", "le")),
        ("响应时间<200ms", ("200", "ms", "le")),
        ("at least 99.5 % of parts", ("99.5", "%", "ge")),
        ("less than 2 minutes", ("2", "minutes", "le")),
        ("100 万元以内", ("100", "万元", "le")),
        ("±0.1 mm", ("0.1", "mm", "le")),
        ("3万元", ("3", "万元", "")),
        ("2.5亿元", ("2.5", "亿元", "")),
        ("三万五千元", ("35000", "元", "")),
        ("十二万元", ("12", "万元", "")),
        ("3万台", ("30000", "台", "")),
        ("3,200台", ("3200", "台", "")),
        ("20余台", ("20", "台", "")),
        ("1.5 million units", ("1500000.0", "units", "")),
        ("4 条产线", ("4", "条产线", "")),
        ("4条SMT涂装生产线", ("4", "条生产线", "")),
        ("4條產線", ("4", "条产线", "")),
        ("一条产线", ("1", "条产线", "")),
        ("三个车间", ("3", "个车间", "")),
        ("二十台", ("20", "台", "")),
        ("客诉占四成", ("4", "成", "")),
        ("去年两次", ("2", "次", "")),
        ("30分钟", ("30", "分钟", "")),
        ("3个月", ("3", "个月", "")),
        ("12 s/件", ("12", "s/件", "")),
        ("12 s per piece", ("12", "s per piece", "")),
        ("380 kWh/t", ("380", "kWh/t", "")),
        ("500千瓦", ("500", "千瓦", "")),
        ("20 ms", ("20", "ms", "")),
        ("１２％", ("12", "%", "")),
        ("5\u200b0 %", ("50", "%", "")),
        ("95 percent", ("95", "%", "")),
        ("百分之三", ("3", "%", "")),
        ("千分之0.5", ("0.5", "‰", "")),
        ("8‰", ("8", "‰", "")),
        ("40㎡", ("40", "m2", "")),
        ("-20 ℃", ("-20", "°C", "")),
        ("twenty machines", ("20", "machines", "")),
        ("4 production lines", ("4", "production lines", "")),
    ],
)
def test_a_number_with_its_unit(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "", "2026年", "2025-2026年", "第3条产线", "第二条产线",
        "5G基站", "3D打印", "4K", "GB/T 19001-2016",
        "①台车", "12345",
        "一次性", "五台山", "二次开发", "一体化", "一家企业",
        "百度地图", "3个问题", "三元件", "3台账", "十分重要", "世界一流",
        "L4级", "三成本",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_quantity(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("预算3–5 万元", "3", "5", "万元"),
        ("3%-5%", "3", "5", "%"),
        ("10至20条产线", "10", "20", "条产线"),
        ("between 3 and 5 %", "3", "5", "%"),
        ("-20~60℃", "-20", "60", "°C"),
        ("3～5万台", "30000", "50000", "台"),
    ],
)
def test_a_range_has_both_ends(text: str, low: str, high: str, unit: str) -> None:
    [found] = find_quantities(text)
    assert (found.value, found.value_max, found.unit, found.comparator) == (Decimal(low), Decimal(high), unit, "range")


def test_a_falling_pair_is_two_quantities() -> None:
    assert read("从3%到0.5%") == [("3", "%", ""), ("0.5", "%", "")]


def test_the_place_is_that_in_the_text_as_written() -> None:
    text = "漏检率\u200b约３\u200b％，每月２０件"
    assert [text[found.start : found.end] for found in find_quantities(text)] == ["３\u200b％", "２０件"]


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", "10"),
        ("二十", "20"),
        ("三百零五", "305"),
        ("一万二千", "12000"),
        ("三点五", "3.5"),
        ("两百", "200"),
        ("二〇二六", "2026"),
    ],
)
def test_chinese_numerals(numeral: str, value: str) -> None:
    assert parse_numeral(numeral) == Decimal(value)


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("条产线", "line"), ("production lines", "line"), ("台", "device"), ("辆", "vehicle"), ("buses", "vehicle"),
        ("个点位", "site"),
        ("张床位", "bed"), ("公里", "km"), ("个席位", "seat"), ("%", ""), ("万元", ""), ("分钟", ""),
    ],
)  # fmt: skip
def test_the_unit_of_a_need_that_a_text_means(unit: str, name: str) -> None:
    assert need_unit(unit) == name
