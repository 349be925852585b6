"""A model whose chat template takes tools."""

import shutil
from pathlib import Path


def with_tools(tiny_model: Path, folder: Path) -> Path:
    """The tiny model with a template that takes tools."""
    template = (
        "{{ bos_token }}{% if tools %}<tools>{{ tools | tojson }}</tools>{% endif %}{% for m in messages %}"
        "<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}<call>{{ c.function | tojson }}</call>"
        "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    copy = folder / "with-tools"
    shutil.copytree(tiny_model, copy)
    (copy / "chat_template.jinja").write_text(template)
    return copy
