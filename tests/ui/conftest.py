"""The app as a process of its own with the shipped networks, for the tests that mean all of it."""

import httpx
import pytest

from tests.hostile_inputs import SERVER, as_json
from tests.hub.app_process import running


@pytest.fixture(scope="session")
def app():
    with running(TF_CPP_MIN_LOG_LEVEL="2", PYTHONUNBUFFERED="1") as app:
        app.first_answer()
        yield app


@pytest.fixture(scope="session")
def client(app):
    with httpx.Client(base_url=f"http://127.0.0.1:{app.port}", timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def ask(client):
    """`ask("draw", "examine", data)`: a function of a widget, as the page calls it."""
    components = client.get("/config").json()["components"]
    ids = {c["props"].get("elem_id", ""): c["id"] for c in components}

    def call(widget, function, data):
        body = {"session_hash": "s", "fn_name": function, "data": data}
        body["component_id"] = ids[f"lab-{widget}"]
        return client.post(
            SERVER, content=as_json(body), headers={"Content-Type": "application/json"}
        )

    return call
