"""The typeface of what the site draws itself: WenQuanYi Micro Hei, which has Chinese and Latin letters."""

from importlib.resources import files

TYPEFACE = str(files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc")
"""A collection; its first face has letters of different widths, its second those of one width."""
