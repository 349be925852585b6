"""Sentences that stand beside a result: what was read otherwise, how it was checked, what to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from modelforge.exceptions import Params
from modelforge.schemas.base import Schema

RemarkCode = Literal[
    "read-as",
    "read-as-in-stage",
    "reward-model-first",
    "merge-checked",
    "head-untrained",
    "rows-drawn",
    "learned-these-rows",
    "rows-not-measured",
    "rows-cut-at-positions",
    "asked-in-own-ways",
    "measured-as-the-other",
    "perplexities-not-compared",
    "perplexities-of-other-texts",
    "log-losses-not-compared",
    "prefix-not-in-file",
    "no-modelfile-for-pattern",
    "no-modelfile-for-pattern-of-texts",
    "no-modelfile-for-quotes",
    "no-modelfile-for-quotes-of-texts",
    "texts-split-otherwise",
    "no-tools-in-modelfile",
    "tool-prompt-compared",
    "held-out-rows",
    "going-on-from",
    "checkpoint-not-used",
    "events-not-read",
    "disk-full",
    "worker-died",
    "failed-once",
    "retried-in-less-memory",
    "used-by-adapter",
    "used-by-run",
    "used-by-merge",
    "used-by-export",
    "used-by-evaluation",
    "used-by-playground",
]
"""What may be remarked. Texts in other languages are kept by these names."""

PATTERN = (
    "There is no Modelfile: what stands around the texts, by the chat template and data.source_prefix, does not follow "
    "a pattern that could be written in Ollama's language with the same token ids."
)
QUOTES = (
    "There is no Modelfile: a text in it (chat template, data.source_prefix, system prompt, end token) holds quotes or "
    "a letter that cannot be printed, which Ollama's parser does not give back."
)
IN_THE_FILE = " llama.cpp reads the chat template in the file itself."

REMARKS: Mapping[RemarkCode, str] = {
    "read-as": "`{written}` was read as `{key}`.",
    "read-as-in-stage": "Stage {number}: `{written}` was read as `{key}`.",
    "reward-model-first": "No rewards are named, so a reward model is trained from the pairs first, as a stage of its "
    "own.",
    "merge-checked": "Checked against the adapter on {prompts} prompts: the same token ids, {same} of {prompts} "
    "answers the same, logits apart by at most {difference:.2g} (allowed: {tolerance:.2g}, {dtype}).",
    "head-untrained": "{model} has no fitting weights for {parts}: these begin at random, so that its figures are "
    "those of guessing.",
    "rows-drawn": "{wanted:,} of {rows:,} rows, drawn by the seed (evaluation.max_rows).",
    "learned-these-rows": "{model} was trained on rows of this very dataset, which flatters it. Without a dataset it "
    "is measured on the rows that were held out.",
    "rows-not-measured": "{count:,} of {rows:,} rows are not measured: in training they would be left out, being "
    "longer than {limit:,} tokens or without any of their answer within them (data.max_length, data.truncation_mode).",
    "rows-cut-at-positions": "Rows are cut to {limit:,} tokens: {model} has positions for no more.",
    "asked-in-own-ways": "Each model is asked as in its own training, and these differ in {keys}: {count:,} of "
    "{rows:,} rows are put to {against} otherwise than to {model}.",
    "measured-as-the-other": "In training, {against} was fed or taught other tokens of {count:,} of {rows:,} rows "
    "({keys}): both models are measured on those of {model}.",
    "perplexities-of-other-texts": "The two models are asked otherwise, and what they are asked counts "
    "(strategy.completion_only_loss: false), so their perplexities are not compared.",
    "perplexities-not-compared": "The two models split text into different tokens, so their perplexities are not "
    "compared.",
    "log-losses-not-compared": "The two models do not know the same rows' answers, so their log losses are not "
    "compared.",
    "prefix-not-in-file": "In training, {prefix!r} stood before every text. A GGUF file cannot say so: where no "
    "Modelfile does, write it there yourself.",
    "no-modelfile-for-pattern": PATTERN + IN_THE_FILE,
    "no-modelfile-for-pattern-of-texts": PATTERN,
    "no-modelfile-for-quotes": QUOTES + IN_THE_FILE,
    "no-modelfile-for-quotes-of-texts": QUOTES,
    "texts-split-otherwise": "llama.cpp splits text by rules of its own, of which {rules!r} comes closest to this "
    "model's tokenizer: {other} of {texts} unusual texts get other token ids than in training.",
    "no-tools-in-modelfile": "This model takes tools, but the Modelfile does not write them, nor calls and their "
    "results: Ollama's language writes JSON with other spaces than training did. llama.cpp with --jinja reads the chat "
    "template in the file itself, which does.",
    "tool-prompt-compared": "A conversation with a tool, a call of it and its result, as far as the chat template "
    "writes them, has the same token ids by the chat template in the files. Answers to such were not compared.",
    "held-out-rows": "{count} held-out rows",
    "going-on-from": "Going on from {checkpoint}.",
    "checkpoint-not-used": "{checkpoint} is not used: {reason}.",
    "events-not-read": "Lines of events.jsonl behind event {before} cannot be read and were passed over. Events lost: "
    "{lost}.",
    "disk-full": "The disk is full. The run goes on from its checkpoint when space returns.",
    "worker-died": "The worker died. Another attempt begins.",
    "failed-once": "{type}: {message} Another attempt begins; the same error again ends the run.",
    "retried-in-less-memory": "{message} The run goes on with {changes}.",
    "used-by-adapter": "the adapter {id}",
    "used-by-run": "the run {id}",
    "used-by-merge": "the merge {id}",
    "used-by-export": "the export {id}",
    "used-by-evaluation": "the evaluation {id}",
    "used-by-playground": "the playground",
}


class Remark(Schema):
    """A sentence by its name and the values within it, so that it can be said in other languages."""

    code: RemarkCode
    params: Params = Field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return REMARKS[self.code].format(**self.params)

    @property
    def as_event(self) -> dict[str, Any]:
        """What an event of a run says: the sentence, and the remark beside it."""
        return {"text": self.sentence, "remark": self.model_dump(mode="json")}


def remark(code: RemarkCode, **values: str | int | float) -> Remark:
    """A remark with the values that it names."""
    return Remark(code=code, params=values)


def sentences(remarks: Iterable[Remark]) -> tuple[str, ...]:
    """The remarks in English, in their order."""
    return tuple(one.sentence for one in remarks)


def by_sentence(remarks: Iterable[Remark]) -> dict[str, Remark]:
    """English sentence → the remark that it is: what is sent beside the sentences, for other languages."""
    return {one.sentence: one for one in remarks}
