"""The storage of segments: mapped where it is a folder, copied once and checked where it is not."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import InMemoryStorage, storages

from matching import IndexFormatError
from matching.store import read_folder, write_folder
from scenarios import segment_store

NAME = "epochs/one/segment-1"


def made(folder: Path) -> None:
    write_folder(folder, {"numbers": np.arange(5), "weights": np.ones(3)}, {"kind": "segment"})


def numbers_of(folder: Path) -> list[int]:
    found: list[int] = read_folder(folder)[0]["numbers"].tolist()
    return found


class Counted(InMemoryStorage):
    """A bucket that counts how often its files are read."""

    opened = 0

    def open(self, name: str, mode: str = "rb") -> Any:
        type(self).opened += 1
        return super().open(name, mode)


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A storage without files of its own, as a bucket is."""
    backend = f"{__name__}.Counted"
    settings.STORAGES = {**settings.STORAGES, "segments": {"BACKEND": backend}}
    monkeypatch.setattr(Counted, "opened", 0)
    monkeypatch.setattr(segment_store, "_checked", set())
    return storages["segments"]


def copy_of(settings: Any) -> Path:
    return Path(settings.SEGMENT_COPIES) / NAME


def test_files_of_a_folder_are_used_where_they_lie(settings: Any) -> None:
    segment_store.put_folder(NAME, made)
    folder = segment_store.local_folder(NAME)
    assert folder == Path(settings.STORAGES["segments"]["OPTIONS"]["location"]) / NAME
    assert numbers_of(folder) == [0, 1, 2, 3, 4]
    assert not Path(settings.SEGMENT_COPIES).exists()


def test_a_copy_is_fetched_once(bucket: Any, settings: Any) -> None:
    segment_store.put_folder(NAME, made)
    assert sorted(bucket.listdir(NAME)[1]) == ["manifest.json", "numbers.npy", "weights.npy"]
    for _ in range(3):
        folder = segment_store.local_folder(NAME)
        assert (folder, numbers_of(folder)) == (copy_of(settings), [0, 1, 2, 3, 4])
    assert Counted.opened == 3
    assert [one.name for one in folder.parent.iterdir()] == ["segment-1"]


def test_copies_of_earlier_nights_make_room(bucket: Any, settings: Any) -> None:
    for epoch in ("one", "two", "three"):
        segment_store.put_folder(f"epochs/{epoch}/segment", made)
        segment_store.local_folder(f"epochs/{epoch}/segment")
    old = Path(settings.SEGMENT_COPIES) / "epochs/one"
    long_ago = time.time() - segment_store.COPIES_KEPT.total_seconds() - 60
    os.utime(old, (long_ago, long_ago))
    segment_store.put_folder("epochs/four/segment", made)
    segment_store.local_folder("epochs/four/segment")
    assert sorted(one.name for one in old.parent.iterdir()) == ["four", "three", "two"]
    assert numbers_of(segment_store.local_folder("epochs/one/segment")) == [0, 1, 2, 3, 4]


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_damaged_copy_is_refused_and_fetched_again(
    bucket: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment_store.put_folder(NAME, made)
    flip_a_bit(segment_store.local_folder(NAME) / "numbers.npy")
    monkeypatch.setattr(segment_store, "_checked", set())  # as in a process that starts
    assert numbers_of(segment_store.local_folder(NAME)) == [0, 1, 2, 3, 4]
    assert Counted.opened == 6
    assert [one.name for one in copy_of(settings).parent.iterdir()] == ["segment-1"]


def test_a_segment_that_is_damaged_in_the_storage_leaves_no_copy(bucket: Any, settings: Any) -> None:
    segment_store.put_folder(NAME, made)
    bucket.delete(f"{NAME}/numbers.npy")
    segment_store.put_bytes(f"{NAME}/numbers.npy", b"not an array")
    with pytest.raises(IndexFormatError, match=r"numbers\.npy"):
        segment_store.local_folder(NAME)
    assert list(copy_of(settings).parent.iterdir()) == []


def test_a_segment_that_is_gone_is_not_found(bucket: Any, settings: Any) -> None:
    with pytest.raises(FileNotFoundError):
        segment_store.local_folder(NAME)
    assert list(copy_of(settings).parent.iterdir()) == []


@pytest.mark.parametrize("backend", ["a folder", "a bucket"])
def test_a_result_is_stored_whole_and_once(request: pytest.FixtureRequest, backend: str) -> None:
    if backend == "a bucket":
        request.getfixturevalue("bucket")
    first = segment_store.put_array("runs/1/0-0.npy", np.arange(4))
    assert segment_store.put_array("runs/1/0-0.npy", np.arange(4)) == first
    assert segment_store.get_array("runs/1/0-0.npy", first).tolist() == [0, 1, 2, 3]
    assert storages["segments"].listdir("runs/1")[1] == ["0-0.npy"]
    with pytest.raises(segment_store.ResultDamaged, match="digest"):
        segment_store.get_array("runs/1/0-0.npy", "0" * 64)
    with pytest.raises(segment_store.ResultDamaged, match="missing"):
        segment_store.get_array("runs/1/1-0.npy", first)


@pytest.mark.parametrize("backend", ["a folder", "a bucket"])
def test_a_folder_is_removed_with_its_copy(request: pytest.FixtureRequest, settings: Any, backend: str) -> None:
    if backend == "a bucket":
        request.getfixturevalue("bucket")
    segment_store.put_folder(NAME, made)
    segment_store.put_folder("epochs/two/segment-2", made)
    segment_store.local_folder(NAME)
    segment_store.delete_folder("epochs/one")
    segment_store.delete_folder("epochs/one")
    assert not segment_store.exists(f"{NAME}/manifest.json")
    assert not copy_of(settings).exists()
    assert segment_store.exists("epochs/two/segment-2/manifest.json")
