"""What of a model folder goes to the hub: what anybody can use, and no word of where it lay here."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path, PureWindowsPath
from typing import Any

import yaml

from modelforge.exceptions import ConfigurationError, ConflictError, NotFoundError
from modelforge.schemas.config.recipe_yaml import read_yaml
from modelforge.schemas.model import ModelManifest
from modelforge.starter import list_starters
from modelforge.storage.adapter_config import ADAPTER_CONFIG, BASE, is_adapter, read_adapter_config
from modelforge.storage.file_manager import MADE_HERE, FileManager
from modelforge.storage.folders import ModelFolder

NOT_PUSHED = ("manifest.json", "*.bin", "*.pt", "*.pkl")
CARD = "README.md"
RECIPE = re.compile(r"(?<=## Recipe\n\n```yaml\n).*?(?=```\n\n## Versions\n)", re.DOTALL)
IN_HUB_CACHE = re.compile(r".*/models--(?P<id>[^/]+)/snapshots/(?P<commit>[0-9a-f]{40})")


def package(folder: ModelFolder, files: FileManager) -> dict[str, Path | bytes]:
    """The files of a model as the hub gets them, by name: as they are, or rewritten where they would name a place here.

    Raises:
        ConflictError: it is an adapter whose base nobody else has.
        ProviderError: it is an adapter that names no base.
    """
    found: dict[str, Path | bytes] = {
        path.relative_to(folder.root).as_posix(): path
        for path in sorted(folder.root.rglob("*"))
        if path.is_file() and not any(fnmatchcase(path.name, pattern) for pattern in NOT_PUSHED)
    }
    if ADAPTER_CONFIG in found and (adapter := _public_adapter(folder)) is not None:
        found[ADAPTER_CONFIG] = adapter
    if CARD in found:
        text = (folder.root / CARD).read_text(encoding="utf-8")
        found[CARD] = _public_card(text, folder.read_manifest(), files).encode()
    return found


def check_base(folder: ModelFolder) -> None:
    """Refuse an adapter whose base nobody else has. Raises ConflictError; ProviderError where it names none."""
    if is_adapter(folder.root):
        _public_adapter(folder)


def _public_adapter(folder: ModelFolder) -> bytes | None:
    """`adapter_config.json` with a base that others find; nothing where it has one already. Raises ConflictError."""
    adapter = read_adapter_config(folder.root)
    base = adapter.base
    if not _is_place(base):
        return None
    known = _public_name(base)
    if known is None:
        raise ConflictError(
            f"The adapter {folder.id} stands on {_name(base)}, which lies on this machine alone: nobody could load it.",
            hint=f"Push the whole model instead: `modelforge merge {folder.id}` makes it. A reward model is not "
            "merged: train it on a model of the hub.",
            code="base-not-on-hub",
            params={"model": folder.id, "base": _name(base)},
        )
    return json.dumps({**adapter.document, **known}, indent=2).encode()


def _public_name(base: str) -> dict[str, str | None] | None:
    """What others call the model in a folder: a starter, or one that lies in the hub's cache, at its commit."""
    for starter in list_starters():
        if Path(base) == starter.path:
            return {BASE: starter.id, "revision": None}
    if cached := IN_HUB_CACHE.fullmatch(Path(base).as_posix()):
        return {BASE: cached["id"].replace("--", "/"), "revision": cached["commit"]}
    return None


def _public_card(text: str, manifest: ModelManifest, files: FileManager) -> str:
    """The card without the folders of this machine, and without a base that is no hub id."""
    places = {manifest.base_model}

    def without_places(block: re.Match[str]) -> str:
        try:
            recipe = read_yaml(block[0])
        except (yaml.YAMLError, ConfigurationError):
            return block[0]  # somebody has written it anew by hand
        here = [(group, key) for group, key in _references(recipe) if _is_place(group[key])]
        places.update(group[key] for group, key in here)
        for group, key in here:
            group[key] = _name(group[key])
        return yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True) if here else block[0]

    text = RECIPE.sub(without_places, text)
    for place in sorted(filter(_is_place, places), key=len, reverse=True):
        text = text.replace(place, _name(place))
    if _is_of_library(manifest.base_model, files):
        text = text.replace(f"\nbase_model: {manifest.base_model}\n", "\n", 1)
    return text


def _references(recipe: Any) -> list[tuple[dict[str, Any], str]]:
    """Where a recipe may name a file or a folder: (group, key), of those that are filled."""
    if not isinstance(recipe, dict):
        return []
    data = recipe.get("data")
    keys = [(recipe, "model"), (recipe, "dataset")]
    if isinstance(data, dict):
        keys.append((data, "validation_dataset"))
    return [(group, key) for group, key in keys if isinstance(group.get(key), str)]


def _is_place(name: str) -> bool:
    """Whether a name is a path on some machine, and no id."""
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or PureWindowsPath(name).is_absolute()


def _name(place: str) -> str:
    """The last part of a path, which says nothing of the machine."""
    return PureWindowsPath(place).name or "here"  # it takes both kinds of slashes


def _is_of_library(model: str, files: FileManager) -> bool:
    """Whether this is the id of a model of the library, or of one that was: its name tells where it was made."""
    if MADE_HERE.fullmatch(model):
        return True
    try:
        files.model(model)
    except NotFoundError:
        return False
    return True
