"""An export as one GGUF file, with a Modelfile beside it where Ollama can be told how to ask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from modelforge.data.conversations import Message
from modelforge.exceptions import ConfigurationError
from modelforge.exporting.architectures import architecture_of
from modelforge.exporting.gguf_file import write_gguf
from modelforge.exporting.gguf_reader import GgufFile
from modelforge.exporting.gguf_vocabulary import check_tokenizer, exported_template, read_vocabulary
from modelforge.exporting.ollama import bare_template, conversations, go_template_of, modelfile, prompt_of_go
from modelforge.exporting.pretokenizers import Vocabulary, as_llama_cpp, same_ids
from modelforge.exporting.probe_texts import TEXTS
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import LoadedModel
from modelforge.providers.provider import ModelSource
from modelforge.schemas.export import DEFAULT_QUANTIZATION, ExportKind
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.remark import Remark, remark
from modelforge.storage.atomic import write_bytes
from modelforge.storage.folders import ModelFolder
from modelforge.tasks.chat_rendering import render_prompt
from modelforge.tasks.generation import context_length

NO_TOOLS = "This template writes no tools, calls and results; the chat template in the file does (llama.cpp --jinja)."
"""What a Modelfile says of a model whose chat template takes tools: Go writes JSON with other spaces than training."""


class GgufExport:
    """Writes the file, and reads it back."""

    def __init__(self, kind: ExportKind, base: ModelSource) -> None:
        self.quantization = kind.quantization or DEFAULT_QUANTIZATION
        self.numbers: str = self.quantization
        self.base = base
        self.remarks: list[Remark] = []
        self.texts = (0, 0)

    def refuse_early(self, folder: ModelFolder) -> None:
        """Raise ConfigurationError where this model cannot be written so; only its config and tokenizer are read."""
        from transformers import AutoConfig, AutoTokenizer

        config = AutoConfig.from_pretrained(self.base.location, revision=self.base.revision)
        architecture_of(config, self.quantization)
        check_tokenizer(AutoTokenizer.from_pretrained(folder.root))

    def write(self, staging: Path, loaded: LoadedModel, engine: ChatEngine) -> None:
        """Write `STAGING.gguf` and, where it can be proven, the Modelfile."""
        model, tokenizer = loaded.model, loaded.tokenizer
        plain = loaded.plain_prompts
        vocabulary = read_vocabulary(tokenizer, model.config.vocab_size, TEXTS, plain_prompts=plain)
        name = f"{staging.name}.gguf"
        write_gguf(
            staging / name,
            model,
            architecture_of(model.config, self.quantization),
            self.quantization,
            name=loaded.manifest.name if loaded.manifest else staging.name,
            vocabulary=vocabulary,
            template=None if plain else exported_template(tokenizer),
        )
        self._count_texts(vocabulary, loaded)
        if prefix := loaded.source_prefix:
            self.remarks.append(remark("prefix-not-in-file", prefix=prefix))
        self._write_modelfile(staging, vocabulary, loaded, engine)

    def _write_modelfile(self, staging: Path, vocabulary: Vocabulary, loaded: LoadedModel, engine: ChatEngine) -> None:
        stops = [str(loaded.tokenizer.convert_ids_to_tokens(token)) for token in sorted(engine.ends)]
        template = _proven_template(vocabulary, loaded, engine, stops)
        if template is None:
            plain = loaded.plain_prompts
            self.remarks.append(remark("no-modelfile-for-pattern-of-texts" if plain else "no-modelfile-for-pattern"))
            return
        context = context_length(loaded.model)
        said = modelfile(
            f"{staging.name}.gguf",
            template,
            stops=stops,
            system=loaded.system_prompt,
            context=context,
            label=NO_TOOLS if engine.takes_tools else "",
        )
        if said is None:
            plain = loaded.plain_prompts
            self.remarks.append(remark("no-modelfile-for-quotes-of-texts" if plain else "no-modelfile-for-quotes"))
            return
        if engine.takes_tools:
            self.remarks.append(remark("no-tools-in-modelfile"))
        write_bytes(staging / "Modelfile", said.encode())

    def read_back(self, staging: Path, manifest: ModelManifest) -> LoadedModel:
        """What llama.cpp would hold in memory, from the file alone."""
        file = GgufFile(staging / f"{staging.name}.gguf")
        return LoadedModel(file.model(), file.tokenizer(), manifest)

    def _count_texts(self, vocabulary: Vocabulary, loaded: LoadedModel) -> None:
        same = same_ids(as_llama_cpp(vocabulary), loaded.tokenizer, TEXTS)
        self.texts = (len(TEXTS), same)
        if same < len(TEXTS):
            other = len(TEXTS) - same
            self.remarks.append(remark("texts-split-otherwise", rules=vocabulary.pre, other=other, texts=len(TEXTS)))


def _proven_template(
    vocabulary: Vocabulary, loaded: LoadedModel, engine: ChatEngine, stops: Sequence[str]
) -> str | None:
    """The Go template whose prompts have the ids that the model was trained on, in every conversation that is tried."""
    bos = vocabulary.tokens[vocabulary.bos] if vocabulary.add_bos and vocabulary.bos is not None else None
    prefix = loaded.source_prefix

    def prompt(messages: Sequence[Message]) -> str:
        return render_prompt(loaded.tokenizer, messages)

    template = bare_template(prefix) if loaded.plain_prompts else go_template_of(prompt, bos, stops, prefix=prefix)
    if template is None or not _same_prompts(template, vocabulary, engine, loaded.system_prompt):
        return None
    return template


def _same_prompts(template: str, vocabulary: Vocabulary, engine: ChatEngine, system: str | None) -> bool:
    """Whether Ollama's prompts have the model's ids, for all conversations that the model allows."""
    theirs = as_llama_cpp(vocabulary)
    begin = [vocabulary.bos] if vocabulary.add_bos else []
    for messages in conversations():
        try:
            ours = engine.prompt_ids(messages)
        except ConfigurationError:  # the model takes no system prompt
            continue
        if system and messages[0]["role"] != "system":
            messages = [{"role": "system", "content": system}, *messages]
        if [*begin, *theirs.encode(prompt_of_go(template, messages), add_special_tokens=False).ids] != ours:
            return False
    return True
