"""A second evaluator of rulebooks: slow, plain, written from the pages on the domain and on what a
rulebook means, and from nothing else.

Belongs here: every rule from raw sales to dollars, in whole cents and fractions, unit by unit.
It imports nothing of ours and no library; what it is compared with belongs to the tests.
"""
