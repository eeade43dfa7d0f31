"""Owns what is done again and again: activities with their findings, draws, excuses, the books that write themselves.

Promises: a round is reckoned from the plan and from what was done; nobody verifies his own work.
Never: stores a round, a streak or a track; ranks people.
"""
