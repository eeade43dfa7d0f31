"""Owns accounts, posts held by appointment, stand-ins, departments, residents, tokens.

Promises: what a person may see follows from the posts held now, by one predicate.
Never: mails a password or keeps one readable.
"""
