"""Owns the processes of one machine: embedded PostgreSQL, web server, worker.

Promises: starts what is missing, stops what it started, recovers after kill -9.
Never: knows what a case is.
"""
