"""What sits on a model's body, in the words of transformers and PEFT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Head:
    """The head that is trained: how it is loaded, adapted and fed."""

    auto_class: str
    """The auto class of transformers that loads it: `AutoModelForCausalLM`."""
    peft_task_type: str
    """PEFT's word for it: `CAUSAL_LM`, `SEQ_2_SEQ_LM`, `SEQ_CLS`, `QUESTION_ANS`."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What `from_pretrained` has to know of it: the labels of a classifier, for example."""
    label_names: tuple[str, ...] = ("labels",)
    """The columns of a batch that hold what the model is to say."""

    @property
    def is_causal(self) -> bool:
        """Whether it predicts the next token of the text that it reads."""
        return self.peft_task_type == "CAUSAL_LM"

    def model_class(self) -> Any:
        """The auto class itself."""
        import transformers

        return getattr(transformers, self.auto_class)


CAUSAL = Head("AutoModelForCausalLM", "CAUSAL_LM")
