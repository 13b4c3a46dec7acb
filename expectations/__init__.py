"""Great Expectations suites as Python, one module per family of tables, and the one runner.

Here: what must hold of the data, how bad it is when it doesn't, and asking it of prepared frames.
Not here: making the frames (`orchestration.gates`) and what a failed check does to a run
(`orchestration.assets.checks`).
"""
