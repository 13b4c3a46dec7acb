"""What is asked of one published file in scenarios and plans, for the app and the command line.

Here: published rows as the pure inputs of programs/, and the words of levers as moves.
Not here: the arithmetic and the search (programs/), what is kept of the answers (notebook/),
printing and drawing (orchestration/cli/, app/).
"""
