"""One question to a site in this process, without a client library: for tests that ask thousands."""

from urllib.parse import unquote, urlencode


class Answer:
    """What came back, whole."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.text = body.decode()


async def ask(site, method, path, form=None, *, client="127.0.0.1", cookie=""):
    """`form` is posted as a browser would; `client` is the address it comes from."""
    body = urlencode(form).encode() if form is not None else b""
    headers = [(b"host", b"milepost.example"), (b"accept", b"text/html")]
    if form is not None:
        headers += [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": (client, 1),
        "server": ("milepost.example", 443),
        "state": {},
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await site(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:]))
