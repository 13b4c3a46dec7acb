"""How each vendor writes its files: one module a vendor, each with `files(world)`.

Here: names, columns, date forms and codes of the extracts, as text in a row.
Not here: what happened (the modules above), what is wrong with some of the files on purpose
(faults).
"""
