"""The index of runs, models and datasets. The folders are the truth; this can be rebuilt from them at any time."""
