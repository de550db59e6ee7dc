"""YAML as every content file is read: plain data only, by LibYAML where it is there."""

from typing import Any

import yaml

YAMLError = yaml.YAMLError
# LibYAML reads all files in a third of a second; the loader in plain Python needs ten times that.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def loaded(text: str) -> Any:
    """Raises YAMLError."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders


def in_one_line(error: Exception) -> str:
    """What the parser says of a fault, over several lines, for a sentence of ours."""
    return " ".join(str(error).split())
