"""The beginning of a safetensors file, as the format has it."""

from __future__ import annotations

from io import BytesIO

import pytest

from modelforge.hardware.model_files import header_length

MOST = 100_000_000
"""`MAX_HEADER_SIZE` of https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs"""


@pytest.mark.parametrize(
    ("begins", "length"),
    [
        (MOST.to_bytes(8, "little"), MOST),
        ((MOST + 1).to_bytes(8, "little"), None),
        (MOST.to_bytes(8, "little")[:7], None),
        (b"", None),
    ],
)
def test_a_header_is_as_long_as_the_format_allows(begins: bytes, length: int | None) -> None:
    assert header_length(BytesIO(begins)) == length
