"""Owns login, second factor, the person's own settings.

Promises: passwords are never mailed or shown.
Never: writes a row; it calls operations.
"""
