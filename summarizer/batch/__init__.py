"""Many videos: in one process, on all cores or on a cluster, with the same results."""
