"""What `make bench` measures: our work beside a yardstick, in one run, on one machine."""
