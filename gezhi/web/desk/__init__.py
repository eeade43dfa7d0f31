"""Owns the pages for stations, centres, departments, leaders.

Promises: a filter is a link; an action asks only what the scheme asks.
Never: writes a row; it calls operations.
"""
