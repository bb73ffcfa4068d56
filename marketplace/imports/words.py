"""The words under which files name our choices: the value itself, its English label, and Chinese words in use.

These are words that are read, never shown: what is shown comes from the choices' own labels.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from django.utils import translation

from marketplace import choices as supply
from scenarios import choices as demand

ZH: dict[str, dict[str, str]] = {
    "domain": {
        "智能交通": "transport", "智慧交通": "transport", "车联网": "transport", "智能网联": "transport",
        "智能制造": "manufacturing", "工业": "manufacturing", "制造": "manufacturing", "智慧工厂": "manufacturing",
        "智慧医疗": "health", "智能医疗": "health", "医疗健康": "health", "智慧健康": "health", "智慧康养": "health",
        "智慧家居": "home", "智能家居": "home", "智慧社区": "home",
        "智慧城市": "city", "城市治理": "city", "智能城市": "city", "智慧政务": "city",
        "其他": "other", "其它": "other",
    },
    "track": {"智能传感": "sensing", "车联网": "iov", "工业互联网": "iiot"},
    "unit": {
        "点位": "site", "处": "site", "线": "line", "产线": "line", "条": "line", "车辆": "vehicle", "辆": "vehicle",
        "台套": "device", "台": "device", "套": "device", "床位": "bed", "床": "bed", "张": "bed",
        "公里": "km", "千米": "km", "席位": "seat", "席": "seat",
    },
    "data_state": {"无": "none", "无数据": "none", "样本": "sample", "部分": "partial", "完整": "full"},
    "data_class": {
        "公开": "public", "公开数据": "public", "内部": "internal", "内部数据": "internal",
        "个人信息": "personal", "敏感": "sensitive", "敏感个人信息": "sensitive", "重要数据": "important",
    },
    "deploy": {
        "本地": "onprem", "本地部署": "onprem", "边缘": "edge", "境内云": "cloud_cn", "云": "cloud_cn",
        "不限": "any", "任意": "any",
    },
    "funding": {"自筹": "self", "财政": "fiscal", "基金": "fund", "共投": "mixed", "先投后股": "invest_later"},
    "cooperation": {
        "采购": "purchase", "先试后买": "pilot_buy", "联合建设": "joint_build", "共建": "joint_build",
        "联合研发": "joint_rnd",
    },
    "adoption": {"达标即采购": "buy_if_met", "已列预算": "budgeted", "仅探索": "explore", "探索": "explore"},
    "merge_pref": {"愿意": "open", "愿意合并": "open", "征询": "ask", "先征询": "ask", "不合并": "no", "否": "no"},
    "layer": {"基础层": "base", "技术层": "tech", "应用层": "app"},
    "maturity": {"实验室": "lab", "样机": "prototype", "试点": "pilot", "规模应用": "scaled"},
    "filing": {
        "算法备案": "algo", "大模型备案": "genai_file", "大模型登记": "genai_reg", "等保": "mlps", "无": "none",
    },
    "technique": {
        "机器学习": "ml", "知识图谱": "kg", "自然语言处理": "nlp", "计算机视觉": "cv", "机器视觉": "cv",
        "生物特征识别": "biometrics", "规划决策": "planning", "语音": "speech", "机器人": "robotics", "物联网": "iot",
        "仿真": "simulation", "数字孪生": "simulation", "优化": "optimisation", "运筹优化": "optimisation",
        "大模型": "llm", "大语言模型": "llm",
    },
    "risk": {
        "个人信息": "personal_data", "敏感个人信息": "sensitive_data", "重要数据": "important_data",
        "生物特征识别": "biometric_identification", "未成年人或患者": "minors_or_patients",
        "影响个人权益": "affects_personal_rights", "自动决策": "autonomous_decision",
        "安全关键控制": "safety_critical_control", "面向公众生成": "generative_public",
        "舆论动员": "opinion_mobilisation", "人机融合": "human_machine_fusion",
    },
    "comparator": {"≥": "ge", ">=": "ge", "不低于": "ge", "≤": "le", "<=": "le", "不高于": "le", "=": "eq",
                   "等于": "eq", "区间": "range"},
    "yes": {"是": "1", "否": "0", "yes": "1", "no": "0", "true": "1", "false": "0"},
}  # fmt: skip

CHOICES = {
    "domain": demand.Domain, "track": demand.Track, "unit": demand.Unit, "data_state": demand.DataState,
    "data_class": demand.DataClass, "deploy": demand.Deploy, "funding": demand.Funding,
    "cooperation": demand.Cooperation, "adoption": demand.Adoption, "merge_pref": demand.MergePref,
    "comparator": demand.Comparator, "layer": supply.Layer, "maturity": supply.Maturity, "filing": supply.Filing,
    "technique": supply.Technique,
}  # fmt: skip
# What a list may hold beyond our choices; the field stays empty then.
NOTHING = frozenset({"", "-", "—", "/", "不清楚"})


def folded(text: str) -> str:
    """Return a word as it is compared: NFKC, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def vocabulary(name: str, extra: Iterable[str] = ()) -> Mapping[str, str]:
    """Return word → value of one enumeration, with the values, the labels of both languages, and Chinese words in use.

    extra : further values that stand for themselves.
    """
    found = {folded(word): value for word, value in ZH.get(name, {}).items()}
    if name in CHOICES:
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found |= {folded(str(label)): str(value) for value, label in CHOICES[name].choices}
        found |= {folded(str(value)): str(value) for value in CHOICES[name].values}
    return found | {folded(value): value for value in extra}
