"""File names, which may hold anything."""

import os
from pathlib import Path


def plain(path: Path) -> str:
    """The name of the file as text that every encoding can carry."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def shown(path: Path, longest: int = 60) -> str:
    """The name of the file for a sentence: on one line, and not endless."""
    name = "".join(each if each.isprintable() else " " for each in plain(path))
    return name if len(name) <= longest else f"{name[: longest - 11]}…{name[-10:]}"
