"""One lesson: either plain text, or a conversation whose answers are to be learned."""

from dataclasses import dataclass

BOS, EOS, PAD = "<|bos|>", "<|end|>", "<|pad|>"
SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"


@dataclass(frozen=True, slots=True)
class Lesson:
    """`turns` are (question, answer) pairs; `text` is used where there are none."""

    turns: tuple[tuple[str, str], ...] = ()
    text: str = ""
    system: str = ""

    def as_chat(self) -> str:
        """The conversation as the chat template of the starter renders it."""
        head = f"{SYSTEM}{self.system}{EOS}" if self.system else ""
        body = "".join(f"{USER}{asked}{EOS}{ASSISTANT}{answer}{EOS}" for asked, answer in self.turns)
        return f"{BOS}{head}{body}" if self.turns else f"{BOS}{self.text}{EOS}"

    def as_text(self) -> str:
        """The same without roles: questions and answers on lines of their own."""
        body = "\n".join(f"{asked}\n{answer}" for asked, answer in self.turns)
        return body or self.text


def ask(question: str, answer: str) -> Lesson:
    """A lesson of one question."""
    return Lesson(turns=((question, answer),))
