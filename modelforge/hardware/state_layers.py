"""Layers that carry a state from token to token: convolutions, recurrences, state spaces, linear attention.

Attention is told by positions which tokens belong together. A state is not: it runs on from one row into the next
where rows lie behind one another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LAYER_KINDS = ("layer_types", "layers_block_type", "block_types")
"""Keys of `config.json` under which families say what each layer is."""
STATELESS = re.compile(r"((?!linear).*_)?attention|mlp|moe")
SIZES_OF_STATES = re.compile(r"mamba|ssm|conv|lru|recurrent|state_size|time_step")
"""What the keys contain that say how large a state is, where no key names the layers: `mamba_d_state`, `conv_L_cache`,
`linear_conv_kernel_dim`, `lru_width`."""


def carries_state(config: Mapping[str, Any]) -> bool:
    """Whether a `config.json` (the part that describes the language model) has such layers. A kind of layer that is
    not known counts as one."""
    kinds = [kind for key in LAYER_KINDS for kind in config.get(key) or ()]
    return any(not STATELESS.fullmatch(str(kind)) for kind in kinds) or any(map(SIZES_OF_STATES.search, config))
