"""How `llama_cpp_ids.json` was made: llama.cpp itself, asked for the ids of the probe texts under each of our rules.

`python ask_llama_cpp.py write FOLDER` in ModelForge's environment writes the starter with each rule as a GGUF file;
`python ask_llama_cpp.py ask FOLDER > llama_cpp_ids.json` in one with `pip install cyllama` (0.2.18 here) asks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def write(folder: Path) -> None:
    """One file for each rule, and the texts."""
    from dataclasses import replace

    from transformers import AutoModelForCausalLM, AutoTokenizer

    from modelforge.exporting.architectures import architecture_of
    from modelforge.exporting.gguf_file import write_gguf
    from modelforge.exporting.gguf_vocabulary import read_vocabulary
    from modelforge.exporting.pretokenizers import PRE_TOKENIZERS
    from modelforge.exporting.probe_texts import TEXTS
    from modelforge.starter import starter_path

    model = AutoModelForCausalLM.from_pretrained(starter_path("chat"))
    bare = read_vocabulary(AutoTokenizer.from_pretrained(starter_path("chat")), model.config.vocab_size, ())
    architecture = architecture_of(model.config, "q8_0")
    for rule in PRE_TOKENIZERS:
        vocabulary = replace(bare, pre=rule.name)
        path = folder / f"{rule.name}.gguf"
        write_gguf(path, model, architecture, "q8_0", name="starter", vocabulary=vocabulary, template=None)
    (folder / "texts.json").write_text(json.dumps(TEXTS))


def ask(folder: Path) -> dict[str, list[list[int]]]:
    """Rule → the ids of each text."""
    import cyllama.llama.llama_cpp as llama

    llama.disable_logging()
    texts = json.loads((folder / "texts.json").read_text())
    found = {}
    for path in sorted(folder.glob("*.gguf")):
        model = llama.LlamaModel(str(path))
        found[path.stem] = [list(model.get_vocab().tokenize(text, False, True)) for text in texts]
    return found


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        lines = [f'"{rule}": {json.dumps(ids)}' for rule, ids in ask(Path(sys.argv[2])).items()]
        print("{\n" + ",\n".join(lines) + "\n}")  # noqa: T201
