"""What a text may hold where it is written into a file of XML: a workbook or a document of Word."""

import re

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return a text without the characters that no XML may hold, as a vertical tab that was pasted with it.

    >>> printable("one\\x0b line")
    'one line'
    """
    return _UNWRITABLE.sub("", text)
