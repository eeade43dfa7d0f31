"""Owns settings, their typed environment readers, URLs and the WSGI entry.

Promises: every setting is read once, typed, and fails loudly when it is wrong.
Never: holds a rule of any plan.
"""
