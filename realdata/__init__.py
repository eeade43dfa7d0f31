"""Checks against real records that are not shipped: what the product computes, beside what was really so.

`python -m realdata` runs every check and prints a table. The data lie in ../shared/data, or where
GEZHI_SHARED_DATA says.
"""
