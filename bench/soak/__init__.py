"""What this program bears: kills, damaged files, crowds. `make soak` runs all of it; the tests a
part of the same."""
