"""Owns the pages of the district's office: scheme, areas, people.

Promises: nothing is put into force unchecked.
Never: writes a row; it calls operations.
"""
