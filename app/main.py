"""The app's entry: `streamlit run app/main.py`, or `stairstep app`.

Belongs here: nothing but the frame around the pages. Pages are app/navigation.py and app/screens/.
"""

from __future__ import annotations

from app.components import states
from app.navigation import build_navigation
from app.published import PublishedError
from app.theme import set_page

set_page()
current = build_navigation()
try:
    current.run()
except PublishedError as error:  # met below the page's heading: a part of the file isn't there
    states.unreadable(current.title, str(error))
