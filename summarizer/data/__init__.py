"""Data sets: one manifest form, readers into it, the benchmark files, and what fetches them."""
