"""A GGUF file → a model and a tokenizer that do what llama.cpp does with it: what an export is checked by.

The weights are read by transformers, which undoes the order of the rows by its own account. The tokenizer is made from
the file's words, merges and rules alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelforge.exporting.gguf_file import ROPE_FACTORS
from modelforge.exporting.pretokenizers import Vocabulary, as_llama_cpp


class GgufFile:
    """What lies in a file."""

    def __init__(self, path: Path) -> None:
        from gguf import GGUFReader

        self.path = path
        self._reader = GGUFReader(path)

    def field(self, key: str, default: Any = None) -> Any:
        """A value of the header."""
        found = self._reader.get_field(key)
        return default if found is None else found.contents()

    def vocabulary(self) -> Vocabulary:
        """The tokenizer's part of the header."""
        said = "tokenizer.ggml."
        return Vocabulary(
            tokens=self.field(f"{said}tokens"),
            types=self.field(f"{said}token_type"),
            merges=self.field(f"{said}merges", []),
            pre=self.field(f"{said}pre"),
            bos=self.field(f"{said}bos_token_id"),
            eos=self.field(f"{said}eos_token_id"),
            pad=self.field(f"{said}padding_token_id"),
            add_bos=self.field(f"{said}add_bos_token", False),
        )

    def tokenizer(self) -> Any:
        """A transformers tokenizer with llama.cpp's ids; a chat template writes its own BOS."""
        from tokenizers import processors
        from transformers import PreTrainedTokenizerFast

        vocabulary = self.vocabulary()
        own = as_llama_cpp(vocabulary)
        if vocabulary.add_bos and vocabulary.bos is not None:
            bos = vocabulary.tokens[vocabulary.bos]
            own.post_processor = processors.TemplateProcessing(
                single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, vocabulary.bos)]
            )
        names = {"bos_token": vocabulary.bos, "eos_token": vocabulary.eos, "pad_token": vocabulary.pad}
        special: Any = {key: vocabulary.tokens[index] for key, index in names.items() if index is not None}
        wrapped = PreTrainedTokenizerFast(tokenizer_object=own, clean_up_tokenization_spaces=False, **special)
        wrapped.chat_template = self.field("tokenizer.chat_template")
        return wrapped

    def model(self) -> Any:
        """The weights as fp32, in the model that the file's own hyperparameters describe."""
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM

        where: Any = {"pretrained_model_name_or_path": self.path.parent, "gguf_file": self.path.name}
        config = AutoConfig.from_pretrained(**where)
        # llama.cpp goes by the key; transformers takes Qwen3's width for granted.
        config.head_dim = self.field(f"{self.field('general.architecture')}.attention.key_length")
        model: Any = AutoModelForCausalLM.from_pretrained(**where, config=config, dtype=torch.float32).eval()
        for tensor in self._reader.tensors:
            if tensor.name == ROPE_FACTORS:
                model.model.rotary_emb.inv_freq /= torch.tensor(tensor.data)
        return model
