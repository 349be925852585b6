"""Shared fixtures. The environment is set before any library is imported: offline, one thread, no telemetry."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    TOKENIZERS_PARALLELISM="false",
    OMP_NUM_THREADS="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",  # never the keyring of whoever runs the tests
    TERM="dumb",
    COLUMNS="120",
)
for variable in [name for name in os.environ if name.startswith("MODELFORGE_")]:
    del os.environ[variable]

LONG = (
    "convergence/test_support_converges.py",
    "providers/test_pinned_commits.py",
    "faults/test_killed_server.py",
    "faults/test_killed_worker.py",
    "training/test_kill_and_resume_small.py",
    "training/test_kill_and_resume.py",
    "convergence/test_reading_converges.py",
    "convergence/test_rewards_converge.py",
    "routers/test_finetuning.py",
    "routers/test_models.py",
    "training/test_every_key.py",
    "security/test_fuzz.py",
    "security/test_paths.py",
    "data/test_fuzz.py",
    "providers/test_hub_access.py",
)
"""The files that take longest: begun at once, so that no process waits for another at the end."""

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>\n"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|end|>{% endgeneration %}"
    "{% else %}{{ m.content }}<|end|>{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


settings.register_profile("every change", derandomize=True, deadline=None)
settings.register_profile("full", deadline=None, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    """Property tests try the same cases on every change, and ever new ones with `--full`."""
    settings.load_profile("full" if config.getoption("--full") else "every change")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; all others stay in their order."""
    tests = Path(__file__).parent
    order = {tests / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the full figures of docs/concepts/promises.md, not CI's")
    parser.addoption("--device", choices=("cpu", "cuda"), default="cpu", help="where the cells of tests/matrix train")


@pytest.fixture(scope="session")
def figure(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """(figure of every change, full figure) → the one in force: the second with `--full`."""
    full = request.config.getoption("--full")
    return lambda small, large: large if full else small


@pytest.fixture
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes started from here do not count covered lines: for what is timed, or takes minutes even so."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that the environment names."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MODELFORGE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama of 2 layers of 32 and a byte-level tokenizer with a chat template: loads at once."""
    return make_tiny_model(tmp_path_factory.mktemp("tiny-model"))


def make_tiny_model(folder: Path) -> Path:
    """Write the tiny model, seeded, into `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    specials = ["<|pad|>", "<|bos|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate([*specials, *alphabet])}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<|pad|>",
        bos_token="<|bos|>",
        eos_token="<|end|>",
        additional_special_tokens=["<|system|>", "<|user|>", "<|assistant|>"],
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def lively(tiny_model: Path) -> tuple[Any, Any]:
    """(model, tokenizer) in fp32, with weights so large that next tokens are decided, not tied."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(12)
    return model, AutoTokenizer.from_pretrained(tiny_model)
