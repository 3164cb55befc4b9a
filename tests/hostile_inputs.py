"""What anybody may send to the app: honest requests, and several hundred that are spoilt."""

import base64
import io
import json

import numpy as np
from PIL import Image

API = "/gradio_api"
SERVER = f"{API}/component_server/"
TOOLS = f"{API}/mcp/"
FOR_TOOLS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",  # both, as MCP wants it
}

JUNK = (
    None, True, -1, 7, 2**70, 1e308, float("nan"), float("-inf"), "", "x", "é\u202e\0", "A" * 3000,
    "../../etc/passwd", "<script>alert(1)</script>", [], [None], [2**70, 0], [0.5, float("nan")],
    [[1]], {}, {"test": -1}, {"ink": "??"}, {"digit": 7},
)  # fmt: skip


def _digit():
    pixels = np.zeros((28, 28), np.uint8)
    pixels[5:23, 12:16] = 255
    return base64.b64encode(pixels.tobytes()).decode()


DIGIT = _digit()
NOISE = {"digit": DIGIT, "kind": "gaussian", "strength": 0.5, "seed": 7}
WALK = {"a": {"test": 1}, "b": {"test": 2}, "plain": "vanilla", "steps": 3, "path": "linear"}
DRAW = {"source": "vae", "seed": 1, "temperature": 1.0, "digit": None}

# Every function of every widget, with a request that it answers.
HONEST = {
    ("draw", "examine"): {"test": 3},
    ("draw", "resample"): {"digit": DIGIT, "model": "vae", "seed": 1},
    ("draw", "shelf"): {},
    ("draw", "read_picture"): {"picture": ""},  # filled in below
    ("noise", "spoil"): NOISE,
    ("denoise", "denoise"): NOISE,
    ("denoise", "curves"): {},
    ("sample", "sheet"): {**DRAW, "count": 2},
    ("sample", "tally"): DRAW,
    ("sample", "dimensions"): {"model": "vae", "digit": DIGIT},
    ("sample", "turn"): {"model": "vae_2d", "code": [0.5, -1]},
    ("interpolate", "shelf"): {},
    ("interpolate", "ways"): WALK,
    ("interpolate", "corners"): {
        **{k: {"test": i} for i, k in enumerate("abcd")},
        "path": "linear",
    },
    ("interpolate", "keep"): {**WALK, "as": "png"},
    ("map", "overview"): {},
    ("map", "locate"): {"digit": DIGIT},
    ("map", "decode_at"): {"model": "vae_2d", "z": [0, 0]},
    ("models", "catalogue"): {},
    ("models", "portrait"): {"model": "vae"},
    ("models", "filters"): {"model": "vanilla", "first": 0},
    ("models", "replay"): {"model": "vae"},
    ("models", "source"): {"model": "vae"},
}
COSTLY = {("sample", "tally"), ("interpolate", "keep"), ("map", "overview")}

