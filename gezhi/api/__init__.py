"""Owns the REST doors for other systems.

Promises: the published OpenAPI document, idempotent intake, errors that name field and fix.
Never: a second path around operations and access.
"""
