"""Owns the pages for grid workers on a phone.

Promises: one entry, asked once; only what the scheme asks.
Never: writes a row; it calls operations.
"""
