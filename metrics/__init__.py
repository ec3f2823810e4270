"""Counts → rates → distance from the law → alerts → one published snapshot.

QuestionError (ValueError)    what was asked cannot be answered (unknown metric, unit, source, period); Vietnamese
"""


class QuestionError(ValueError):
    """A question that cannot be answered: the text says what was found, what is expected, what to do."""
