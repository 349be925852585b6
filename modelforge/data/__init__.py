"""Files → rows → canonical rows: formats, readers, shapes, duplicates and the split."""
