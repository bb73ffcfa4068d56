"""Every text that people read is in the catalogue, and its Chinese is written as Chinese is."""

import ast
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from django.core.management import CommandError, call_command
from django.template.base import Lexer, TokenType
from django.utils import translation

from config.management.commands import messages
from config.management.commands.messages import KEYWORDS, PACKAGES, extracted, faults, stored
from marketplace.lifecycle import ENGAGEMENT_MOVES, SUGGESTION_MOVES
from scenarios.event_labels import EVENT_LABELS
from scenarios.lifecycle import DEMAND_MOVES

ROOT = Path(__file__).resolve().parent.parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")
CODE = re.compile(r"[A-Z]{2}-\d{4}-\d{4}")
PYTHON = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts
]
TEMPLATES = [path for package in PACKAGES for path in sorted((ROOT / package / "templates").rglob("*.html"))]

# What reads Chinese instead of writing it, the city's name, and the example material of the component gallery.
READS_CHINESE = {
    "config/gallery.py",
    "config/settings.py",
    "marketplace/imports/columns.py",
    "marketplace/imports/rows.py",
    "marketplace/imports/values.py",
    "marketplace/imports/words.py",
    "scenarios/quantities.py",
    "scenarios/reading.py",
    "scenarios/story.py",
    "scenarios/story_clauses.py",
    "scenarios/story_dates.py",
    "scenarios/vagueness.py",
}
# The gallery shows example material; the page of a broken server cannot rely on the catalogue and says it twice.
HOLDS_BOTH_LANGUAGES = {"config/templates/design.html", "config/templates/500.html"}
# Each language is offered in its own words; the others are names and keys that stay as they are in every language.
SAME_EVERYWHERE = {"English", "中文", "Enter", "openapi.yaml"}
# Words of class attributes that a page hands to base.html through a block.
CLASS_NAMES = {"aside-first"}
READ_ALOUD = {"alt", "aria-label", "caption", "hint", "label", "lead", "placeholder", "question", "text", "title"}


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _catalogue(**changes: object) -> Catalog:
    catalogue = Catalog(locale="zh_Hans")
    values = {"id": "%(code)s is due", "string": "%(code)s 到期", **changes}
    catalogue.add(**values)  # type: ignore[arg-type]
    return catalogue


def test_every_string_is_translated() -> None:
    assert list(faults(extracted(), stored())) == []


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ({}, []),
        ({"id": "other"}, ["missing: '%(code)s is due'", "not used any more: 'other'"]),
        ({"context": "other"}, ["missing: '%(code)s is due'", "not used any more: '%(code)s is due'"]),
        ({"flags": ("fuzzy",)}, ["fuzzy: '%(code)s is due'"]),
        ({"string": ""}, ["untranslated: '%(code)s is due'"]),
        ({"string": "到期"}, ["placeholders differ: '%(code)s is due'"]),
        ({"string": "%(codes)s 到期"}, ["placeholders differ: '%(code)s is due'"]),
    ],
)
def test_a_planted_fault_is_found(kept: dict[str, object], found: list[str]) -> None:
    assert sorted(faults(_catalogue(), _catalogue(**kept))) == sorted(found)


def test_a_fault_ends_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "extracted", lambda: _catalogue())
    monkeypatch.setattr(messages, "stored", lambda: _catalogue(string=""))
    with pytest.raises(CommandError, match="1 faults"):
        call_command("messages", "--check", stderr=io.StringIO())


def test_what_is_compiled_is_what_is_stored(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "CATALOGUE", tmp_path / "django.po")
    monkeypatch.setattr(messages, "stored", lambda: _catalogue())
    call_command("messages", "--compile")
    with (tmp_path / "django.mo").open("rb") as file:
        compiled = read_mo(file)
    found = compiled.get("%(code)s is due")
    assert found is not None
    assert found.string == "%(code)s 到期"


def _sentences() -> Iterator[tuple[Message, str]]:
    for message in stored():
        if message.id and message.string:
            texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
            yield from ((message, text) for text in texts)


def test_every_translation_is_chinese() -> None:
    """A translation without a Chinese character is its own English, or was forgotten."""
    bare = {text for _, text in _sentences() if not CHINESE.search(re.sub(r"%\(\w+\)s", "", text))}
    assert {text for text in bare if WORD.search(text)} == set()


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("punctuation of English after a Chinese character", r"[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\.(?!\w)"),
        ("straight quotation marks", r"[\u4e00-\u9fff]\s?[\"']|[\"']\s?[\u4e00-\u9fff]"),
        ("brackets of English around Chinese", r"\([^()]*[\u4e00-\u9fff][^()]*\)(?!s)"),
        ("the familiar form of address", r"你"),
        ("a blank beside Chinese punctuation", r"[，。；：？！、（）“”《》] | [，。；：？！、）”》]"),
        ("three full stops", r"\.\.\."),
    ],
)
def test_chinese_is_written_as_chinese_is(what: str, pattern: str) -> None:
    assert [text for _, text in _sentences() if re.search(pattern, text)] == [], what


def test_a_sentence_stays_a_sentence() -> None:
    """What ends with a full stop in English is a sentence in Chinese too, and the other way round."""
    wrong = [
        text
        for message, text in _sentences()
        if str(message.id if isinstance(message.id, str) else message.id[-1]).strip().endswith((".", ":", "?"))
        != text.endswith(("。", "：", "？"))
    ]
    assert wrong == []


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the string constants of a module that are no docstrings, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in plain:
            yield node.lineno, node.value


def _chinese_strings(path: Path) -> list[str]:
    return [f"{_place(path)}:{line} {text}" for line, text in _strings(path) if CHINESE.search(text)]


