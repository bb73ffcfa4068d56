"""Two to four needs beside each other as one reader may see them: field by field, and the words that they share."""

from collections.abc import Sequence
from typing import NamedTuple

from scenarios.actor import Actor
from scenarios.audiences import NEED_FIELDS, audience_of, visible_fields
from scenarios.facts import READ_IN_ORDER, indicator_text, label_of, text_of_field
from scenarios.likeness import shown_terms, whole_text
from scenarios.models import Need

LEAST, MOST = 2, 4
SHORTEST_WORD = 4
"""Letters of a word that is not Chinese: shorter ones are in every text."""


class Cell(NamedTuple):
    """What one side says in a field. told : whether the reader may know."""

    text: str
    told: bool


class ComparedRow(NamedTuple):
    """A field of all sides."""

    name: str
    label: str
    cells: list[Cell]

    @property
    def differs(self) -> bool | None:
        """Whether the sides differ; None where the reader may not know what each says."""
        return len({cell.text for cell in self.cells}) > 1 if all(cell.told for cell in self.cells) else None


def compared_rows(needs: Sequence[Need], actor: Actor) -> list[ComparedRow]:
    """Return one row for each field that one of the needs gives. The needs come from `for_page`."""
    visible = [visible_fields(NEED_FIELDS, audience_of(actor, need.owner_id)) for need in needs]
    rows = []
    for name in ("owner", *READ_IN_ORDER):
        if name == "quantity_unit":  # told with the quantity
            continue
        cells = [
            Cell(_text(need, name), True) if name in fields else Cell("", False)
            for need, fields in zip(needs, visible, strict=True)
        ]
        if any(cell.text for cell in cells):
            rows.append(ComparedRow(name, label_of(Need, name), cells))
    return rows


def _text(need: Need, name: str) -> str:
    if name == "indicators":
        return "\n".join(indicator_text(vars(row)) for row in need.indicators.all())
    if name == "quantity" and need.quantity is not None:
        return f"{text_of_field(need, name)} {need.get_quantity_unit_display()}"
    return text_of_field(need, name)


def shared_words(needs: Sequence[Need]) -> list[str]:
    """Return the phrases that stand in the public texts of at least two of the needs, the longest first."""
    from matching import Analyzer

    analyzer = Analyzer()
    texts = [whole_text(need) for need in needs]
    words = [set(analyzer.words(text)) for text in texts]
    shared = {word for place, some in enumerate(words) for word in some & set().union(*words[:place])}
    phrases = shown_terms([(word, 1.0) for word in sorted(shared)], texts, share=LEAST / len(texts))
    told = {row["term"] for row in phrases if len(row["term"]) > 1 and _tells(row["term"])}
    return sorted(told, key=lambda phrase: (-len(phrase), phrase))


def _tells(word: str) -> bool:
    return not word.isascii() or len(word) >= SHORTEST_WORD
