"""What the starter models learn from: one file per kind of lesson, all generated from a seeded `random.Random`."""
