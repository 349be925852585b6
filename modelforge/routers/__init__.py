"""HTTP in, HTTP out: no rule, no SQL, no try."""
