"""The app's entry: `streamlit run app/main.py`, or `stairstep app`.

Belongs here: nothing but the frame around the pages. Pages are app/navigation.py and app/screens/.
"""

from __future__ import annotations

from app.navigation import build_navigation
from app.theme import set_page

set_page()
current = build_navigation()
current.run()
