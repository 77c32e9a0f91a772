"""Starts, watches and stops everything on one machine, with nothing but a bare Python.

Only the standard library is imported here: these modules run before any dependency exists.
"""
