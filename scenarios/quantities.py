"""Numbers with units in free text, Chinese and English: ≤ 0.5 %, 3–5 万元, 二十台, 12 s/件, 4 条产线, twenty machines.

A number without a unit is no quantity: it does not say what is counted. What only looks like one is left out: 第3条 (an
ordinal), 2026年 (a date), 5G and 3D (names), 一次性, 五台山 (words).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from scenarios.folding import fold

# What is counted with 条 or 个, the two classifiers that go with everything: “3 个问题” measures nothing.
_LINE_NOUNS = "生产线|流水线|装配线|输送线|线路|产线|航线|管线|道路|(?<![射上下曲在离无光直连专])线"
_COUNTED_NOUNS = (
    "工作日|点位|站点|车间|路口|路段|工位|床位|泊位|车位|席位|病区|院区|病房|科室|仓库|社区|小区|园区|厂区|工厂|基地|门店|窗口|摄像头|传感器|"
    "机柜|机房|样本|班次|批次|品种|规格|场站|站房|泵站|变电站|基站|学校|乡镇|街道|村|月|小时|百分点"
)
_WORD = r"[A-Za-z\u4e00-\u9fff]"
_COMPOUND = rf"条{_WORD}{{0,6}}?(?:{_LINE_NOUNS})|个{_WORD}{{0,4}}?(?:{_COUNTED_NOUNS})"

# Units that a Chinese numeral may stand before. Those with a look-ahead also begin everyday words: 台账, 元件, 家庭.
_HAN_STRICT = (
    "亿元|万元|千元|元(?!件|素|器|宇|数)|万吨|吨|公里|千米|平方米|毫米|厘米|米(?!粉|饭)|毫秒|秒(?!杀)|分钟|小时|天(?!然|气|线|空|津)|"
    "周(?!边|期|转|围)|年(?!级|度|代|龄|产|均)|班次|台套|台(?!阶|账|风|湾|州|商|积|山|北)|套(?!路|件)|辆|艘|架(?!构)|"
    "人次|人(?!工|员|民|类|力|才|机|体|脸|大)|名(?!单|称|牌|义)|家(?!庭|具|居|用|电|属)|户(?!外|型)|张床位|床位|床|点位|席位|座席|倍|亩|"
    "次(?!元|方|品|生|级|要)|份(?!额)|例(?!如|外)|种(?!植|子|类|养)|成(?!本|品|为|功|立|员|分|果|形|套|型|都|长|年|像|交)|"
    "起(?!来|步|点|始|源|重|火|吊|草|伏|诉|飞|码|初|到|因|动)"
)
_HAN_LOOSE = (
    "百分点|万美元|美元|微秒|秒钟|季度|件(?!套)|批(?!量|准|发)|班(?!组|长)|只(?!有|能|要|是|需)|"
    "支(?!持|付|撑|架|路|援)|张|块(?!链)|片(?!区)|根(?!据|本)|组(?!织|件|合|成)|路(?!口|面|线|径|段|由|灯|侧|网)|帧|页(?!面)|栋|座(?!谈)|"
    "间(?!隔|距|接|断)|层(?!面|级|次)|位(?!置|移|于)|处(?!理|于|置|方)|公顷|公斤|千克|毫克|克(?!服|隆)|微米|纳米|立方米|毫升|升(?!级|降|温|至|到|高)|摄氏度|度(?!假)|"
    "千瓦时|千瓦|兆瓦|瓦时|瓦|千伏|伏|安培|赫兹|兆赫|分贝|兆帕|帕|转/分|万像素|像素|吨标煤|标箱|床日|车次|架次|站(?!点|式|内|外|在)|人天|人月"
)
_SYMBOLS = "%|‰|℃|°C|°|μm|Ω|N·m"
_LATIN = (
    "percentage points?|percent|per cent|pct|ppm|ppb|dB|msec|ms|us|ns|seconds?|secs?|s|minutes?|mins?|min|"
    "hours?|hrs?|h|days?|weeks?|months?|years?|kWh|MWh|GWh|kW|MW|GW|W|kV|mV|mA|kHz|MHz|GHz|Hz|fps|[kMG]bps|[KMGTP]B|km/h|km|mm|cm|nm|um|m[²³23]|m|kg|mg|g|"
    "tons?|tonnes?|t|mL|ml|L|kPa|MPa|Pa|bar|kN|N|K(?=/)|lux|lm|rpm|r/min|TOPS|[TPG]FLOPS|dpi|px|pixels?|TEU|tce|"
    "RMB|CNY|yuan|USD|EUR|"
    "(?:production |assembly |bus )?lines?|(?:hospital )?beds?|sites?|vehicles?|devices?|seats?|units?|pieces?|pcs|"
    "workers?|operators?|inspectors?|employees?|people|persons?|staff|shifts?|stations?|workstations?|cameras?|sensors?|samples?|cases?|patients?|images?|"
    "robots?|machines?|intersections?|buses|bus|trucks?|cars|defects?|parts?|orders?|batches|batch|kilomet(?:er|re)s?|met(?:er|re)s?|"
    "hectares?|buildings?|hospitals?|wards?|warehouses?|workshops?|plants?|households?|trips?|times"
)
_PER = (
    "(?:人|台|套|件|次|月|天|日|周|年|班|吨|公里|千米|平方米|辆|批|小时|分钟|分|秒|户|床|例|条|"
    "kWh|kW|km|kg|mm|min|m[²³23]|h|s|m|t|d|"
    "piece|part|unit|item|shift|day|week|month|year|hour|minute|second|batch|ton|line|vehicle|bed|trip|case|order|patient|image)"
)
_RATE = rf"(?:\s?/\s?{_PER}(?![A-Za-z])|\s+(?:per|an|a)\s+{_PER}(?![A-Za-z]))?"
_ANY_UNIT = rf"(?:{_COMPOUND}|{_HAN_STRICT}|{_HAN_LOOSE}|{_SYMBOLS}|(?:{_LATIN})(?![A-Za-z0-9])){_RATE}"
_STRICT_UNIT = rf"(?:{_COMPOUND}|{_HAN_STRICT}){_RATE}"

_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "eighty": 80, "ninety": 90,
}  # fmt: skip

# Bounded repeats everywhere: a text of 20,000 digits must not cost more than a text of letters.
_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,15}(?!\d))(?:\.\d{1,9}(?!\d))?"
_HAN = "[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万]{0,9}(?:点[零〇一二三四五六七八九]{1,4})?"
# 20余台, 3万多件: the number is a lower bound, but it is the number there is.
_SCALE = "[十百千万亿]{0,2}?[余多]?"
_TO = r"(?:-|~|–|—|−|至|到|to|and)"
_SIGN = r"(?:(?<![\w%°)])[-−+±]\s?)?"
_QUANTITY = re.compile(
    rf"(?<![A-Za-z\d第])(?<!\d[.,])(?P<sign>{_SIGN})(?P<low>{_ARABIC})\s{{0,2}}(?:"
    rf"(?P<scale>{_SCALE})(?P<lowunit>{_ANY_UNIT})?\s{{0,2}}{_TO}\s{{0,2}}"
    rf"(?P<high>[-−+]?{_ARABIC})\s{{0,2}}(?P<highscale>{_SCALE})(?P<rangeunit>{_ANY_UNIT})"
    rf"|(?P<onescale>{_SCALE}|(?i:(?:million|thousand)\s))(?P<unit>{_ANY_UNIT}))"
    rf"|(?<![第A-Za-z\d一二三四五六七八九十百千万点])(?P<han>{_HAN})[余多]?\s?(?P<hanunit>{_STRICT_UNIT})"
    r"|(?P<part>百|千)分之(?P<share>[零〇一二两三四五六七八九十百]{1,5}(?:点[零〇一二三四五六七八九]{1,4})?|\d{1,6}(?:\.\d{1,6})?)"
    rf"|\b(?P<word>(?i:{'|'.join(_WORDS)}))"
    rf"[\s-](?P<wordunit>(?:{_LATIN})(?![A-Za-z0-9]){_RATE})"
)

_LE_WORDS = (
    "≤|<=|<|≦|不超过|不高于|不大于|不多于|少于|小于|低于|至多|最多|控制在|不到|不足|"
    "up to|at most|no more than|not more than|less than|below|under|within"
)
_GE_WORDS = (
    "≥|>=|>|≧|不低于|不少于|不小于|高于|大于|多于|超过|至少|最少|达到|"
    "at least|no less than|not less than|more than|above|over"
)
_BEFORE = re.compile(
    rf"(?:(?P<le>{_LE_WORDS})|(?P<ge>{_GE_WORDS})|(?P<eq>=|等于))\s{{0,2}}(?:为|至|到|约)?\s{{0,2}}$", re.IGNORECASE
)
_AFTER = re.compile(
    r"\s{0,2}(?:\(含\))?(?:(?P<le>及?以[内下]|之内|or (?:less|fewer|below))|(?P<ge>及?以上|or (?:more|above|better)))",
    re.IGNORECASE,
)
_NEGATED_GE = re.compile(r"(?:不|没有|未|not |no )$", re.IGNORECASE)

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_ENGLISH_SCALES = {"thousand": 1_000, "million": 1_000_000}
# One of something is a quantity only where the unit leaves no doubt: 一条产线, 一个车间, but not 一家, 一次.
# 二次 (again, secondary) is a word too.
_PLAIN_ONE = re.compile(r"条|个|小时|分钟|万元|亿元|台套")
_NEED_UNITS = (
    ("site", re.compile(r"点位|站点|路口|^sites?|intersection")),
    ("line", re.compile(r"产线|生产线|流水线|装配线|^条线|(?:production |assembly |^)lines?$")),
    ("vehicle", re.compile(r"^辆|^vehicles?|^buses|^bus$|^trucks?|^cars$")),
    ("bed", re.compile(r"床位|^床$|beds?$")),
    ("km", re.compile(r"^(?:公里|千米|km|kilomet\w+)$")),
    ("seat", re.compile(r"席|^seats?$")),
    ("device", re.compile(r"^(?:台|套|台套)$|^devices?$|^machines?$|^robots?$")),
)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ONE_FOR_ALL = {
    **dict.fromkeys(("百分比", "百分率", "百分之", "percent", "per cent", "pct"), "%"),
    **dict.fromkeys(("千分比", "千分率", "千分之", "per mille"), "‰"),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; `start:end` is where both stand in the text, `value_max` the upper end of a range.

    `comparator` is ge, le, eq, range or "" (nothing said). 万元 and 亿元 stay units, since money is counted in them;
    before any other unit 万 and 亿 multiply: 3万台 is 30000 台.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    comparator: str = ""
    value_max: Decimal | None = None


def find_quantities(text: str) -> list[Quantity]:
    """Return every number with a unit in `text`, in reading order, not overlapping.

    >>> find_quantities("漏检率不超过0.5%")
    [Quantity(value=Decimal('0.5'), unit='%', start=6, end=10, comparator='le', value_max=None)]
    """
    folded = fold(text)
    found = quantities_in(folded.text)
    spans = [folded.span(quantity.start, quantity.end) for quantity in found]
    return [replace(quantity, start=start, end=end) for quantity, (start, end) in zip(found, spans, strict=True)]


def quantities_in(text: str) -> list[Quantity]:
    """Do `find_quantities` on the text of a `Folded`; the spans are those in that text."""
    return [quantity for match in _QUANTITY.finditer(text) for quantity in _read(match)]


def need_unit(unit: str) -> str:
    """Return the quantity unit of a need (site, line, vehicle, device, bed, km, seat) that `unit` means, or ""."""
    return next((name for name, pattern in _NEED_UNITS if pattern.search(unit)), "")


def tidy_unit(unit: str) -> str:
    """Return a unit in the spelling that all share, so that equal indicators are recognised; others as they are.

    >>> tidy_unit("百分比"), tidy_unit("％"), tidy_unit("s / piece")
    ('%', '%', 's/piece')
    """
    plain = re.sub(r"\s*/\s*", "/", unit.translate(_FULL_WIDTH).strip())
    return _ONE_FOR_ALL.get(plain.lower(), plain)


def parse_numeral(numeral: str) -> Decimal:
    """Return the value of a Chinese numeral such as 二十, 三百零五, 一万二千 or 三点五."""
    whole, _, fraction = numeral.partition("点")
    total = section = digit = 0
    for character in whole:
        if character in _DIGITS:
            # Digits read out one by one (二〇二六) are a decimal number.
            digit = digit * 10 + _DIGITS[character]
        elif character == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _TENS[character], 0
    decimals = "".join(str(_DIGITS[character]) for character in fraction)
    return Decimal(f"{total + section + digit}.{decimals or '0'}") if decimals else Decimal(total + section + digit)


def _read(match: re.Match[str]) -> Iterator[Quantity]:
    """Yield what one match says: one quantity, two where a falling pair (从3%到0.5%) is no range, none for a date."""
    if match["high"]:
        yield from _read_range(match)
    elif match["part"]:
        share = match["share"]
        value = Decimal(share) if share[0].isascii() else parse_numeral(share)
        yield _place(match, value, "%" if match["part"] == "百" else "‰", *match.span())
    elif match["han"]:
        yield from _read_han(match)
    elif match["word"]:
        yield _place(match, Decimal(_WORDS[match["word"].lower()]), _tidy(match["wordunit"]), *match.span())
    else:
        value, unit = _number(match["low"], match["onescale"], match["sign"]), _tidy(match["unit"])
        if not _is_calendar_year(value, unit):
            yield _place(match, value, unit, *match.span())


def _read_range(match: re.Match[str]) -> Iterator[Quantity]:
    unit, low_unit = _tidy(match["rangeunit"]), _tidy(match["lowunit"] or match["rangeunit"])
    # 3–5万台: the scale of the upper end counts for both, unless the lower end has a unit of its own.
    low_scale = match["scale"] or ("" if match["lowunit"] else match["highscale"])
    low, high = _number(match["low"], low_scale, match["sign"]), _number(match["high"], match["highscale"])
    if _is_calendar_year(high, unit):
        return
    if low < high and low_unit == unit:
        yield Quantity(low, unit, *match.span(), "range", high)
        return
    if match["lowunit"]:
        yield _place(match, low, low_unit, match.start(), match.end("lowunit"))
    yield _place(match, high, unit, match.start("high"), match.end())


def _read_han(match: re.Match[str]) -> Iterator[Quantity]:
    numeral, unit = match["han"], _tidy(match["hanunit"])
    if (numeral == "一" and not _PLAIN_ONE.match(unit)) or (numeral == "二" and unit == "次"):
        return
    if unit == "元" and numeral.endswith("万"):
        numeral, unit = numeral[:-1], "万元"
    yield _place(match, parse_numeral(numeral), unit, *match.span())


def _place(match: re.Match[str], value: Decimal, unit: str, start: int, end: int) -> Quantity:
    is_tolerance = (match["sign"] or "").strip() == "±"
    return Quantity(value, unit, start, end, "le" if is_tolerance else _comparator(match.string, start, end))


def _is_calendar_year(value: Decimal, unit: str) -> bool:
    return unit == "年" and value >= 1900


def _comparator(text: str, start: int, end: int) -> str:
    after = _AFTER.match(text, end)
    before = _BEFORE.search(text, max(0, start - 20), start)
    found = after or before
    if found is None:
        return ""
    if found is before and _NEGATED_GE.search(text, max(0, found.start() - 5), found.start()):
        return {"ge": "le", "le": "ge"}.get(found.lastgroup or "", "")
    return found.lastgroup or ""


def _number(digits: str, scale: str | None, sign: str = "") -> Decimal:
    value = Decimal(digits.replace(",", "").replace("−", "-"))
    if sign.strip() in {"-", "−"}:
        value = -value
    word = (scale or "").strip(" 余多").lower()
    if word in _ENGLISH_SCALES:
        return value * _ENGLISH_SCALES[word]
    for character in word:
        value *= _SCALES[character]
    return value


def _tidy(unit: str) -> str:
    """Return a unit without blanks at `/` and without what is between classifier and noun: 条涂装生产线 → 条生产线."""
    unit = re.sub(r"\s?/\s?", "/", unit)
    if unit in {"percent", "per cent", "pct"}:
        return "%"
    compound = re.match(rf"([条个]){_WORD}{{0,6}}?({_LINE_NOUNS}|{_COUNTED_NOUNS})(.*)$", unit)
    return compound[1] + compound[2] + compound[3] if compound else unit
