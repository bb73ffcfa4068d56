"""A folder of `.npy` files and a manifest: written whole or not at all, checked when opened, never pickled."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from mmap import ACCESS_READ
from mmap import mmap as map_file
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.errors import IndexExistsError, IndexFormatError

FORMAT = "matching-index"
VERSION = 1
MANIFEST = "manifest.json"

_REMEDY = "make a new build from the documents"
_FILE_NAME = re.compile(r"[a-z0-9_.]+\.npy")


def write_folder(
    folder: str | os.PathLike[str], arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]
) -> None:
    """Store arrays (name → array) and meta (JSON) as a new folder, which appears complete or not at all.

    Raises IndexExistsError where the folder is already there: a build is never changed, because readers map its files.
    """
    target = Path(folder)
    if target.exists():
        raise IndexExistsError(f"{target} is already there; save under a new name")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        files = {f"{name}.npy": _write_array(temporary / f"{name}.npy", array) for name, array in arrays.items()}
        manifest = {"format": FORMAT, "version": VERSION, "files": files, "meta": dict(meta)}
        _write_manifest(temporary / MANIFEST, manifest)
        temporary.chmod(0o755)  # mkdtemp makes it private; the web processes may run as another user
        _sync(temporary)
        _rename(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def read_folder(
    folder: str | os.PathLike[str], *, mmap: bool = True, verify: bool = False
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return the arrays and the meta of a stored folder.

    mmap : map the files instead of reading them; the arrays are read-only then.
    verify : compare every file's SHA-256 as well; sizes and the manifest's own checksum are always compared.

    Raises IndexFormatError with cause and remedy.
    """
    source = Path(folder)
    manifest = _read_manifest(source / MANIFEST)
    for name, facts in manifest["files"].items():
        _check_file(source / name, facts, verify)
    arrays = {name.removesuffix(".npy"): _read_array(source / name, mmap) for name in manifest["files"]}
    return arrays, manifest["meta"]


def _write_array(path: Path, array: npt.NDArray[Any]) -> dict[str, Any]:
    with path.open("w+b") as file:
        np.save(file, np.asarray(array), allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def _write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump({**manifest, "sha256": _digest(manifest)}, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _rename(temporary: Path, target: Path) -> None:
    try:
        temporary.rename(target)
    except OSError as error:
        if target.exists():  # another process was faster
            raise IndexExistsError(f"{target} is already there; save under a new name") from error
        raise
    _sync(target.parent)


def _sync(folder: Path) -> None:
    """Make the folder's entries outlive a power cut; its files are synced one by one."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexFormatError(f"{path.parent} is not an index: {MANIFEST} is missing; {_REMEDY}") from error
    except (ValueError, OSError) as error:
        raise IndexFormatError(f"{path} cannot be read ({error}); {_REMEDY}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise IndexFormatError(f"{path} is not the manifest of an index; {_REMEDY}")
    if manifest.get("version") != VERSION:
        found = manifest.get("version")
        raise IndexFormatError(f"{path.parent} has format version {found}, this program reads {VERSION}; {_REMEDY}")
    if manifest.pop("sha256", None) != _digest(manifest):
        raise IndexFormatError(f"{path} does not have its own checksum: it was changed; {_REMEDY}")
    return manifest


def _check_file(path: Path, facts: Mapping[str, Any], verify: bool) -> None:
    if not _FILE_NAME.fullmatch(path.name):
        raise IndexFormatError(f"{path.parent} names a file {path.name!r}, which is not one of an index; {_REMEDY}")
    size = path.stat().st_size if path.is_file() else None
    if size != facts["bytes"]:
        found = "is missing" if size is None else f"has {size} bytes instead of {facts['bytes']}"
        raise IndexFormatError(f"{path} {found}: the copy is incomplete; copy it again or {_REMEDY}")
    if verify:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != facts["sha256"]:
                raise IndexFormatError(f"{path} does not have its checksum: it is damaged; copy it again or {_REMEDY}")


def _mapped(path: Path) -> npt.NDArray[Any]:
    """Map a file as `numpy.load` would, in half its time: a collection of a million has hundreds of them.

    The result is a plain array: scipy and fancy indexing are slower on numpy's subclass for mapped files.
    """
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
        if dtype.hasobject:
            raise ValueError("it holds objects, which only pickle could read")
        whole = map_file(file.fileno(), 0, access=ACCESS_READ)
        return np.ndarray(shape, dtype, whole, file.tell(), order="F" if is_fortran else "C")


def _read_array(path: Path, mapped: bool) -> npt.NDArray[Any]:
    try:
        return _mapped(path) if mapped else np.load(path, allow_pickle=False)
    except (ValueError, TypeError, OSError, EOFError) as error:
        raise IndexFormatError(f"{path} cannot be read ({error}); {_REMEDY}") from error
