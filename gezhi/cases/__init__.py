"""Owns cases: the append-only log, its fold, holds, clocks, intake, joint parts.

Promises: one door for every change; replaying the log gives the same state; expiry runs exactly once.
Never: computes a limit itself (gezhi.schemes does) or updates a written event.
"""
