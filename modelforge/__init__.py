"""ModelForge fine-tunes Hugging Face models and proves that they got better."""

import logging
import os

__version__ = "2.0.0"

# OpenMP's threads wait by spinning unless told otherwise before torch is loaded. On two cores with one other busy
# process that made training ten times slower; waiting quietly costs about a tenth where nothing else runs.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# On a CPU, bitsandbytes tells at every import which faster kernel it did not find, though nothing may be quantised.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
