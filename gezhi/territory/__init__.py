"""Owns the tree of areas, boundaries, their history, and routing of a point to its grid.

Promises: the past stays right when grids change; no point is lost.
Never: stores a coordinate that is not WGS-84.
"""
