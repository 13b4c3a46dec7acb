"""One file per page of app/navigation.py; each runs alone under `streamlit run`."""
