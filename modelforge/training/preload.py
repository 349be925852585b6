"""What every run imports, imported once: the forkserver loads this module, and each worker starts with it loaded.

Importing must not touch an accelerator: a process forked after that could not use it.
"""

from __future__ import annotations

import peft  # noqa: F401
import torch  # noqa: F401
import transformers  # noqa: F401
from trl import SFTConfig, SFTTrainer  # noqa: F401

import modelforge.training.engine  # noqa: F401
