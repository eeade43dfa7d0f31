"""Owns messages out: inbox, mail, signed webhooks and their log of deliveries.

Promises: sent at most once per message and channel, retried, every attempt recorded.
Never: decides who is told; the scheme does.
"""
