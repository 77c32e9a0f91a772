"""Why an archive could not be written or read: one sentence for whoever typed the command."""


class ArchiveProblem(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
