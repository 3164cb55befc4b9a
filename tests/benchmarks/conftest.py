"""One lab and one stock app for all the tries of the scripts."""

import pytest

from benchmarks.apps import ours, running, stock, wait_for_networks, wait_for_page


@pytest.fixture(scope="session")
def lab_app():
    with running(ours()) as app:
        wait_for_page(app)
        wait_for_networks(app, app.component("lab-draw"))
        yield app


@pytest.fixture(scope="session")
def stock_app():
    with running(stock()) as app:
        wait_for_page(app)
        yield app
