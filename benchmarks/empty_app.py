"""The least that Gradio can serve: a page with nothing on it, for the cold start."""

import sys

import gradio as gr


def main() -> None:
    """Serve it on the port of the command line until the process is ended."""
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Markdown("Nothing here.")
    demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)


if __name__ == "__main__":
    main()
