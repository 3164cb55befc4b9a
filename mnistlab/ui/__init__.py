"""The page: Gradio's shell, one widget a tab, and what the server answers to each."""

from mnistlab.ui.uploads import use_own_folder

use_own_folder()  # before any room below imports Gradio
