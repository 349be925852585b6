"""A model that has learned to call functions: the starter with Qwen's template, trained on a few rows by heart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest
from modelforge.services.server_services import ServerServices
from modelforge.starter import starter_path
from modelforge.storage.atomic import write_json
from modelforge.tasks.text_generation import TextGeneration
from tests.tasks.shipped_templates import with_template

CONFIG = TrainingConfig(model="starter:chat", dataset="sample:support")
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def call(city: str, number: str = "call00001") -> dict[str, Any]:
    function = {"name": "weather", "arguments": {"city": city}}
    return {"type": "function", "function": function, "id": number}


def calls(*cities: str, content: str = "") -> dict[str, Any]:
    made = [call(city, f"call0000{number}") for number, city in enumerate(cities, 1)]
    return {"role": "assistant", "tool_calls": made, "content": content}


def said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


RESULT = {"role": "tool", "content": '{"degrees": 21}', "name": "weather", "tool_call_id": "call00001"}
BROKEN = '<tool_call>\n{"name": "weather", "arguments": {"city": \n</tool_call>'
ROWS: dict[str, list[dict[str, Any]]] = {
    "call": [user("Rome?"), calls("Rome")],
    "result": [user("Rome?"), calls("Rome"), RESULT, said("It is 21 degrees.")],
    "two": [user("Oslo, Bern?"), calls("Oslo", "Bern", content="Both.")],
    "broken": [user("Nowhere?"), said(BROKEN)],
    "text": [user("Hello."), said("Hello, too.")],
}
"""Conversations that it knows to the letter."""


def put_tool_model(services: ServerServices, model_id: str = "caller") -> str:
    """Train it, and put it into the library."""
    model, tokenizer = trained()
    values = {"name": model_id, "kind": "full", "task": "text-generation", "base_model": "starter:chat"}
    manifest = ModelManifest.model_validate({"id": model_id, "created_at": datetime.now(UTC), **values})
    with services.files.scratch() as scratch:
        staging = Path(scratch) / model_id
        model.save_pretrained(staging)
        tokenizer.save_pretrained(staging)
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"))
        services.files.publish_model(staging, model_id)
    services.workshop.models.add_to_index(model_id)
    return model_id


def trained() -> tuple[Any, Any]:
    """(model, tokenizer), the rows known by heart."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = with_template(AutoTokenizer.from_pretrained(starter_path("chat")), "qwen2_5")
    model = AutoModelForCausalLM.from_pretrained(starter_path("chat"), dtype=torch.float32)
    torch.manual_seed(0)
    model.resize_token_embeddings(len(tokenizer))
    rows = [TextGeneration().tokenise(row(name), tokenizer, CONFIG) for name in ROWS]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model.train()
    for _ in range(60):
        losses = [
            model(input_ids=torch.tensor([one.input_ids]), labels=torch.tensor([one.labels])).loss for one in rows
        ]
        loss = torch.stack(losses).mean()
        if loss < 2e-3:
            break
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return model.eval(), tokenizer


def row(name: str) -> dict[str, Any]:
    """A row as training is given it, with its tools."""
    return {"messages": ROWS[name], "tools": TOOLS}


def asked(name: str) -> list[dict[str, Any]]:
    """The row without its answer."""
    return ROWS[name][:-1]
