"""What sits on a model's body, in the words of transformers and PEFT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary


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

    @property
    def is_by_row(self) -> bool:
        """Whether it says one thing of a whole row: a class, or where an answer stands."""
        return self.peft_task_type in ("SEQ_CLS", "QUESTION_ANS")

    def model_class(self) -> Any:
        """The auto class itself."""
        import transformers

        return getattr(transformers, self.auto_class)

    def match(self, model: Any, tokenizer: Any) -> None:
        """Tell a decoder that classifies which id is padding: it judges a text by its last real token."""
        if self.peft_task_type == "SEQ_CLS":
            model.config.get_text_config().pad_token_id = tokenizer.pad_token_id


SEQ2SEQ = Head("AutoModelForSeq2SeqLM", "SEQ_2_SEQ_LM")
CAUSAL = Head("AutoModelForCausalLM", "CAUSAL_LM")

_FRESH: WeakKeyDictionary[Any, tuple[str, ...]] = WeakKeyDictionary()


def note_fresh(model: Any, missing: Iterable[str]) -> tuple[str, ...]:
    """Remember which parts of a model its checkpoint had no weights for, so that they began at random.

    Args:
        missing: the names of the parameters.

    Returns:
        The largest modules that hold nothing else: `classifier`, `bert.pooler`.
    """
    absent = set(missing)
    names = [name for name, _ in model.named_parameters()]
    _FRESH[model] = tuple(sorted({_largest_absent(name, absent, names) for name in names if name in absent}))
    return _FRESH[model]


def fresh_parts(model: Any) -> tuple[str, ...]:
    """What `note_fresh` found when `model` was loaded; nothing for a model from elsewhere."""
    return _FRESH.get(model, ())


def forget_fresh(model: Any, brought: Iterable[str]) -> None:
    """Modules whose names end with one of `brought` have weights from an adapter: they no longer began at random."""
    ends = [f"{name}." for name in brought]
    _FRESH[model] = tuple(part for part in fresh_parts(model) if not any(end in f"{part}." for end in ends))


def _largest_absent(name: str, absent: set[str], names: list[str]) -> str:
    module = name.rpartition(".")[0]
    while parent := module.rpartition(".")[0]:
        if any(other.startswith(f"{parent}.") and other not in absent for other in names):
            break
        module = parent
    return module
