"""A web server on this machine that publishes one file and can have faults."""

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves ``body`` at /model.bin with ranges, as a good server does.

    ``breaks`` are numbers of bytes after which the connection is cut, one entry for each further
    request that sends something. ``stalls`` is the number of bytes after which nothing more comes
    until `go_on`. ``answers`` are statuses for the next requests in place of the file. ``asked``
    are the Range headers received, in order.
    """

    def __init__(self, body, etag='"one"'):
        self.body, self.etag = body, etag
        self.ranges = True
        self.tells_length = True
        self.breaks, self.answers, self.asked = [], [], []
        self.stalls = None
        self.redirect = None
        self.go_on = threading.Event()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Bound", (_Handler,), {"at": self})
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def root(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def address(self):
        return f"{self.root}/model.bin"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    at = None

    def do_GET(self):
        server, wanted = self.at, self.headers.get("Range")
        server.asked.append(wanted)
        if server.answers:
            self.send_error(server.answers.pop(0))
        elif server.redirect and self.path == "/model.bin":
            self.send_response(302)
            self.send_header("Location", server.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._file(server, wanted)

    def _file(self, server, wanted):
        begin = 0
        fresh = self.headers.get("If-Range") in (None, server.etag)
        if wanted and server.ranges and fresh:
            begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
        if begin > len(server.body):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        rest = server.body[begin:]
        if begin:
            last = len(server.body) - 1
            self.send_header("Content-Range", f"bytes {begin}-{last}/{len(server.body)}")
        if server.tells_length:
            self.send_header("Content-Length", str(len(rest)))
        if server.etag:
            self.send_header("ETag", server.etag)
        self.end_headers()
        self.close_connection = True
        if server.breaks:
            rest = rest[: server.breaks.pop(0)]
        if server.stalls is not None:
            self.wfile.write(rest[: server.stalls])
            rest = rest[server.stalls :]
            server.go_on.wait()
        with contextlib.suppress(
            ConnectionError
        ):  # the client closed the connection, or was killed
            self.wfile.write(rest)

    def log_message(self, *_):
        """Write nothing to stderr."""
