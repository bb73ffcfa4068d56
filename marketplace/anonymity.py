"""What a reviewer reads of a response: its content without the names of those who wrote it, as far as that can be done.

Names of the lead and of the partners are taken out of rows and texts. What cannot be taken out, and the page says so: a
name that is written differently, what a text gives away between its lines, and whatever an attachment shows.
"""

import re
from typing import Any

from marketplace.models import Response
from marketplace.response_content import TEXTS, read

WITHHELD = "▇▇▇"
SHORTEST_NAME = 2


def anonymous(response: Response) -> dict[str, Any]:
    """Return the content of an opened response; partners are told by what they do."""
    content: Any = dict(read(response.content))
    names = _names(response, content)
    for field in TEXTS:
        content[field] = without(content.get(field, ""), names)
    content["partners"] = [{"role": row["role"]} for row in content.get("partners", [])]
    content["commitments"] = [
        {**row, "evidence": without(row["evidence"], names)} for row in content.get("commitments", [])
    ]
    return content


def _names(response: Response, content: dict[str, Any]) -> list[str]:
    lead = response.lead
    names = [lead.name_zh, lead.name_en, lead.uscc, *(row["name"] for row in content.get("partners", []))]
    return sorted((name for name in names if len(name) >= SHORTEST_NAME), key=len, reverse=True)


def without(text: str, names: list[str]) -> str:
    """Return the text with every name in it withheld, whatever its case."""
    for name in names:
        text = re.sub(re.escape(name), WITHHELD, text, flags=re.IGNORECASE)
    return text
