"""Chinese texts of needs and capabilities, put together from words; the same for the same random numbers."""

from random import Random
from typing import NamedTuple

DOMAINS = ("manufacturing", "transport", "health", "home", "city", "other")
METRICS = (
    ("漏检率", "%"),
    ("误报率", "%"),
    ("响应时间", "s"),
    ("节拍", "s/件"),
    ("准确率", "%"),
    ("平均修复时间", "min"),
)


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


THINGS = {
    "manufacturing": _words(
        "铸件 齿轮 轴承 焊缝 电路板 锂电池极片 玻璃盖板 纱线",
        "钢卷 注塑件 涡轮叶片 阀体 光伏组件 晶圆 漆面",
    ),
    "transport": _words(
        "路口信号灯 公交车 货车 隧道 桥梁 停车位 共享单车",
        "高架匝道 渣土车 地铁站台 校车 充电桩",
    ),
    "health": _words("胸部影像 心电图 病理切片 护理床位 药房处方", "急救车 眼底照片 康复动作 院感事件 血糖记录"),
    "home": _words("燃气表 独居老人 电梯 门禁 水浸 家用光伏 空调 儿童房 厨房烟火 智能锁"),
    "city": _words(
        "河道水面 垃圾分类亭 井盖 排水管网 噪声 扬尘",
        "路面坑洼 违章建筑 绿化带 热线工单 城市内涝 消防通道",
    ),
    "other": _words("合同条款 财务票据 外语客服 招聘简历 档案扫描件", "农田虫害 粮仓温度 港口集装箱 会议记录 专利文本"),
}
FAULTS = _words("缺陷 裂纹 异常 磨损 超限 遗漏 错配 拥堵 泄漏", "偏移 污损 变形 违规 滞留 老化 缺失 松动 过热")
TASKS = _words(
    "在线检测 自动识别 预测预警 智能调度 辅助诊断 远程巡检",
    "质量追溯 能耗优化 风险评估 自动分拣 智能问答 工单派发",
)
SITES = _words(
    "一车间 二期厂房 质检工位 调度中心 门诊楼 社区服务站",
    "指挥中心 仓储区 数据机房 施工现场 实训基地 试验线",
)
MEANS = _words(
    "工业相机 激光雷达 边缘服务器 大语言模型 声学传感器 热成像",
    "时序模型 知识图谱 数字孪生 联邦学习 无人机 毫米波雷达",
)


class Said(NamedTuple):
    """The texts of one need or capability."""

    title: str
    problem: str
    site: str
    process: str
    inside: str
    outside: str


def domain_of(random: Random) -> str:
    """Return a domain; some have many times the needs of others."""
    return random.choices(DOMAINS, (38, 18, 14, 8, 16, 6))[0]


def said(random: Random, domain: str) -> Said:
    """Return the texts of something of this domain."""
    thing, fault, task = random.choice(THINGS[domain]), random.choice(FAULTS), random.choice(TASKS)
    other, more = random.sample(FAULTS, 2)
    mean, site = random.choice(MEANS), random.choice(SITES)
    people, times, share = random.randint(2, 30), random.randint(3, 400), random.randint(1, 90) / 10
    return Said(
        f"{thing}{fault}{task}",
        f"{site}每天产生约 {times * 20} 条{thing}记录，{fault}和{other}靠 {people} 名人员逐一查看，遗漏率约 {share} %，"
        f"每月因此返工 {times} 次；希望用{mean}做到{task}，并把{more}一并给出位置与时间。",
        f"{site}，两班倒，{people} 名值班人员使用。",
        f"人工查看{thing}并在纸上登记{fault}，次日由班组长汇总，{other}只做抽查。",
        f"{thing}的{fault}、{other}、{more}的{task}，含{mean}的安装调试。",
        f"不含{random.choice(SITES)}的改造，不含{random.choice(MEANS)}的采购，不替代现有业务系统。",
    )
