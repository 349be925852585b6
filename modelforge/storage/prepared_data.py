"""The `data/` folder of a run: the rows as they were prepared, read by the preflight's and the trainer's code alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SplitName = Literal["train", "validation"]


@dataclass(frozen=True)
class PreparedData:
    """Every file of prepared data by name. The validation files are there only where rows are held out."""

    root: Path

    def rows(self, split: SplitName) -> Path:
        """The rows of one side of the split in canonical form."""
        return self.root / f"{split}.parquet"

    def tokens(self, split: SplitName) -> Path:
        """Token ids and labels of one side: an Arrow stream, mapped into memory when read."""
        return self.root / f"{split}-tokens.arrow"

    @property
    def split(self) -> Path:
        """Which rows are trained on and which are held out."""
        return self.root / "split.json"

    @property
    def has_validation(self) -> bool:
        """Whether rows are held out."""
        return self.rows("validation").exists()
