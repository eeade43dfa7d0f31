"""Owns the server-rendered pages by audience: portal, field, desk, setup.

Promises: every page is in the URL table, works by keyboard and without a map, speaks Chinese and English.
Never: writes a row; it calls operations.
"""
