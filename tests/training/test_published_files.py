"""What others see of a published model: the hub's word for it, and who may read its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_publish import FILES, spec, tuned_adapter

from modelforge.providers.provider import ModelSource
from modelforge.storage.file_manager import FileManager
from modelforge.training.publish import publish


@pytest.mark.parametrize(
    ("task", "mode", "tag"),
    [
        ("extractive-question-answering", "span", "question-answering"),
        ("extractive-question-answering", "chat", "text-generation"),
        ("text-classification", "labels", "text-classification"),
        ("summarization", "text", "summarization"),
        ("short-answer", "chat", "text-generation"),
        ("headlines", "text", None),
        ("reward", None, "text-classification"),
    ],
)
def test_the_card_tells_the_hub_by_its_own_words_how_the_model_is_asked(
    tiny_model: Path, files: FileManager, task: str, mode: Any, tag: str | None
) -> None:
    model, tokenizer = tuned_adapter(tiny_model)
    base = ModelSource(str(tiny_model))
    publish(model, tokenizer, spec=spec(str(tiny_model)), base=base, report=None, files=files, task=task, mode=mode)
    card = (files.models()[0].root / "README.md").read_text()
    assert yaml.safe_load(card.split("---\n")[1]).get("pipeline_tag") == tag


@pytest.mark.parametrize(("umask", "rights"), [(0o022, 0o644), (0o077, 0o600), (0o007, 0o660)])
def test_all_files_of_a_model_have_the_rights_that_this_process_gives(
    tiny_model: Path, files: FileManager, umask: int, rights: int
) -> None:
    model, tokenizer = tuned_adapter(tiny_model)
    before = os.umask(umask)
    try:
        base = ModelSource(str(tiny_model))
        publish(model, tokenizer, spec=spec(str(tiny_model)), base=base, report=None, files=files)
    finally:
        os.umask(before)
    assert {path.name: path.stat().st_mode & 0o777 for path in files.models()[0].root.iterdir()} == dict.fromkeys(
        FILES, rights
    )
