"""Owns ledgers: entries of premises, households, enterprises, care cases, with every change of theirs.

Promises: nobody overwrites another side's word in silence; what is sensitive is sealed, masked and looked at on record.
Never: decides what a form asks; the scheme does.
"""
