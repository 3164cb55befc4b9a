"""Take the README's pictures again: `python app.py` in one terminal, this in another."""

import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ADDRESS = os.environ.get("MNISTLAB", "http://127.0.0.1:7860")
DARK = {"color_scheme": "dark"}
PHONE = {"device_scale_factor": 1.5, "is_mobile": True, "has_touch": True}
# name: the address, the size of the window, and how it is opened
PICTURES = {
    "draw": ("?digit=test:17", (1280, 930), {}),
    "denoise": ("?tab=denoise&digit=test:17&noise=0.5&seed=7", (1280, 1050), DARK),
    "sample": ("?tab=sample&digit=test:17", (1280, 1180), {}),
    "interpolate": ("?tab=interpolate&digit=test:17&b=test:8", (1280, 1080), DARK),
    "map": ("?tab=map&digit=test:17", (1280, 780), {}),
    "phone": ("?digit=test:17", (360, 780), PHONE),
}


def main() -> None:
    """Write each picture beside this file, in 255 colours."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, (query, (width, height), options) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, **options)
            page.goto(f"{ADDRESS}/{query}")
            page.wait_for_selector("main canvas:visible")
            page.wait_for_timeout(5000)  # until the last answer is painted
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            small = picture.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            small.save(Path(__file__).with_name(f"{name}.png"), optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
