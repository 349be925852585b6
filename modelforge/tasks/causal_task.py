"""What all tasks of causal language models share: the loss on an answer's tokens, and answers by generation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Protocol

from modelforge.data.collator import PaddingCollator
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.causal_truths import TRUTHS, broken_truths
from modelforge.tasks.features import Collator, Features
from modelforge.tasks.generation import generate_answers
from modelforge.tasks.head import CAUSAL, Head
from modelforge.tasks.likelihood import row_nll
from modelforge.tasks.task import CanonicalRow, RowLikelihood, Task, Truth, row_named
from modelforge.tasks.tokenised_row import TokenisedRow
from modelforge.tasks.watch import UNWATCHED, Watch


class CausalTask(Task, Protocol):
    """A causal language model that continues a prompt. A subclass says what is the prompt of a row, and its answer."""

    truths: ClassVar[Mapping[str, Truth]] = TRUTHS

    def tokenise(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> TokenisedRow:
        """A row as the trainer is fed it, cut to `data.max_length`."""
        ...

    def prompt_ids(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> list[int] | None:
        """The ids that an answer is generated from: the same code as the playground's. None: nothing to generate."""
        ...

    def for_model(self, shape: ModelShape) -> Task:
        """Only a decoder continues a text.

        Raises:
            ConfigurationError: the model is an encoder, or an encoder-decoder.
        """
        if shape.layout != "decoder":
            raise ConfigurationError(
                f"{self.name} continues a text, which an {shape.layout} model ({shape.model_type}) does not.",
                hint="Choose a causal language model, or another task for this one.",
                code="task-continues-text",
                params={"task": self.name, "layout": shape.layout, "type": shape.model_type},
            )
        return self

    def head(self) -> Head:
        """The head over the vocabulary."""
        return CAUSAL

    def features(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Features, ...]:
        """The tokenised row."""
        return (self.tokenise(row, tokenizer, config),)

    def broken_truths(
        self, row: CanonicalRow, made: Sequence[Features], tokenizer: Any, config: TrainingConfig
    ) -> Iterator[str]:
        """The truths that a tokenised row breaks, or one of its windows."""
        for tokenised in made:
            assert isinstance(tokenised, TokenisedRow)
            yield from broken_truths(self, row, tokenised, tokenizer, config)

    def collator(self, tokenizer: Any, config: TrainingConfig) -> Collator:
        """Padded on the right."""
        return PaddingCollator(tokenizer.pad_token_id, most=config.data.max_length)

    def likelihood(
        self,
        model: Any,
        rows: Sequence[Sequence[Features]],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[RowLikelihood]:
        """Nats over the trained tokens of each row, all its windows together."""
        tokenised = [one for row in rows for one in row if isinstance(one, TokenisedRow)]
        nll = row_nll(
            model,
            tokenised,
            batch_size=config.evaluation.per_device_eval_batch_size,
            watch=watch,
        )
        scored = zip(nll, (one.trained_tokens for one in tokenised), strict=True)
        windows = (list(islice(scored, len(row))) for row in rows)
        return [RowLikelihood(sum(nats for nats, _ in row), sum(count for _, count in row)) for row in windows]

    def answers(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[CanonicalRow],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[str] | None:
        """The greedy continuation of each prompt, cut as in training; nothing where a row has no prompt."""
        prompts = []
        for row in rows:
            with row_named(row.get("row")):
                prompts.append(self._asked_ids(row, tokenizer, config))
        with_prompt = [prompt for prompt in prompts if prompt is not None]
        if len(with_prompt) < len(prompts):
            return None
        return generate_answers(
            model,
            tokenizer,
            with_prompt,
            max_new_tokens=config.evaluation.max_new_tokens,
            batch_size=config.evaluation.per_device_eval_batch_size,
            watch=watch,
        )

    def _asked_ids(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> list[int] | None:
        """The prompt without what training cut off before it, but for its last token: something has to be asked.

        Cutting behind a prompt that is too long leaves nothing of its answer, so that such rows are left out.
        """
        prompt = self.prompt_ids(row, tokenizer, config)
        if not prompt or config.data.truncation_mode != "keep_end":
            return prompt
        return prompt[min(self.tokenise(row, tokenizer, config).start, len(prompt) - 1) :]
