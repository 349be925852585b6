"""What this machine has, and what a run needs of it. Nothing here imports torch."""
