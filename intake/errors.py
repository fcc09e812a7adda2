"""What actions refuse, as sentences: what happened, what is kept, what to do."""


class Refused(Exception):
    """An action was not carried out; nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotPossibleNow(Refused):
    """The state does not allow it; the sentence says what the state is and what can be done."""


class NotAllowed(Refused):
    """The person may not do it."""


class InvalidValue(Refused):
    """A value that its field cannot hold; `field` is the form's, where it is one of several."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class UnknownField(Refused):
    """A save names a field that this call does not have."""


class StaleRevision(Refused):
    """A save is based on a text that has been replaced since; `text` is the stored one."""

    def __init__(self, *, field: str, revision: int, text: str) -> None:
        super().__init__(
            "This text was changed somewhere else. Both texts are kept: choose which one stands."
        )
        self.field = field
        self.revision = revision
        self.text = text


class HeldElsewhere(Refused):
    """Another page of the same call is the one that writes."""


class NotReady(Refused):
    """An intake lacks what a submission needs; `problems` are (field name, sentence)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("The intake was not submitted; everything typed is kept.")
        self.problems = problems


class NamesReporter(Refused):
    """A record seems to name the reporting party, and nobody said that it is meant so."""

    def __init__(self) -> None:
        super().__init__(
            "The intake was not submitted yet: it seems to name the reporting party. Edit the "
            "places below, or say that the words stay. Everything typed is kept."
        )
