"""Owns what every room stands on: clock, ids, journal and hash chain, outbox, files, crypto.

Promises: small, typed, without knowledge of the rooms above.
Never: becomes a drawer of helpers.
"""
