"""A Hub of the tests' own: real HTTP on loopback, as much of the interface as the client uses.

    with Hub() as hub:
        hub.fault("POST", "/commit/", status(503))        # the next such request
        hub.fault("GET", "/resolve/", cut(1000), times=9)  # the next nine

A fault is a function of the request and of the handler that would have answered: it gives back a
`Reply`, or None to hang up without one.
"""

import base64
import hashlib
import json
import re
import socket
import struct
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_good"  # the token of the user "me", who may write to me/*
REGULAR = (".md", ".json", ".txt", ".py")  # everything else goes the way of large files
KINDS = {"models": "", "spaces": "spaces/", "datasets": "datasets/"}


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # decoded, without the query
    query: dict
    token: str | None
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    sent: int | None = None  # bytes of the body after which the line goes dead

    @classmethod
    def json(cls, value, status=200, **headers):
        return cls(
            status, json.dumps(value).encode(), {"Content-Type": "application/json"} | headers
        )


@dataclass(frozen=True)
class Commit:
    oid: str
    title: str
    files: dict  # content by path


@dataclass
class Repository:
    private: bool
    commits: list  # the oldest first
    tags: dict = field(default_factory=dict)

    @property
    def head(self):
        return self.commits[-1]

    def at(self, revision):
        oid = {"main": self.head.oid, **self.tags}.get(revision, revision)
        return next((commit for commit in self.commits if commit.oid == oid), None)

    def commit(self, title, files, deleted=()):
        kept = {path: data for path, data in self.head.files.items() if path not in deleted}
        oid = hashlib.sha1(f"{title} {len(self.commits)}".encode()).hexdigest()
        self.commits.append(Commit(oid, title, kept | files))
        return oid


