"""The one place of shared Streamlit code: the frame, who is signed in, and the parts screens are made of."""
