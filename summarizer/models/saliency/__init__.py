"""Models that were trained to say how much each second matters."""
