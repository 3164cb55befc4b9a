"""The page: Gradio's shell, one widget a tab, and what the server answers to each."""
