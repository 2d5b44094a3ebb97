"""A Django project that shows our departures in its admin, for `bench/peers.py` to measure.

It runs in the environment of `bench/peers-requirements.txt` and is no part of the program.
"""
