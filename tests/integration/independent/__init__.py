"""A slow, plain evaluator of the sample group's standings, to doubt the pipeline with.

Written from the programs' bulletins (the rulebook files) and the raw inbox files alone: csv, json,
datetime, fractions, yaml and python-calamine. Nothing here imports a room of the project, and the
rooms import nothing from here; where the two disagree, one of them is wrong. Comparing them is the
work of tests/integration/test_standings_independent.py.
"""
