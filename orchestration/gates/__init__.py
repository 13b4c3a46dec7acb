"""Gates: the frames that suites look at, and asking them all in one place.

Frames are small: keys, counts per file, whole cents, because Great Expectations takes pandas and
two seconds per million rows. What must hold of a frame belongs to `expectations`; what a failed
gate does to a run, to `orchestration.assets.checks`.
"""
