"""What needs bitsandbytes is refused where it is missing, before anything is queued."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.quantization.quantization_factory import PACKAGE, QuantizationFactory
from modelforge.schemas.config import parse_training_config


@pytest.mark.parametrize(
    "written", [{"strategy": "qlora"}, {"quantization": {"bits": 8}}, {"optimization": {"optim": "paged_adamw_32bit"}}]
)
def test_without_bitsandbytes_the_key_and_the_command_are_named(
    written: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = parse_training_config({"model": "m", "dataset": "d", **written}).config
    QuantizationFactory.check(config)

    monkeypatch.setitem(sys.modules, PACKAGE, None)
    with pytest.raises(ConfigurationError, match="needs bitsandbytes") as caught:
        QuantizationFactory.check(config)
    assert "modelforge[quantization]" in (caught.value.hint or "")

    QuantizationFactory.check(parse_training_config({"model": "m", "dataset": "d"}).config)