def test_python_holds_no_chinese_text() -> None:
    writers = [path for path in PYTHON if _place(path) not in READS_CHINESE and "demonstration" not in path.parts]
    assert [found for path in writers for found in _chinese_strings(path)] == []


def _unmarked(path: Path) -> Iterator[str]:
    """Yield where plain text goes into a label, a message or an error, and gettext is given what it cannot find."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in KEYWORDS and any(not isinstance(text, ast.Constant) for text in node.args[:1]):
            yield f"{_place(path)}:{node.lineno} {name}() of what is no constant"
        # The reference of the API is in English, as its names are.
        shown = [word.value for word in node.keywords if word.arg in SHOWN and "api" not in path.parts]
        shown += node.args[1:2] if name in SAID and _is_messages(node.func) else []
        for value in shown:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and WORD.search(value.value):
                yield f"{_place(path)}:{node.lineno} {value.value}"


SAID = {"debug", "info", "success", "warning", "error"}
SHOWN = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "error_messages"}


def _is_messages(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "messages"


def test_python_marks_what_it_shows() -> None:
    assert [found for path in PYTHON if "gallery" not in path.name for found in _unmarked(path)] == []


class Visible(HTMLParser):
    """Collects the text and the spoken attributes of a template from which everything translated was taken out."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = ""
        self.feed(_without_tags(path))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag if tag in ("style", "script") else ""
        self.found += [value for name, value in attrs if value and name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def _without_tags(path: Path) -> str:
    """Return a template's own text: template tags and variables out, and what is between blocktranslate and its end."""
    inside, kept = "", []
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        word = token.contents.split(maxsplit=1)[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if word in ("blocktranslate", "blocktrans", "comment"):
            inside = f"end{word}"
        elif inside and word == inside:
            inside = ""
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
        elif token.token_type == TokenType.VAR or word in ("translate", "trans", "blocktranslate"):
            kept.append("–")
    # An element whose name is a variable is some element.
    return re.sub(r"<(/?)–", r"<\1p", "".join(kept))


def _plain_words(path: Path) -> list[str]:
    pieces = [" ".join(text.split()).strip("– ") for text in Visible(path).found]
    plain = [text for text in pieces if CHINESE.search(text) or WORD.search(CODE.sub("", text))]
    return [text for text in plain if text not in SAME_EVERYWHERE | CLASS_NAMES]


def test_templates_hold_no_text_of_their_own() -> None:
    checked = [path for path in TEMPLATES if _place(path) not in HOLDS_BOTH_LANGUAGES]
    assert {_place(path): found for path in checked if (found := _plain_words(path))} == {}


def test_plain_text_in_a_template_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '{% translate "Marked" %}<a title="Spoken" href="/needs/">Written <b>{{ count }}</b> 汉字</a>'
        "{% blocktranslate %}Inside{% endblocktranslate %}<style>p { color: red }</style><p lang=en>– 12 km</p>"
    )
    assert _plain_words(page) == ["Spoken", "Written", "汉字", "12 km"]


def test_text_of_a_module_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text(
        '"""汉字 in a docstring."""\nname = "汉字"  # 汉字\nCharField(label="Name", help_text=_("Marked"))\n'
        'messages.success(request, "Done")\nlogger.info("done")\n_(f"{name} done")\n'
    )
    assert _chinese_strings(module) == ["module.py:2 汉字"]
    assert sorted(_unmarked(module)) == [
        "module.py:3 Name",
        "module.py:4 Done",
        "module.py:6 _() of what is no constant",
    ]


WRITERS = {"log_event": 0, "note": 1}  # function → the place of the kind among its arguments
MOVES = {"demand": DEMAND_MOVES, "engagement": ENGAGEMENT_MOVES, "suggestion": SUGGESTION_MOVES}
BY_THE_MACHINE = {"suggestion.supersede"}  # in bulk, and logged nowhere


def _logged(path: Path) -> set[str]:
    """Return the kinds of event that a module writes by name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    places = [(call.args, WRITERS.get(getattr(call.func, "id", ""))) for call in calls]
    kinds = [args[place] for args, place in places if place is not None and len(args) > place]
    return {kind.value for kind in kinds if isinstance(kind, ast.Constant) and isinstance(kind.value, str)}


def test_every_kind_of_event_has_a_name() -> None:
    """A kind without a name would stand on a page as the machine writes it."""
    kinds = {kind for path in PYTHON for kind in _logged(path)}
    assert len(kinds) > 50
    kinds |= {f"{subject}.{row.name}" for subject, moves in MOVES.items() for row in moves} - BY_THE_MACHINE
    assert kinds - set(EVENT_LABELS) == set()


def test_both_languages_name_themselves() -> None:
    with translation.override("en"):
        assert translation.gettext("Need") == "Need"
    assert translation.get_language_info("zh-hans")["name_local"] == "简体中文"


# What one thing is called → what it is not called beside that. The words are those of the domain: docs/guide/zh.
ONE_WORD = {
    "需求方": "业主|需求单位",
    "供给方": "供应方|供应商",
    "共性需求": "核心需求|共同核心",
    "需求池": "合并需求(?!方)",
    "响应": "应答",
    "场景经理人": "场景经理(?!人)",
    "评审专家": "评委",
    "牵头方": "牵头单位",
}


@pytest.mark.parametrize(("word", "others"), ONE_WORD.items())
def test_one_thing_has_one_name_in_chinese(word: str, others: str) -> None:
    texts = {str(message.id): text for message, text in _sentences()}
    texts |= {_place(path): path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "guide" / "zh").glob("*.md")}
    assert any(word in text for text in texts.values())
    assert [place for place, text in texts.items() if re.search(others, text)] == []
