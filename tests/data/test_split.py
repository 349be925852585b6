from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelforge.data.canonical_file import CanonicalWriter, encode_row, read_canonical
from modelforge.data.duplicates import find_duplicates
from modelforge.data.split import Split, split_rows, write_split
from modelforge.exceptions import DatasetValidationError
from tests.data.test_duplicates import sentence, write


def different(count: int) -> list[str]:
    return [" ".join(sentence(seed)) for seed in range(count)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5])
def test_the_share_is_met_exactly(tmp_path: Path, share: float) -> None:
    split = split_rows(write(tmp_path / "a.parquet", different(400)), share, seed=1)

    assert split.validation_rows == len(split.validation) == round(share * 400)
    assert split.train_rows == 400 - split.validation_rows
    assert split.left_out == ()


def test_the_seed_decides(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", different(200))

    assert split_rows(path, 0.1, seed=1) == split_rows(path, 0.1, seed=1)
    assert split_rows(path, 0.1, seed=1).validation != split_rows(path, 0.1, seed=2).validation


def test_duplicates_stay_on_one_side(tmp_path: Path) -> None:
    texts = different(100)
    texts += texts[:50]
    texts += [f"{text}!!" for text in texts[50:80]]
    path = write(tmp_path / "a.parquet", texts)
    groups = find_duplicates(path).groups

    for seed in range(10):
        split = split_rows(path, 0.2, seed=seed)
        held_out = set(split.validation)
        assert {groups[at] for at in held_out}.isdisjoint(groups[at] for at in range(180) if at not in held_out)
        assert abs(split.validation_rows - 36) <= 2
    assert (split.exact_duplicates, split.near_duplicates) == (50, 30)


def test_a_big_group_stays_in_training_where_it_can(tmp_path: Path) -> None:
    texts = ["the same text again and again"] * 30 + different(70)

    for seed in range(10):
        split = split_rows(write(tmp_path / "a.parquet", texts), 0.3, seed=seed)
        assert split.validation_rows == 30
        assert min(split.validation) >= 30


def test_pairs_alone_are_split_as_pairs(tmp_path: Path) -> None:
    texts = [text for text in different(50) for _ in range(2)]

    split = split_rows(write(tmp_path / "a.parquet", texts), 0.1, seed=3)

    assert split.validation_rows == 10
    assert {at // 2 for at in split.validation} == {at // 2 for at in split.validation if at % 2 == 0}


def test_a_small_dataset_holds_out_one_row_at_least(tmp_path: Path) -> None:
    split = split_rows(write(tmp_path / "a.parquet", different(3)), 0.1, seed=1)

    assert (split.train_rows, split.validation_rows) == (2, 1)


def test_share_0_holds_out_none(tmp_path: Path) -> None:
    split = split_rows(write(tmp_path / "a.parquet", different(5)), 0, seed=1)

    assert (split.train_rows, split.validation_rows) == (5, 0)


def test_rows_that_are_all_alike_cannot_be_split(tmp_path: Path) -> None:
    with pytest.raises(DatasetValidationError, match="All rows are alike"):
        split_rows(write(tmp_path / "a.parquet", ["one and the same row"] * 5), 0.1, seed=1)


def test_max_samples_cuts_training_by_the_seed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", different(100))

    split = split_rows(path, 0.1, seed=1, max_samples=20)

    assert (split.train_rows, split.validation_rows, len(split.left_out)) == (20, 2, 78)
    assert set(split.validation) < set(split_rows(path, 0.1, seed=1).validation)
    assert split.left_out != split_rows(path, 0.1, seed=2, max_samples=20).left_out


@pytest.mark.parametrize(
    ("most", "share", "held_out"), [(1, 0.1, 1), (10, 0.1, 1), (60, 0.25, 20), (95, 0.1, 10), (99, 0, 0)]
)
def test_the_share_is_of_the_rows_that_are_used(tmp_path: Path, most: int, share: float, held_out: int) -> None:
    split = split_rows(write(tmp_path / "a.parquet", different(100)), share, seed=1, max_samples=most)

    assert (split.train_rows, split.validation_rows) == (min(most, 100 - held_out), held_out)


def test_drop_duplicates_keeps_the_first_copy(tmp_path: Path) -> None:
    texts = different(40) + different(10)

    split = split_rows(write(tmp_path / "a.parquet", texts), 0.1, seed=1, drop_duplicates=True)

    assert split.left_out == tuple(range(40, 50))
    assert (split.train_rows, split.validation_rows) == (36, 4)


def test_the_parts_and_the_record_are_written(tmp_path: Path) -> None:
    path = tmp_path / "all.parquet"
    with CanonicalWriter(path) as writer:
        for number, text in enumerate(different(40)):
            writer.write(10 + number, encode_row({"text": text}))
    split = split_rows(path, 0.2, seed=5, max_samples=30)
    train, validation, record = (tmp_path / name for name in ("train.parquet", "validation.parquet", "split.json"))

    write_split(path, split, train, validation, record)

    assert [row["row"] for row in read_canonical(validation)] == [10 + at for at in split.validation]
    kept = set(range(40)) - set(split.validation) - set(split.left_out)
    assert [row["row"] for row in read_canonical(train)] == [10 + at for at in sorted(kept)]
    assert Split.model_validate(json.loads(record.read_text())) == split


def test_without_held_out_rows_there_is_no_validation_file(tmp_path: Path) -> None:
    path = write(tmp_path / "all.parquet", different(4))

    write_split(path, split_rows(path, 0, 1), tmp_path / "t.parquet", tmp_path / "v.parquet", tmp_path / "s.json")

    assert len(list(read_canonical(tmp_path / "t.parquet"))) == 4
    assert not (tmp_path / "v.parquet").exists()
