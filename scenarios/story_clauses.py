"""Where a story says who uses it and where, how it is done today, where it ends, and in which district and domain.

A clause is taken as it stands, by the words with which it begins; what could be read in two ways is left to the author.
"""

import re
from collections.abc import Iterator, Mapping

SENTENCE = re.compile(r"[^。！？!?;；\n]+?(?=[。！？!?;；\n]|\.(?:\s|$)|$)")
HAN = re.compile(r"[\u3400-\u9fff]")

_TODAY = re.compile(r"^(?:目前|现在|当前|现有|如今|现状|today|currently|at present|now)(?![a-z])", re.IGNORECASE)
_HOW = re.compile(r"由|靠|用|通过|人工|手工|\b(?:by|with|using|use|manual\w*)\b", re.IGNORECASE)
_OUT = re.compile(
    r"(?:^|(?<=[，,：:])|(?<=[，,]\s))\s*(?:但|且|and\s|but\s)?"
    r"(?:本次|本项目|本需求|范围|it\s|the (?:scope|project|need)\s)?"
    r"(?P<said>(?:不含|不包括|不包含|不涉及|不做|不改造|不改动|excluding|excludes|(?:does|do) not include|"
    r"not including|out of scope|not in scope)[^。；;\n]+)",
    re.IGNORECASE,
)
_IN = re.compile(
    r"(?:^|(?<=[，,])|(?<=[，,]\s))\s*(?:(?:本次|本项目|本需求|项目|需求|工作)?(?:范围|内容)?(?<=[次目求围容作])(?:包括|包含|涵盖|为|[:：])"
    r"|(?:the\s)?(?:scope|project|need|work)\s(?:includes|covers)\s|in scope:|scope:)(?P<said>[^。；;\n]+)",
    re.IGNORECASE,
)
_NEXT_BOUNDARY = re.compile(
    r"[，,]\s*(?:但|且|and |but )?(?:it |the scope )?"
    r"(?:不含|不包括|不包含|不涉及|不做|excluding|excludes|does not|not incl)",
    re.I,
)
_LABELLED = re.compile(
    r"(?:(?:使用地点|实施地点|使用人员|使用部门)(?:为|是|[:：])|(?:地点|现场|场地|使用者|用户|\b(?:site|location|users?)\s?)[:：])"
    r"\s*(?P<said>[^。；;\n]+)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"(?:(?:部署|安装|应用|使用|实施|用)在|位于|(?:^|(?<=[，,]))在)(?P<said>[^，,。；;\n]{1,24}?(?:车间|工位|仓库|厂区|分厂|厂房|科室|病区|院区|门诊|园区|社区|"
    r"路口|码头|机房|实验室))"
    r"|(?:供|交由)(?P<who>[^，,。；;\n]{2,20}?)使用"
    r"|\b(?:used|installed|deployed|located)\s(?P<where>(?:in|at|by|on)\s[^,;.\n]{3,60})",
    re.IGNORECASE,
)
# Words that belong to one domain only.
_DOMAINS = {
    "transport": r"路口|公交|车路协同|停车场|地铁|高速公路|\b(?:intersections?|traffic|buses|parking|metro)\b",
    "manufacturing": r"产线|生产线|流水线|铸造|铸件|焊接|冲压|注塑|机加工|工件|"
    r"\b(?:production lines?|factory|castings?|welding|machining|assembly lines?)\b",
    "health": r"医院|患者|病区|病房|门诊|诊疗|病历|\b(?:hospitals?|patients?|wards?|clinics?|radiology)\b",
    "home": r"家电|智能家居|\b(?:household appliances?|smart homes?)\b",
    "city": r"城管|市政|政务|街道办|排水管网|\b(?:municipal|city government|sewers?)\b",
}


def clauses_in(story: str) -> dict[str, str]:
    """Return the texts of a need's form that a story holds, by the names of their fields.

    >>> clauses_in("目前靠人工目检。不含ERP改造。")
    {'current_process': '目前靠人工目检。', 'boundary_out': '不含ERP改造'}
    """
    sentences = [said for found in SENTENCE.finditer(story) if (said := found[0].strip(" .\r"))]
    told = {
        "current_process": _together(row for row in sentences if _TODAY.search(row) and _HOW.search(row)),
        "users_and_site": _listed(_places(sentences)),
        "boundary_in": _listed(_until_next(found["said"]) for row in sentences for found in _IN.finditer(row)),
        "boundary_out": _listed(found["said"] for row in sentences for found in _OUT.finditer(row)),
    }
    return {name: text for name, text in told.items() if text}


def _places(sentences: list[str]) -> Iterator[str]:
    for row in sentences:
        labelled = list(_LABELLED.finditer(row))
        yield from (found["said"] for found in labelled)
        if not labelled:
            yield from (found["said"] or found["who"] or found["where"] for found in _PLACED.finditer(row))


def _until_next(said: str) -> str:
    """Return what is included up to where the same sentence begins to exclude."""
    return _NEXT_BOUNDARY.split(said)[0]


def _listed(parts: Iterator[str]) -> str:
    said = list(dict.fromkeys(part.strip(" ，,：:") for part in parts))
    return ("；" if said and HAN.search(said[0]) else "; ").join(part for part in said if part)


def _together(sentences: Iterator[str]) -> str:
    return "".join(f"{row}。" if HAN.search(row) else f"{row}. " for row in sentences).strip()


def district_in(story: str, districts: Mapping[str, str]) -> str:
    """Return the code of the one district that a story names, else "". districts : name → code."""
    found = {code for name, code in districts.items() if _names(name, story)}
    return found.pop() if len(found) == 1 else ""


def _names(name: str, story: str) -> bool:
    if not HAN.search(name):
        return bool(re.search(rf"\b{re.escape(name)}\b", story))
    short = name.removesuffix("区").removesuffix("市")
    return (short if len(short) > 1 else name) in story


def domain_in(story: str) -> str:
    """Return the one domain whose own words a story uses, else ""."""
    found = [code for code, words in _DOMAINS.items() if re.search(words, story, re.IGNORECASE)]
    return found[0] if len(found) == 1 else ""
