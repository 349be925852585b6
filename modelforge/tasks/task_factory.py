"""Task name → task."""

from __future__ import annotations

from typing import ClassVar

from modelforge.exceptions import ConfigurationError
from modelforge.tasks.extractive_question_answering import ExtractiveQuestionAnswering
from modelforge.tasks.summarization import Summarization
from modelforge.tasks.task import Task
from modelforge.tasks.text_classification import TextClassification
from modelforge.tasks.text_generation import TextGeneration


class TaskFactory:
    """One line per task."""

    tasks: ClassVar[dict[str, type[Task]]] = {
        TextGeneration.name: TextGeneration,
        Summarization.name: Summarization,
        TextClassification.name: TextClassification,
        ExtractiveQuestionAnswering.name: ExtractiveQuestionAnswering,
    }

    @classmethod
    def create_task(cls, name: str) -> Task:
        """The task called `name`.

        Raises:
            ConfigurationError: there is no such task.
        """
        if name not in cls.tasks:
            raise ConfigurationError(f"There is no task {name!r}.", hint=f"Known tasks: {', '.join(cls.tasks)}.")
        return cls.tasks[name]()