class Hub:
    """The server and everything that it stores, open to be looked at and tampered with."""

    def __init__(self):
        self.repositories = {}  # by (kind, name)
        self.large_files = {}  # by sha256
        self.requests = []
        self.faults = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.hub = self
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def fault(self, method, pattern, act, times=1):
        self.faults.append([method, pattern, act, times])

    def asked(self, method, pattern):
        """The requests so far of a method whose path a pattern is found in."""
        return [r for r in self.requests if r.method == method and re.search(pattern, r.path)]

    def create(self, name, files=None, kind="models", private=False):
        """A repository, with the first commit that the Hub itself makes."""
        first = Commit(hashlib.sha1(name.encode()).hexdigest(), "initial commit", {})
        repository = Repository(private, [first])
        self.repositories[kind, name] = repository
        if files:
            repository.commit("first files", files)
        return repository

    def answer(self, request):
        self.requests.append(request)
        for fault in self.faults:
            method, pattern, act, times = fault
            if times and method == request.method and re.search(pattern, request.path):
                fault[3] -= 1
                return act(request, self.route)
        return self.route(request)

    def route(self, request):
        for method, pattern, answer in ROUTES:
            if found := re.fullmatch(pattern, request.path):
                if request.token not in (None, TOKEN):
                    return _refused("Invalid credentials in Authorization header")
                if request.method in method.split():
                    return answer(self, request, **found.groupdict())
        return Reply.json({"error": "not found"}, 404)

    # What the client asks for, in the order in which it does.

    def whoami(self, request):
        if request.token is None:
            return _refused("Invalid username or password.")
        return Reply.json({"type": "user", "name": "me", "orgs": [{"name": "club"}], "auth": {}})

    def create_repo(self, request):
        wanted = json.loads(request.body)
        if request.token is None:
            return _refused("Invalid username or password.")
        owner = wanted["organization"] or "me"
        if owner not in ("me", "club"):
            return Reply.json({"error": "Forbidden"}, 403)
        kind, name = f"{wanted.get('type', 'model')}s", f"{owner}/{wanted['name']}"
        exists = (kind, name) in self.repositories
        if not exists:
            self.create(name, kind=kind, private=wanted.get("visibility") == "private")
        url = {"url": f"{self.endpoint}/{KINDS[kind]}{name}"}
        return Reply.json(url, 409 if exists else 200)

    def validate_yaml(self, request):
        return Reply.json({"errors": [], "warnings": []})

    def preupload(self, request, kind, name, revision):
        files = self._readable(request, kind, name).at(revision).files
        answers = []
        for file in json.loads(request.body)["files"]:
            path = file["path"]
            regular = path.endswith(REGULAR)
            answers.append(
                {"path": path, "uploadMode": "regular" if regular else "lfs", "shouldIgnore": False}
            )
            if path in files:
                answers[-1]["oid"] = _blob(files[path]) if regular else _sha256(files[path])
        return Reply.json({"files": answers})

    def batch(self, request, kind, name):
        objects = json.loads(request.body)["objects"]
        for item in objects:
            if item["oid"] not in self.large_files:
                places = {"upload": f"/lfs/{item['oid']}", "verify": "/lfs-verify"}
                item["actions"] = {
                    action: {"href": self.endpoint + place, "header": {}}
                    for action, place in places.items()
                }
        return Reply.json({"transfer": "basic", "objects": objects})

    def put(self, request, oid):
        assert _sha256(request.body) == oid
        self.large_files[oid] = request.body
        return Reply()

    def verify(self, request):
        return Reply()

    def commit(self, request, kind, name, revision):
        repository = self._readable(request, kind, name)
        if request.token is None:
            return _refused("Invalid username or password.")
        header, *rest = [json.loads(line) for line in request.body.splitlines()]
        parent = header["value"].get("parentCommit", repository.head.oid)
        if parent != repository.head.oid:
            return Reply.json({"error": "A commit has happened since. Please refresh."}, 412)
        files, deleted = {}, set()
        for key, value in ((line["key"], line["value"]) for line in rest):
            if key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                files[value["path"]] = self.large_files[value["oid"]]
            else:
                deleted.add(value["path"])
        oid = repository.commit(header["value"]["summary"], files, deleted)
        url = f"{self.endpoint}/{KINDS[kind]}{name}/commit/{oid}"
        return Reply.json({"success": True, "commitOid": oid, "commitUrl": url})

    def info(self, request, kind, name, revision="main"):
        repository = self._readable(request, kind, name)
        commit = repository.at(revision)
        if commit is None:
            return _missing("RevisionNotFound")
        siblings = (
            [
                {"rfilename": entry.pop("path"), "blobId": entry.pop("oid"), **entry}
                for entry in map(_entry, *zip(*commit.files.items(), strict=True))
            ]
            if commit.files
            else []
        )
        if "blobs" not in request.query:
            siblings = [{"rfilename": sibling["rfilename"]} for sibling in siblings]
        return Reply.json(
            {
                "id": name,
                "modelId": name,
                "sha": commit.oid,
                "private": repository.private,
                "tags": [],
                "siblings": siblings,
            }
        )

    def tree(self, request, kind, name, revision):
        files = self._readable(request, kind, name).at(revision).files
        return Reply.json([{"type": "file", **_entry(*item)} for item in files.items()])

    def refs(self, request, kind, name):
        repository = self._readable(request, kind, name)
        tags = [
            {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": oid}
            for tag, oid in repository.tags.items()
        ]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repository.head.oid}
        return Reply.json({"branches": [main], "converts": [], "tags": tags})

    def commits(self, request, kind, name, revision):
        commits = self._readable(request, kind, name).commits[::-1]
        return Reply.json(
            [
                {
                    "id": commit.oid,
                    "title": commit.title,
                    "message": "",
                    "authors": [{"user": "me"}],
                    "date": "2026-01-01T00:00:00.000Z",
                }
                for commit in commits
            ]
        )

    def tag(self, request, kind, name, revision):
        repository = self._readable(request, kind, name)
        tag = json.loads(request.body)["tag"]
        if tag in repository.tags:
            return Reply.json({"error": "Tag already exists"}, 409)
        repository.tags[tag] = repository.at(revision).oid
        return Reply()

    def resolve(self, request, kind, name, revision, path):
        commit = self._readable(request, kind or "models", name).at(revision)
        if commit is None:
            return _missing("RevisionNotFound")
        if path not in commit.files:
            return _missing("EntryNotFound", **{"X-Repo-Commit": commit.oid})
        data = commit.files[path]
        tag = _blob(data) if path.endswith(REGULAR) else _sha256(data)
        return Reply(body=data, headers={"X-Repo-Commit": commit.oid, "ETag": f'"{tag}"'})

    def _readable(self, request, kind, name):
        repository = self.repositories.get((kind.rstrip("/"), name))
        if repository is None or (repository.private and request.token is None):
            raise AbsentError(_missing("RepoNotFound", 404 if request.token else 401))
        return repository


