from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelforge.data.problem_log import ProblemLog
from modelforge.data.source import resolve_dataset
from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.schemas.dataset import DatasetView
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


def test_a_sample(files: FileManager) -> None:
    source = resolve_dataset("sample:support", files)

    assert (source.kind, source.name, source.format) == ("sample", "support.jsonl", "jsonl")
    assert len(list(source.rows(ProblemLog("a")))) == 1000


def test_an_unknown_sample_names_those_there_are(files: FileManager) -> None:
    with pytest.raises(ConfigurationError, match="sample:support"):
        resolve_dataset("sample:suport", files)


def test_a_file(files: FileManager, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("input,output\na,b\n")

    source = resolve_dataset(str(tmp_path / "a.csv"), files)

    assert (source.kind, source.name, source.format) == ("file", "a.csv", "csv")
    assert [row.values for row in source.rows(ProblemLog("a"))] == [{"input": "a", "output": "b"}]
    assert len(source.sha256() or "") == 64


def test_a_saved_dataset_is_hashed_file_by_file(files: FileManager, tmp_path: Path) -> None:
    import datasets

    data = datasets.Dataset.from_list([{"text": "a"}, {"text": "b"}])
    data.save_to_disk(tmp_path / "one")
    data.save_to_disk(tmp_path / "two", num_shards=2)

    one = resolve_dataset(str(tmp_path / "one"), files)
    two = resolve_dataset(str(tmp_path / "two"), files)

    assert [row.values["text"] for row in two.rows(ProblemLog("a"))] == ["a", "b"]
    assert one.sha256() != two.sha256()


def test_a_dataset_of_the_library(files: FileManager, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    (staging / "source").mkdir(parents=True)
    (staging / "source" / "upload").write_text('{"text": "a"}\n{"text": "b"}\n')
    view = DatasetView(
        id="mine", name="My data.jsonl", created_at=datetime.now(UTC), file_format="jsonl", shape="text",
        columns={"text": "text"}, rows=2, bytes=28, sha256="0" * 64,
    )  # fmt: skip
    write_json(staging / "manifest.json", view.model_dump(mode="json"))
    files.publish_dataset(staging, "mine")

    source = resolve_dataset("mine", files)

    assert (source.kind, source.name, source.format) == ("library", "My data.jsonl", "jsonl")
    assert [row.values["text"] for row in source.rows(ProblemLog("a"))] == ["a", "b"]


def test_a_library_dataset_without_its_file(files: FileManager, tmp_path: Path) -> None:
    (tmp_path / "staging" / "source").mkdir(parents=True)
    view = DatasetView(
        id="mine", name="a", created_at=datetime.now(UTC), file_format="jsonl", shape="text", columns={}, rows=2,
        bytes=28, sha256="0" * 64,
    )  # fmt: skip
    write_json(tmp_path / "staging" / "manifest.json", view.model_dump(mode="json"))
    files.publish_dataset(tmp_path / "staging", "mine")

    with pytest.raises(NotFoundError, match="no source file"):
        resolve_dataset("mine", files)


def test_what_is_not_there_is_answered_with_what_is_near(files: FileManager, tmp_path: Path) -> None:
    (tmp_path / "support.jsonl").write_text("{}")

    with pytest.raises(NotFoundError, match=r"Did you mean .*support\.jsonl"):
        resolve_dataset(str(tmp_path / "suport.jsonl"), files)
    with pytest.raises(NotFoundError, match="write hub:tatsu-lab/alpaca"):
        resolve_dataset("tatsu-lab/alpaca", files)
    for name in ("x" * 5000, "a\0b", "", "../.."):
        if name not in ("", "../.."):
            with pytest.raises(NotFoundError):
                resolve_dataset(name, files)


def test_the_hub_out_of_reach_says_what_to_do(files: FileManager) -> None:
    source = resolve_dataset("hub:tatsu-lab/alpaca", files, revision="main")

    assert (source.kind, source.path, source.revision) == ("hub", None, "main")
    with pytest.raises(NotFoundError, match=r"tatsu-lab/alpaca at revision main.*HF_HUB_OFFLINE is set"):
        list(source.rows(ProblemLog("a")))
    assert source.sha256() is None


@pytest.mark.parametrize("name", ["hub:", "hub:alpaca", "hub:a/b/c", "hub:/x"])
def test_a_hub_name_has_an_owner(files: FileManager, name: str) -> None:
    with pytest.raises(ConfigurationError, match="hub:OWNER/NAME"):
        resolve_dataset(name, files)


def test_hub_rows_are_those_of_the_train_split(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hub's loader reads a local folder of data files in the same way; the network alone is left out."""
    from modelforge.data.hub import hub_rows

    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "train.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    (tmp_path / "repo" / "test.jsonl").write_text('{"text": "c"}\n')
    monkeypatch.chdir(tmp_path)

    assert [(row.line, row.values) for row in hub_rows("repo", None)] == [(1, {"text": "a"}), (2, {"text": "b"})]
