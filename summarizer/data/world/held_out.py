"""The scene templates and sentence patterns of one test. Training imports this module nowhere."""

import json
from functools import cache
from importlib.resources import files


@cache
def held_out() -> dict:
    """Templates and patterns that no training has seen."""
    return json.loads(files(__package__).joinpath("held_out.json").read_text(encoding="utf-8"))