class AbsentError(Exception):
    """Carries the reply that says so."""


_NAME = r"(?P<name>[\w.-]+/[\w.-]+?)"
_API = rf"/api/(?P<kind>models|spaces|datasets)/{_NAME}"
_REVISION = "(?P<revision>[^/]+)"
_GIT = rf"/(?P<kind>spaces/|datasets/|){_NAME}"
ROUTES = [
    ("GET", "/api/whoami-v2", Hub.whoami),
    ("POST", "/api/repos/create", Hub.create_repo),
    ("POST", "/api/validate-yaml", Hub.validate_yaml),
    ("POST", rf"{_API}/preupload/{_REVISION}", Hub.preupload),
    ("POST", rf"{_GIT}\.git/info/lfs/objects/batch", Hub.batch),
    ("PUT", "/lfs/(?P<oid>[0-9a-f]{64})", Hub.put),
    ("POST", "/lfs-verify", Hub.verify),
    ("POST", rf"{_API}/commit/{_REVISION}", Hub.commit),
    ("GET", _API, Hub.info),
    ("GET", rf"{_API}/revision/{_REVISION}", Hub.info),
    ("GET", rf"{_API}/tree/{_REVISION}", Hub.tree),
    ("GET", rf"{_API}/refs", Hub.refs),
    ("GET", rf"{_API}/commits/{_REVISION}", Hub.commits),
    ("POST", rf"{_API}/tag/{_REVISION}", Hub.tag),
    ("HEAD GET", rf"{_GIT}/resolve/{_REVISION}/(?P<path>.+)", Hub.resolve),
]


# Faults.


def status(code):
    """An answer of the server's own: 503, 401, ..."""
    return lambda request, route: Reply.json({"error": "a fault of the test's"}, code)


def html(request, route):
    """What a captive portal says to everything."""
    return Reply(body=b"<html>Log in</html>", headers={"Content-Type": "text/html"})


def hang_up(request, route):
    """The request is never looked at."""
    return None


def lose_answer(request, route):
    """The request is carried out, but nobody hears of it."""
    route(request)
    return None


def cut(after):
    """The line goes dead after so many bytes of the body."""
    return lambda request, route: replace(route(request), sent=after)


def corrupt(request, route):
    """One bit is flipped on the way; the size is what it was."""
    reply = route(request)
    middle = len(reply.body) // 2
    flipped = bytes([reply.body[middle] ^ 1])
    return replace(reply, body=reply.body[:middle] + flipped + reply.body[middle + 1 :])


def after(act):
    """Something else happens first."""

    def fault(request, route):
        act()
        return route(request)

    return fault


class BlackHole:
    """A port that takes connections and never says anything."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        return self

    def __exit__(self, *_):
        self._socket.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        hub = self.server.hub
        url = urlsplit(self.path)
        bearer = self.headers.get("Authorization")
        request = Request(
            self.command,
            unquote(url.path),
            parse_qs(url.query),
            bearer.removeprefix("Bearer ") if bearer else None,
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        try:
            reply = hub.answer(request)
        except AbsentError as absent:
            reply = absent.args[0]
        if reply is None:
            self._hang_up()
            return
        self.send_response(reply.status)
        for key, value in reply.headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: reply.sent])
        if reply.sent is not None:
            self.wfile.flush()
            self._hang_up()

    do_GET = do_HEAD = do_POST = do_PUT = handle_any  # noqa: N815

    def _hang_up(self):
        """As a network does that vanishes: a reset, no goodbye."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.shutdown(socket.SHUT_RDWR)


def _sha256(data):
    return hashlib.sha256(data).hexdigest()


def _blob(data):
    """As git names a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _entry(path, data):
    entry = {"path": path, "size": len(data), "oid": _blob(data)}
    if not path.endswith(REGULAR):
        entry["lfs"] = {
            "oid": _sha256(data),
            "sha256": _sha256(data),
            "size": len(data),
            "pointerSize": 130,
        }
    return entry


def _refused(message):
    return Reply.json({"error": message}, 401, **{"X-Error-Message": message})


def _missing(code, status=404, **headers):
    message = "Invalid username or password." if status == 401 else "Not found"
    return Reply.json(
        {"error": message}, status, **{"X-Error-Code": code, "X-Error-Message": message}, **headers
    )
