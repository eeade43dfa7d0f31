"""Gezhi 格治: a district's grid-governance plan, run as a program."""

__version__ = "0.1.0"
