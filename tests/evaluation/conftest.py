"""A tiny model whose answers differ from prompt to prompt."""

from pathlib import Path
from typing import Any

import pytest

Lively = tuple[Any, Any]


@pytest.fixture
def lively(tiny_model: Path) -> Lively:
    """(model, tokenizer) in fp32, with weights so large that next tokens are decided, not tied."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(12)
    return model, AutoTokenizer.from_pretrained(tiny_model)
