"""Owns what telephones take along and what they bring back: downloads by cursor, records by key, photos in pieces.

Promises: a record counts at most once, also when the reply was lost; each fails alone; what is refused can be mended.
Never: a second way to write; every record ends in an operation of the room that it belongs to.
"""
