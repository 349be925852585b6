"""Libraries that say nothing on the terminal while a command loads a model."""

from __future__ import annotations

import warnings


def quiet_libraries() -> None:
    """No loading bars, and no notes of transformers: a fresh head that an adapter fills is no news to a user."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers\.")
