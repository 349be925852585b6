"""Where a model's positions end: the table by type, held against models of every type that transformers knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modelforge.hardware.model_shape import POSITION_TABLES, ModelShape

POSITIONS = 64
LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers", "decoder_layers")
GIVEN_APART = {
    "git": "reads pictures",
    "layoutlm": "reads pages",
    "layoutlmv3": "reads pages",
    "lilt": "reads pages",
    "markuplm": "reads pages",
    "tapas": "counts the positions of each cell of a table anew",
    "xmod": "must be told the language",
}
"""Types with a table of positions that are not in ours, and why."""


def small_config(kind: str) -> Any:
    from transformers import CONFIG_MAPPING

    config = CONFIG_MAPPING[kind]()
    for key in LAYERS:
        if isinstance(getattr(config, key, None), int):
            setattr(config, key, 2)
    return config


def heads() -> list[Any]:
    """Configuration → model, of all heads that are trained here."""
    from transformers.models.auto import modeling_auto

    return [
        modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING,
        modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
        modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING,
        modeling_auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING,
    ]


def model_class(config: Any) -> Any:
    return next(mapping[type(config)] for mapping in heads() if type(config) in mapping)


@pytest.mark.parametrize("kind", sorted(POSITION_TABLES))
def test_the_limit_is_the_longest_text_that_a_model_reads(kind: str) -> None:
    import torch

    config = small_config(kind)
    for key in ("max_position_embeddings", "n_positions"):
        if getattr(config, key, None):
            setattr(config, key, POSITIONS)
    config.vocab_size = 200
    limit = ModelShape.from_config(config.to_dict()).position_limit
    assert limit is not None
    model = model_class(config)(config).eval()

    def read(length: int) -> None:
        ids = torch.full((1, length), 7)
        with torch.no_grad():
            model(input_ids=ids, **({"decoder_input_ids": ids} if config.is_encoder_decoder else {}))

    read(limit)
    with pytest.raises((IndexError, RuntimeError)):
        read(limit + 1)


def with_a_table() -> Iterator[str]:
    """Types that are not refused, whose models have a table of the positions that their configuration says."""
    import torch

    for kind in sorted({config.model_type for mapping in heads() for config in mapping}):
        try:
            config = small_config(kind)
            ModelShape.from_config(config.to_dict())
            with torch.device("meta"):
                model = model_class(config)(config)
        except Exception:  # noqa: BLE001 - types that are refused, or cannot be made of their defaults alone
            continue
        most = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
        tables = [
            module.num_embeddings
            for name, module in model.named_modules()
            if isinstance(module, torch.nn.Embedding) and ("pos" in name.lower() or "wpe" in name)
        ]
        if most is not None and any(0 <= size - most <= 2 for size in tables):
            yield kind


def test_no_type_with_a_table_is_missing() -> None:
    found = set(with_a_table())
    assert found >= POSITION_TABLES.keys() - {"ibert"}, "which has a class of its own for its table"
    assert found - POSITION_TABLES.keys() - GIVEN_APART.keys() == set()
