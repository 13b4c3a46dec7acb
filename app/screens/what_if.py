"""What if: a few more units, and at once what each program would pay."""

from app.components.states import nothing_here
from app.frame import open_screen

open_screen("what-if")
nothing_here("soon", "soon")
