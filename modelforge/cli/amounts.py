"""Amounts as people read them."""

from __future__ import annotations


def gib(size: int) -> str:
    """Bytes as people read them, in powers of 1,024 as the page counts them too: `1.5 GiB`, `6.7 MiB`, `48 KiB`."""
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB"
    if size < 2**20:
        return f"{size / 2**10:.0f} KiB"
    return f"{size / 2**20:.{1 if size < 10 * 2**20 else 0}f} MiB"


def duration(seconds: float) -> str:
    """Seconds as `1:02:03` or `2:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