# Every endpoint, with values that it answers; IMAGE stands for an uploaded picture.
IMAGE = object()
ENDPOINTS = {
    "reconstruct": [IMAGE, True],
    "add_noise": [IMAGE, "gaussian", 0.5, 0],
    "denoise": [IMAGE],
    "sample": ["gan", 2, 0, 1.0, None],
    "interpolate": [IMAGE, IMAGE, "vae", 3, "linear"],
    "decode": ["ae_2d", [0, 0]],
}
ENDPOINT_JUNK = (None, True, -1, 2**70, float("nan"), "x" * 300, [], [0, 1e30], {"a": [{}]})


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def drawing(shape=(300, 240)):
    """A one, black on white."""
    grey = np.full(shape, 255, np.uint8)
    grey[shape[0] // 6 : -shape[0] // 6, shape[1] // 2 - 12 : shape[1] // 2 + 12] = 0
    return grey


def saved(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def pictures():
    """Files that somebody may upload, by what is the matter with them."""
    whole = png(drawing())
    nan = Image.fromarray(np.full((30, 30), np.nan, np.float32))
    rng = np.random.default_rng(0)
    return {
        "empty": b"",
        "text": b"hello",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "html in a png": b"<!doctype html><script>alert(1)</script>",
        "cut": whole[: len(whole) // 2],
        "header alone": whole[:33],
        "bomb": saved(Image.new("1", (9_000, 9_000))),
        "larger bomb": saved(Image.new("1", (20_000, 20_000))),
        "large": b"\x89PNG\r\n\x1a\n" + bytes(2_000_100),
        "one pixel": png(np.zeros((1, 1), np.uint8)),
        "a line": png(np.zeros((1, 20000), np.uint8)),
        "a column": png(np.zeros((20000, 1), np.uint8)),
        "not numbers": saved(nan, "TIFF"),
        "white": png(np.full((60, 60), 255, np.uint8)),
        "black": png(np.zeros((60, 60), np.uint8)),
        "noise": png(rng.integers(0, 256, (90, 90), dtype=np.uint8)),
        "a dot": png(np.where(np.hypot(*np.mgrid[-40:40, -40:40]) < 9, 0, 255).astype(np.uint8)),
        "postscript": saved(Image.fromarray(drawing()), "EPS"),
        **{f"damaged {i}": _damaged(whole, i) for i in range(8)},
        **{
            f"mode {mode}": saved(Image.fromarray(drawing()).convert(mode), "TIFF")
            for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "F", "I")
        },
    }


def _damaged(file, seed):
    rng = np.random.default_rng(seed)
    data = bytearray(file)
    for place in rng.integers(8, len(data), 12):
        data[place] = rng.integers(256)
    return bytes(data)


def widget_cases():
    """(widget, function, data): each field of each honest request spoilt, and whole requests."""
    picture = base64.b64encode(png(drawing())).decode()
    for (widget, function), honest in HONEST.items():
        if function == "read_picture":
            honest = {"picture": picture}
        junk = JUNK[::4] if (widget, function) in COSTLY else JUNK
        for value in (None, 7, "text", [], {}, {"nobody": "asked"}):
            yield widget, function, value
        for field in honest:
            for value in junk:
                yield widget, function, {**honest, field: value}
            yield widget, function, {key: honest[key] for key in honest if key != field}
    for text in ("", "AA==", "/////w==", "kJkB", "hQA=", "AAAA", "kZkB", "A" * 30_000, "kA=="):
        yield "draw", "examine", {"ink": text}
        yield "interpolate", "ways", {**WALK, "a": {"ink": text}}
    for text in ("A" * 3000, "AAAA", "?"):
        yield "map", "locate", {"digit": text}
    yield "map", "locate", {"digit": base64.b64encode(bytes(784)).decode()}
    yield "noise", "spoil", {**NOISE, "digit": base64.b64encode(bytes(784)).decode()}
    for file in pictures().values():
        yield "draw", "read_picture", {"picture": base64.b64encode(file).decode()}


def endpoint_cases():
    """(endpoint, data): each value spoilt, and lists of the wrong length."""
    for name, honest in ENDPOINTS.items():
        yield name, []
        yield name, [*honest, 1]
        for place in range(len(honest)):
            for value in ENDPOINT_JUNK:
                yield name, [*honest[:place], value, *honest[place + 1 :]]
    meta = {"_type": "gradio.FileData"}
    for path in ("/etc/passwd", "../../etc/passwd", "http://127.0.0.1:1/a.png", "\0", "", 7, ["a"]):
        yield "denoise", [{"path": path, "meta": meta}]
        yield "denoise", [{"path": path, "url": "https://localhost/", "meta": meta, "size": -1}]
        yield "decode", ["ae_2d", [{"path": path, "meta": meta}]]
    yield "denoise", [{"path": "/etc/passwd", "meta": meta, "is_stream": True}]


def tool_cases(file, address):
    """(tool, arguments) of MCP: a picture of the machine and one of an address among them."""
    data = {"path": file, "meta": {"_type": "gradio.FileData"}}
    for image in (
        file, f"file://{file}", data, [data], {**data, "url": address}, {"video": data}, None, 7,
        address, address.upper(), {**data, "path": address}, "/etc/passwd", "../../etc/passwd",
        "data:", "data:image/png;base64,", "data:image/png;base64,!", "data:../../x;base64,AAAA",
        "data:text/html,<b>", "data:image/svg+xml;base64,PHN2Zy8+", "x" * 3000,
    ):  # fmt: skip
        yield "denoise", {"image": image}
    for count in (1000, -1, 2**70, float("nan"), "x", None, [data]):
        yield "sample", {"count": count}
    yield "decode", {"model": "ae_2d", "code": [0, 1e30]}
    yield "decode", {"model": "ae_2d", "code": [data]}
    yield "interpolate", {"image_a": address, "image_b": file}
    yield "denoise", {}
    yield "nothing", {}
    yield "__init__", {}


def route_cases():
    """(method, path, options of httpx): addresses that lead nowhere, odd questions of the page."""
    passwd = "etc/passwd"
    for path in (
        f"{API}/file=/{passwd}", f"{API}/file=../../{passwd}", f"{API}/file=%2f{passwd}",
        f"{API}/file=app.py", f"/file=/{passwd}", f"/file/{passwd}", f"{API}/file/app.py",
        f"{API}/file=http://127.0.0.1/", f"{API}/file=https://localhost/", f"{API}/file=",
        f"{API}/file=/proc/self/environ", f"{API}/file=%00", f"{API}/file={'a' * 5000}",
        f"/static/../../../{passwd}", f"/static/%2e%2e/%2e%2e/{passwd}", "/static/", "/assets/%00",
        f"/assets/..%2f..%2f..%2f{passwd}", f"/assets//{passwd}", "/assets/" + "a/" * 900,
        f"{API}/proxy=http://127.0.0.1/", f"{API}/proxy=https://a.hf.space/x", "/svelte/../x",
        f"{API}/custom_component/x/client/component/index.js", f"{API}/deep_link?session_hash=s",
        f"{API}/deep_link?session_hash=../x", f"{API}/runs", "/monitoring", "/monitoring/x",
        "/monitoring/summary", f"{API}/vibe-code", f"{API}/dev/reload", f"{API}/token",
        f"{API}/user", f"{API}/stream/a/b/1/playlist.m3u8", f"{API}/stream/a/b/1/c.ts",
        f"{API}/profiling/traces", "/login", "/logout", "/docs", "/redoc", "/openapi.json",
        "/pwa_icon", "/pwa_icon/99999999", "/%00", f"/..%2f..%2f{passwd}", f"//{passwd}",
        "/nothing", f"{API}/nothing", "/.git/config", "/.env", "/app.py", "/weights/vae.json",
        f"{API}/queue/data", f"{API}/upload_progress", f"{API}/call/sample", f"{API}/call/",
        f"{API}/queue/data?session_hash=nobody", f"{API}/call/sample/nothing",
        f"{API}/call/v2/sample/nothing", f"{API}/call/../run/sample", "/?" + "q" * 5000,
    ):  # fmt: skip
        yield "GET", path, {}
    for query in (
        "tab=%00&noise=NaN&seed=-1", "digit=%3Cscript%3Ealert(1)%3C/script%3E", "digit=test:99999",
        "tab=../../x", "seed=1e99&noise=-5&tab=draw&tab=noise", "a&b=&=c&%ff=%fe", "__theme=%22%3E",
        "deep_link=../../etc", "deep_link=x", "view=api", "__lang=../..", "hide=" + "x," * 900,
    ):  # fmt: skip
        yield "GET", f"/?{query}", {}
        yield "GET", f"/config?{query}", {}
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for path in ("/", "/config", SERVER, f"{API}/upload"):
            yield method, path, {}
    for path in (
        f"{API}/run/sample", f"{API}/api/sample", f"{API}/api/sample/", f"{API}/run/predict",
        "/run/predict", "/api/predict", "/login", f"{API}/process_recording", f"{API}/vibe-edit",
        f"{API}/vibe-code", f"{API}/stream/x", f"{API}/stream/x/close",
        f"{API}/call/nothing", f"{API}/call/v2/nothing", f"{API}/call/", "/", "/config",
    ):  # fmt: skip
        yield "POST", path, {"json": {"data": ["gan", 2, 0, 1.0, None], "fn_index": 3}}
    bodies = (
        b"", b"{}", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 50_000, b'{"data":' + b"9" * 5000,
        b'{"data":[]}', b'{"data":7}', b'{"data":[],"fn_index":99,"session_hash":"s"}',
        b'{"data":[],"fn_index":-1,"session_hash":"s"}', b'{"data":[],"fn_index":0}',
        b'{"data":[],"fn_index":0,"session_hash":["s"]}',
        b'{"data":[[]],"batched":true,"fn_index":5,"session_hash":"b"}',
        b'{"data":1,"component_id":99999,"session_hash":"s","fn_name":"examine"}',
        b'{"data":1,"component_id":4,"session_hash":"s","fn_name":"__init__"}',
        b'{"data":1,"component_id":4,"session_hash":"s","fn_name":"preprocess"}',
        b'{"data":1,"component_id":4,"session_hash":null,"fn_name":"examine"}',
        b'{"session_hash":"s","fn_index":0,"event_id":"x"}', b'{"event_id":"x"}',
        b'{"data":"\\ud800","session_hash":"s","fn_index":0,"event_id":"\\ud800"}',
    )  # fmt: skip
    for body in bodies:
        for path in (SERVER, f"{API}/queue/join", f"{API}/call/sample", f"{API}/call/v2/sample",
                     f"{API}/cancel", f"{API}/reset", f"{API}/upload", TOOLS):  # fmt: skip
            yield "POST", path, {"content": body, "headers": FOR_TOOLS}
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x\r\n", b"--x--", b"x" * 1000, b"--x\r\n\r\n\r\n--x--"):
        for path in (SERVER, f"{API}/upload"):
            yield "POST", path, {"content": body, "headers": form}
    for files in (
        {"files": ("../../../x.py", b"hi")}, {"other": ("x.png", b"x")}, {"files": ("\0", b"x")},
        {"files": ("a" * 3000, b"x")}, {"files": ("x.png", bytes(4_300_000))},
        {"files": ("..", b"x")}, {"files": ("..\\..\\x", b"x")}, {"files": ("a\r\nb: c", b"x")},
        [("files", ("x.png", b"x"))] * 1100,
    ):  # fmt: skip
        yield "POST", f"{API}/upload", {"files": files}
    yield "POST", f"{API}/upload", {"data": {"files": "text"}, "files": {"other": b""}}
    large = {"data": {"ink": "A" * 2_800_000}, "component_id": 4, "session_hash": "s"}
    yield "POST", SERVER, {"json": {**large, "fn_name": "examine"}}
    yield "POST", f"{API}/queue/join", {"json": {"data": ["A" * 70_000], "session_hash": "s"}}


RAW = (
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", bytes(range(256)) * 4,
    b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/1.1\r\nA\0: b\r\n\r\n",
    b"POST /gradio_api/upload HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nabcde",
    b"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabcde",
    b"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n",
    b"POST /gradio_api/component_server/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{",
)  # fmt: skip


def as_json(value):
    """JSON with NaN and infinity in it, as Python writes it and httpx would not."""
    return json.dumps(value)
