"""How good the results are, measured beside what anybody could do without looking."""
