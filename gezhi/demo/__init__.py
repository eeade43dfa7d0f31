"""Owns the demo district: generated boundaries, people and cases over real place names.

Promises: every case goes through the engine; nobody real can be hit.
Never: is imported by a room below it.
"""
