"""The HTTP edge: the gateway around Streamlit, sign-in, downloads, health and the interfaces for machines."""
