"""How a service says no.

Bad input is Django's ValidationError, with the field at fault. A right that lacks is PermissionDenied.
What is neither — the moment or the state forbids it — is a Refused: a French sentence that pages show
and the API answers as a problem document.
"""


class Refused(Exception):
    def __init__(self, sentence: str, *, code: str = "refuse") -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        self.code = code
