"""Owns the pages for residents: report, track, sign, my grid, service guide.

Promises: report, track and sign work without JavaScript and without an account.
Never: writes a row; it calls operations.
"""
