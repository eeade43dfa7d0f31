"""Owns the `gezhi` command line: one module a command, thin over the rooms.

Promises: --help with an example, progress on a terminal, exit codes for scripts (0 done, 1 found wrong, 2 misuse).
Never: decides anything itself.
"""
