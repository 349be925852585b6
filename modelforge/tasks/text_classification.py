"""Text classification: which of a closed set of classes a text, or a pair of texts, belongs to."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from modelforge.data.classes import sorted_classes
from modelforge.data.encoder_collator import EncoderCollator
from modelforge.data.problem_phrases import phrase
from modelforge.exceptions import ConfigurationError, Params
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.model import ModelMode
from modelforge.schemas.preflight import Finding
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.encoder_row import EncoderRow
from modelforge.tasks.features import Collator, Features
from modelforge.tasks.forward import outputs
from modelforge.tasks.head import Head
from modelforge.tasks.padding import pad_token_id
from modelforge.tasks.task import CanonicalRow, RowLikelihood, Task, Truth, altered
from modelforge.tasks.watch import UNWATCHED, Watch

TARGETS = ("labels",)
UNKNOWN = -1
"""The number of a class that the rows to train on do not have."""
LOPSIDED = 0.8
"""From this share on, the most frequent class is worth a warning."""
NAMED_CLASSES = 12


class TextClassification(Task):
    """A head over classes. They are those of the rows to train on, in the checkpoint's order where it has them."""

    name: ClassVar[str] = "text-classification"
    shapes: ClassVar[tuple[Shape, ...]] = ("classification",)
    columns: ClassVar[tuple[str, ...]] = ("input_ids", "token_type_ids", *TARGETS)
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    primary_metric: ClassVar[str] = "accuracy"
    likelihood_metric: ClassVar[str] = "log_loss"
    mode: ClassVar[ModelMode] = "labels"
    writes_answers: ClassVar[bool] = False
    truths: ClassVar[Mapping[str, Truth]] = {
        "text-is-read": Truth(
            "The tokens of every row that is not cut spell its text, letter by letter; case and accents aside.",
            "The tokenizer changes the text. Check `modelforge data preview`.",
            "text-is-read",
        ),
        "label-is-its-class": Truth(
            "The number that is trained stands for the row's class.",
            "This is a fault of ModelForge; please report it with the recipe.",
            "label-is-its-class",
        ),
    }

    def __init__(
        self, classes: Sequence[str] = (), rows: Mapping[str, int] | None = None, checkpoint: Sequence[str] = ()
    ) -> None:
        self.classes = tuple(classes)
        self._rows = dict(rows or {})
        self._checkpoint = tuple(checkpoint)

    def for_model(self, shape: ModelShape) -> TextClassification:
        """Encoders and decoders read a text from one end to the other.

        Raises:
            ConfigurationError: the model is an encoder-decoder.
        """
        if shape.layout == "encoder-decoder":
            raise ConfigurationError(
                f"{self.name} reads a text with one stack, and an encoder-decoder ({shape.model_type}) has two.",
                hint="Choose an encoder such as BERT or ModernBERT, or a causal language model.",
                code="task-reads-with-one-stack",
                params={"task": self.name, "type": shape.model_type},
            )
        return altered(self, _checkpoint=tuple(shape.labels))

    def for_rows(self, rows: Iterable[CanonicalRow]) -> TextClassification:
        """With the classes that occur in the rows to train on; a checkpoint of the same ones keeps its order."""
        counts = Counter(str(row["label"]) for row in rows)
        classes = sorted_classes(counts)
        if sorted(classes) == sorted(self._checkpoint):
            classes = self._checkpoint
        return altered(self, classes=tuple(classes), _rows=dict(counts))

    def for_classes(self, classes: Sequence[str]) -> TextClassification:
        """With the classes of a model that is trained already."""
        return altered(self, classes=tuple(classes), _rows={}, _checkpoint=())

    def head(self) -> Head:
        """A linear layer over the classes, on the first token of an encoder or the last of a decoder."""
        names: dict[str, Any] = {
            "num_labels": len(self.classes),
            "id2label": dict(enumerate(self.classes)),
            "label2id": {label: number for number, label in enumerate(self.classes)},
        }
        if len(self.classes) > 1:
            names["problem_type"] = "single_label_classification"  # a checkpoint may say several labels, or regression
        return Head("AutoModelForSequenceClassification", "SEQ_CLS", names if self.classes else {}, TARGETS)

    def findings(self) -> tuple[Finding, ...]:
        """How many rows each class has, and how often always saying the same would be right."""
        if not self._rows:
            return ()
        most = max(self._rows, key=lambda label: self._rows[label])
        share = self._rows[most] / sum(self._rows.values())
        counts = sorted(self._rows.items(), key=lambda item: -item[1])
        listed = ", ".join(f"{label} {count:,}" for label, count in counts[:NAMED_CLASSES])
        listed += f", … (+{len(counts) - NAMED_CLASSES})" if len(counts) > NAMED_CLASSES else ""
        message = f"{len(counts)} classes to learn: {listed}. Always saying {most!r} is right in {share:.0%}."
        params: Params = {"count": len(counts), "classes": listed, "most": most, "percent": round(share * 100)}
        if len(counts) < 2:
            fix = "Add rows of other classes."
            message = "All rows to train on have one class."
            return (Finding(truth="classes", severity="error", message=message, fix=fix, code="one-class"),)
        if share < LOPSIDED:
            return (Finding(truth="classes", severity="ok", message=message, code="classes-to-learn", params=params),)
        fix = "Judge by macro F1, which weighs all classes alike, or add rows of the rare classes."
        return (
            Finding(
                truth="classes", severity="warning", message=message, fix=fix, code="lopsided-classes", params=params
            ),
        )

    def features(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Features, ...]:
        """The text with the tokenizer's special tokens, cut by the stated rule, and the number of its class."""
        label = str(row["label"])
        number = self.classes.index(label) if label in self.classes else UNKNOWN
        left_out = None if number != UNKNOWN else phrase("class-not-trained", label=label)
        return (_read(row, tokenizer, config, number, left_out),)

    def broken_truths(
        self,
        row: CanonicalRow,
        made: Sequence[Features],
        tokenizer: Any,
        config: TrainingConfig,  # noqa: ARG002 - the contract's
    ) -> Iterator[str]:
        """Read the tokens back, and the class's number."""
        (features,) = made
        columns = features.columns
        if self.classes[columns["labels"][0]] != str(row["label"]):
            yield "label-is-its-class"
        if features.is_cut or tokenizer.unk_token_id in columns["input_ids"]:
            return
        spelled = _letters(str(tokenizer.decode(columns["input_ids"], skip_special_tokens=True)))
        if spelled != _letters(self.prompt_text(row)):
            yield "text-is-read"

    def collator(self, tokenizer: Any, config: TrainingConfig) -> Collator:
        """Padded on the right. Raises ConfigurationError where the tokenizer has nothing to pad with."""
        return EncoderCollator(pad_token_id(tokenizer), TARGETS, most=config.data.max_length)

    def likelihood(
        self,
        model: Any,
        rows: Sequence[Sequence[Features]],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[RowLikelihood]:
        """Nats of each row's class; a class that the model has no output for is not scored."""
        from torch.nn.functional import log_softmax

        found = [RowLikelihood(0.0, 0)] * len(rows)
        made = [features for (features,) in rows]
        for row, said in outputs(model, made, TARGETS, config, watch):
            number = made[row].columns["labels"][0]
            if number != UNKNOWN:
                found[row] = RowLikelihood(-float(log_softmax(said["logits"].double(), dim=-1)[number]), 1)
        return found

    def answers(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[CanonicalRow],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[str] | None:
        """The likeliest class of each row."""
        made = [self.features(row, tokenizer, config)[0] for row in rows]
        answers = [""] * len(rows)
        for row, said in outputs(model, made, TARGETS, config, watch):
            answers[row] = self.classes[int(said["logits"].argmax())]
        return answers

    def is_plain(self, row: CanonicalRow) -> bool:  # noqa: ARG002 - of every row
        """No chat template is applied."""
        return True

    def prompt_text(self, row: CanonicalRow) -> str:
        """The text, or both."""
        return "\n\n".join(row[name] for name in ("text", "text_pair") if name in row)

    def reference(self, row: CanonicalRow) -> str:
        """The class."""
        return str(row["label"])


def cut_texts(texts: Sequence[str], tokenizer: Any, limit: int, truncation_mode: str | None) -> Any:
    """What the tokenizer makes of a text, or a pair: at most `limit` tokens of its start, or of its end."""
    tokenizer.truncation_side = "left" if truncation_mode == "keep_end" else "right"
    return tokenizer(*texts, truncation=True, max_length=limit)


def _letters(text: str) -> str:
    """What is left where a tokenizer lowers the case, strips accents and moves white space."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalnum())


def _read(
    row: CanonicalRow, tokenizer: Any, config: TrainingConfig, number: int, left_out: Phrase | None
) -> EncoderRow:
    texts = [row[name] for name in ("text", "text_pair") if name in row]
    whole = tokenizer(*texts)
    # The tokenizer knows what the model's positions reach; they often end at 512.
    length, limit = len(whole["input_ids"]), min(config.data.max_length, tokenizer.model_max_length)
    kept, span = whole, (0, length)
    if length > limit:
        if config.data.truncation_mode == "drop":
            left_out = left_out or phrase("too-many-tokens", length=length, key="max_length", most=limit)
        kept = cut_texts(texts, tokenizer, limit, config.data.truncation_mode)
        span = (length - limit, length) if config.data.truncation_mode == "keep_end" else (0, limit)
    return EncoderRow(
        input_ids=list(kept["input_ids"]),
        token_type_ids=list(kept.get("token_type_ids", ())),
        targets={"labels": number},
        whole=list(whole["input_ids"]),
        kept=span,
        left_out=left_out,
    )
