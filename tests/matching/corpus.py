"""Texts for the tests of `matching`: random, yet the same in every run."""

import random

import pytest

from matching import Document, compiled

needs_kernels = pytest.mark.skipif(not compiled.available(), reason="numba has no wheel here, so there are no kernels")

WORDS = [
    "缺陷检测",
    "表面划痕",
    "智能排产",
    "能耗预测",
    "设备巡检",
    "机器视觉",
    "焊缝",
    "物流调度",
    "AI",
    "2.5",
    "OCR",
    "质检",
    "光伏",
    "轴承",
]


def documents(count: int, *, seed: int = 1, prefix: str = "d") -> list[Document]:
    """Return documents of 1–4 words as title and 0–12 as body; some bodies and a few titles are empty."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        title = "".join(draw.choices(WORDS, k=draw.randint(0 if number % 17 == 0 else 1, 4)))
        body = "，".join(draw.choices(WORDS, k=draw.choice([0, 3, 6, 12])))
        made.append(Document(f"{prefix}{number:03}", title, body))
    return made
