"""One theme of our own: paper and ink, system fonts, one accent. The tokens live in `lab.css`."""

import gradio as gr

FONTS = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Helvetica Neue",
    "Arial",
    "sans-serif",
)
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Gradio's own parts (toasts, tabs, anything a tab adds) in the colours of the bench."""
    base = gr.themes.Base(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="stone",
        font=FONTS,
        font_mono=MONO,
    )
    return base.set(
        body_background_fill="#f4f3ef",
        body_background_fill_dark="#131518",
        body_text_color="#1c1e21",
        body_text_color_dark="#eae8e3",
        body_text_color_subdued="#5b5f66",
        body_text_color_subdued_dark="#a3a7ae",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#1a1d21",
        border_color_primary="#d9d6cd",
        border_color_primary_dark="#31363c",
        color_accent="#0b6b66",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
    )
