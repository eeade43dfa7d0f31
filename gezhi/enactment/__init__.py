"""Owns scheme versions as put into force: which text, from which date, by whom.

Promises: a running case keeps its version; a version in force is never edited.
Never: interprets a rule (gezhi.schemes does).
"""
