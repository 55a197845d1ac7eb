"""Numbers that mean one thing: pure functions of arrays and texts, one file a kind of question.

Import the file that answers yours (`from summarizer.metrics import agreement`). Where a measure
does not exist for what it was given, it is None, never NaN and never 0.
"""
