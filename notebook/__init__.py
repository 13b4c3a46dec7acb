"""The group's own notebook: what people decided and saved, kept beside what is computed.

Here: the tables, their migrations, and reading and writing them. Nothing here is an input of a
published figure, and nothing of it can be made anew from files: it is backed up, never rebuilt.
Not here: what a saved scenario means (programs/), who may see it (app/access.py gives the scope).
"""
