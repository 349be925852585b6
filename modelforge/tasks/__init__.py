"""What one example looks like: columns, rendering, model head, generation, metrics."""
