"""Owns the plan engine: source, check, model, decide, working time, explanation.

Promises: pure functions of (scheme, facts, now); exact to the second.
Never: imports Django, touches a database or reads a clock.
"""
