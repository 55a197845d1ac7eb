"""What can go wrong, as one sentence: what was wrong, with the numbers, and the way out."""


class SummarizerError(Exception):
    """The one family of errors a person may see; its text is meant for them."""


class MediaError(SummarizerError):
    """The file can't be read, decoded or played, or is over a limit."""


class PreferenceError(SummarizerError):
    """The wish, the length or another choice makes no sense."""


class PresetError(SummarizerError):
    """The preset or a setting is unknown, or lacks what it needs to run here."""


class WeightsError(PresetError):
    """Weights are missing, damaged, refused or out of reach, or don't fit the model."""


class OutputError(SummarizerError):
    """A result can't be written where it was asked for."""
