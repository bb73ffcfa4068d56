"""Several indexes over one vocabulary, so that documents of one can be compared with documents of another."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from matching.errors import MatchingError
from matching.index import (
    TextIndex,
    analyzer_meta,
    prefixed,
    stored_analyzer,
    stored_vocabulary,
    under,
    vocabulary_meta,
)
from matching.results import Document
from matching.store import read_folder, write_folder
from matching.text import Analyzer, default_analyzer
from matching.vocabulary import Vocabulary

PARTS = ("needs", "capabilities")


class IndexSet:
    """Named indexes ("needs", "capabilities") that share one vocabulary and one idf.

    A worker makes a build from the one in use: `load` → `add`, `remove` → `refit` where `needs_refit` → `save` as a
    new folder.
    """

    def __init__(self, parts: Sequence[str] = PARTS, *, analyzer: Analyzer | None = None) -> None:
        self.vocabulary = Vocabulary()
        self.analyzer = analyzer or default_analyzer()
        self._parts = {name: TextIndex(self.vocabulary, analyzer=analyzer) for name in parts}

    @classmethod
    def build(cls, documents: Mapping[str, Iterable[Document]], *, analyzer: Analyzer | None = None) -> Self:
        """Return a set of indexes of the documents given per part, with the idf of all of them together."""
        built = cls(tuple(documents), analyzer=analyzer)
        for name, some in documents.items():
            built.add(name, some)
        built.refit()
        return built

    def part(self, name: str) -> TextIndex:
        """Return one index of the set; raises MatchingError where there is none of that name."""
        if name not in self._parts:
            raise MatchingError(f"there is no part {name!r}; the parts are {', '.join(self._parts)}")
        return self._parts[name]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts."""
        return tuple(self._parts)

    def add(self, part: str, documents: Iterable[Document]) -> int:
        """Index documents in a part, as `TextIndex.add` does."""
        return self.part(part).add(documents)

    def remove(self, part: str, ids: Iterable[str]) -> int:
        """Take documents out of a part, as `TextIndex.remove` does."""
        return self.part(part).remove(ids)

    @property
    def needs_refit(self) -> bool:
        """Whether more than 10 % of all documents have changed since the epoch began."""
        return self.vocabulary.needs_refit

    def refit(self) -> None:
        """Begin a new epoch over all parts: idf from the kept counts of all documents, unused terms dropped."""
        kept = self.vocabulary.refit([index.counts("all") for index in self._parts.values()])
        for index in self._parts.values():
            index.keep_columns(kept)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Store the set as a new folder, whole or not at all; raises IndexExistsError where there is one."""
        arrays = prefixed("vocabulary", self.vocabulary.arrays())
        for name, index in self._parts.items():
            arrays |= prefixed(f"part.{name}", index.arrays())
        meta = {"kind": "index-set", **analyzer_meta(self.analyzer), "parts": list(self._parts)}
        write_folder(folder, arrays, meta | vocabulary_meta(self.vocabulary))

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        *,
        mmap: bool = True,
        verify: bool = False,
        analyzer: Analyzer | None = None,
    ) -> Self:
        """Open a stored set, with the arguments and errors of `TextIndex.load`."""
        arrays, meta = read_folder(folder, mmap=mmap, verify=verify)
        analyzer = analyzer or stored_analyzer(meta)
        loaded = cls(meta.get("parts", ()), analyzer=analyzer)
        loaded.vocabulary = stored_vocabulary(arrays, meta, kind="index-set", analyzer=analyzer)
        for name, index in loaded._parts.items():
            index.vocabulary = loaded.vocabulary
            index.restore(under(arrays, f"part.{name}"))
        return loaded

    def __len__(self) -> int:
        return sum(map(len, self._parts.values()))
