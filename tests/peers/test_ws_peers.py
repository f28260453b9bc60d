#!/usr/bin/python3
# timeout: 240 s
"""WebSocket over our TLS against servers we did not write: npm's ws, python3-websockets, libwebsockets, and nginx and haproxy in between."""
import base64
import contextlib
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
import zlib

from peers import Client, HERE, HOST, Server, TMP, Wrong, case, certificate, free_port, main, same, skip, tool

CA = ("--ca", TMP + "/ca.pem")
LIMIT = 16 << 20  # of peer_client
SIZES = (0, 1, 125, 126, 127, 65535, 65536, 1 << 20, LIMIT)


def crc(n):
    return f"{zlib.crc32((b'abcdefghijklmnopqrstuvwxyz' * (n // 26 + 1))[:n]):08x}"


def text_crc(text):
    return f"{zlib.crc32(text.encode()):08x}"


def open_ws(c, port, path, extra="", host=HOST):
    c.connect(port)
    c.do("ws", f"{host}:{port}", path, extra)
    c.wait("upgraded")


def message(c, kind, n):
    event = c.wait(kind, seconds=30)
    same((int(event["n"]), event["crc"]), (n, crc(n)), f"{kind} of {n} bytes")


# ---- what each server must go through ----

def echo(start):
    with start() as s, Client(*CA) as c:
        open_ws(c, s.port, "/echo")
        for n in SIZES:
            for kind in ("text", "binary"):
                for pieces in (1, 3, 50) if n else (1, 3):
                    c.do(kind, n, pieces)
                    message(c, kind, n)
    return f"up to {LIMIT >> 20} MB, in 1, 3 and 50 frames"


def pieces(start):
    with start() as s, Client(*CA) as c:
        for kind in ("text", "binary"):
            for n, k in ((0, 2), (1, 1), (10, 10), (300, 7), (1 << 20, 100), (LIMIT, 1), (LIMIT, 2), (LIMIT, 1000)):
                open_ws(c, s.port, f"/pieces/{n}/{k}/{kind}")
                message(c, kind, n)
                c.drop()


def too_big(start):
    with start() as s, Client(*CA) as c:
        for k in (1, 2, 100):
            open_ws(c, s.port, f"/pieces/{LIMIT + 1}/{k}/binary")
            same(c.wait("wsfailed")["code"], "1009", f"{LIMIT + 1} bytes in {k} frames")
            c.wait("closed", seconds=30)


def pings(start):
    with start() as s, Client(*CA) as c:
        for data in ("p", "x" * 125):
            open_ws(c, s.port, "/ping/" + data)
            same(c.wait("ping")["crc"], text_crc(data), "their ping")
            same(c.wait("text")["crc"], text_crc("pong " + data), "our pong, as they got it")
        for data in ("", "ours", "y" * 125):
            c.do("ping", data)
            same(c.wait("pong")["crc"], text_crc(data), "their pong")


def closes(start, without_code=True):
    codes = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4000, 4999)
    with start() as s, Client(*CA) as c:
        for code in codes:
            open_ws(c, s.port, f"/close/{code}/%C3%A4%20{code}")
            event = c.wait("wsclose")
            same((event["code"], event["crc"]), (str(code), text_crc(f"ä {code}")), "their close")
            c.wait("closed")
        for code, reason in ((1000, "bye"), (1001, ""), (1011, "r" * 123), (4321, "ü")):
            open_ws(c, s.port, "/echo")
            c.do("wsclose", code, reason)
            same(c.wait("wsclose")["code"], str(code), "their answer to our close")
            c.wait("closed")
            s.wait_said(f"over {code} {reason}\n", 1)
        if without_code:
            open_ws(c, s.port, "/empty")
            same(c.wait("wsclose")["code"], "1005", "a close without a code")
            c.wait("closed")
        open_ws(c, s.port, "/echo")
        c.do("wsclose", 1005, "")
        same(c.wait("wsclose")["code"], "1005", "ours without a code")
        c.wait("closed")
        open_ws(c, s.port, "/abort")
        c.wait("closed")
    return f"{len(codes)} codes of theirs, 4 of ours, none, abort"


def broken(start):
    rows = (
        ("c10161", 1002, "compressed, though nobody agreed to it"),
        ("a10161", 1002, "reserved bit 2"),
        ("830161", 1002, "unknown opcode"),
        ("800161", 1002, "a continuation of nothing"),
        ("01016181", 1002, "a message inside a message"),
        ("8181000000000061", 1002, "masked by a server"),
        ("0900", 1002, "a ping in pieces"),
        ("897e007e", 1002, "a ping of 126 bytes"),
        ("817e0001", 1002, "a length in too many bytes"),
        ("827f8000000000000000", 1002, "the highest bit of a length"),
        ("827f0000000001000001", 1009, "one byte over the limit"),
        ("880100", 1002, "half a close code"),
        ("880203ed", 1002, "close code 1005"),
        ("880303e8ff", 1007, "a reason that is no UTF-8"),
    )
    with start() as s, Client(*CA) as c:
        for frame, code, remark in rows:
            times = s.said().count(f"over {code}")
            open_ws(c, s.port, "/raw/" + frame + ("00" if frame == "01016181" else ""))
            same(c.wait("wsfailed")["code"], str(code), remark)
            s.wait_said(f"over {code}", times + 1)
            c.drop()
    return f"{len(rows)} ways, each told by our close code"


def all_of(name, start):
    for what, run in (("messages", echo), ("fragments", pieces), ("over the limit", too_big), ("pings", pings),
                      ("closing", closes), ("breaking the protocol", broken)):
        case(f"{name}: {what}", run, start)


# ---- servers ----

def python_ws():
    port = free_port()
    return Server(["/usr/bin/python3", HERE + "/ws_echo.py", str(port), "ec.key", "ec.pem"], port)


def node_ws():
    port = free_port()
    return Server([tool("node", "nodejs"), "ws_echo.js", str(port), TMP + "/ec.key", TMP + "/ec.pem"], port, cwd=TMP + "/npm")


def npm_installed():
    """The locked version, in the temporary folder; why not, where npm cannot."""
    if not tool("npm") or not tool("node", "nodejs"):
        return "node or npm is not installed"
    os.mkdir(TMP + "/npm")
    for name in ("package.json", "package-lock.json", "ws_echo.js"):
        shutil.copy(f"{HERE}/{name}", TMP + "/npm")
    try:
        r = subprocess.run([tool("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=TMP + "/npm",
                           capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "npm ci: no answer within 60 s"
    return "npm ci: " + r.stderr.strip().splitlines()[-1] if r.returncode else ""


# ---- upgrades: nginx and haproxy in front, and statuses ----

STATUSES = (
    ("return 301 /echo", "REFUSED", 301, 0),
    ("return 302 https://other.test/", "REFUSED", 302, 0),
    ("return 307 /echo", "REFUSED", 307, 0),
    ("return 200 hello", "REFUSED", 200, 0),
    ("return 400", "REFUSED", 400, 0),
    ("return 401", "AUTH", 401, 0),
    ("return 403", "AUTH", 403, 0),
    ("return 404", "REFUSED", 404, 0),
    ("return 418", "LIMIT", 418, 0),
    ("add_header Retry-After 120 always; return 418", "LIMIT", 418, 120),
    ("return 429", "LIMIT", 429, 0),
    ("add_header Retry-After 7 always; return 429", "LIMIT", 429, 7),
    ("return 500", "REFUSED", 500, 0),
    ("add_header Retry-After 30 always; return 503", "LIMIT", 503, 30),
    ("add_header Retry-After 'Fri, 31 Dec 1999 23:59:59 GMT' always; return 503", "REFUSED", 503, 0),
    ("proxy_pass http://127.0.0.1:1", "REFUSED", 502, 0),
)


def nginx(inner):
    port = free_port()
    places = "".join(f"location = /status{i} {{ {row[0]}; }}\n" for i, row in enumerate(STATUSES))
    temp = "".join(f"{k}_temp_path {TMP}; " for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(TMP + "/nginx.conf", "w", encoding="ascii") as f:
        f.write(f"""daemon off; master_process off; pid {TMP}/nginx.pid; error_log stderr;
events {{}}
http {{ access_log off; {temp}
	server {{ listen 127.0.0.1:{port} ssl; ssl_certificate ec.pem; ssl_certificate_key ec.key;
		{places}
		location / {{ proxy_pass http://127.0.0.1:{inner}; proxy_http_version 1.1;
			proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }} }} }}
""")
    return Server([tool("nginx"), "-p", TMP, "-e", "stderr", "-c", TMP + "/nginx.conf"], port)


def haproxy(inner):
    port = free_port()
    with open(TMP + "/haproxy.cfg", "w", encoding="ascii") as f:
        f.write(f"""defaults
	mode http
	timeout client 10s
	timeout connect 10s
	timeout server 10s
	timeout tunnel 60s
frontend f
	bind 127.0.0.1:{port} ssl crt {TMP}/ec.both
	default_backend b
backend b
	server s 127.0.0.1:{inner}
""")
    return Server([tool("haproxy"), "-db", "-q", "-f", TMP + "/haproxy.cfg"], port)


def through(front):
    inner = free_port()
    with Server(["/usr/bin/python3", HERE + "/ws_echo.py", str(inner)], inner), front(inner) as s, Client(*CA) as c:
        open_ws(c, s.port, "/echo")
        for n in SIZES:
            c.do("binary", n, 1)
            message(c, "binary", n)
        c.do("wsclose", 1000, "")
        c.wait("wsclose")
        c.wait("closed")


def statuses():
    with nginx(1) as s, Client(*CA) as c:
        for i, (what, err, status, retry_after_s) in enumerate(STATUSES):
            c.connect(s.port)
            c.do("ws", HOST, f"/status{i}", "")
            event = c.wait("refused")
            same((event["err"], int(event["status"]), int(event["retry_after_s"])), (err, status, retry_after_s), what)
            c.wait("closed")
    return f"{len(STATUSES)} answers"


class Scripted:
    """A TLS server of Python's that answers each upgrade by the next of `answers`, in pieces of so many bytes a record."""

    def __init__(self, answers):
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(TMP + "/ec.pem", TMP + "/ec.key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.requests = []
        threading.Thread(target=self.run, args=(answers,), daemon=True).start()

    def run(self, answers):
        for answer, step in answers:
            raw = self.listener.accept()[0]
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with raw, contextlib.suppress(OSError):  # the client leaves as soon as it knows
                self.serve(raw, answer, step)

    def serve(self, raw, answer, step):
        with self.tls.wrap_socket(raw, server_side=True) as s:
            self.requests.append(s.recv(4096).decode())
            key = self.requests[-1].split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
            data = answer(accept_of(key))
            for at in range(0, len(data), step):
                s.sendall(data[at:at + step])
            while s.recv(4096):
                pass


def accept_of(key):
    return base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()


def upgrade(accept, *lines, status="101 Switching Protocols"):
    head = (f"HTTP/1.1 {status}", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}", *lines)
    return "\r\n".join((*head, "", "")).encode()


HELLO = b"\x81\x05hello"
ANSWERS = (
    (lambda a: upgrade(a) + HELLO, "upgraded", "OK", "a frame in the record of the answer"),
    (lambda a: upgrade(a, "X: " + "y" * 7900) + HELLO, "upgraded", "OK", "nearly 8 KB of header"),
    (lambda a: upgrade(a, "X: " + "y" * 8192), "refused", "TOO_LONG", "more than 8 KB of header"),
    (lambda a: b"z" * 9000, "refused", "TOO_LONG", "no end of header"),
    (lambda a: upgrade(a, "Sec-WebSocket-Extensions: permessage-deflate"), "refused", "PROTOCOL", "compression imposed"),
    (lambda a: upgrade(a, "Sec-WebSocket-Protocol: chat"), "refused", "PROTOCOL", "subprotocol imposed"),
    (lambda a: upgrade(("y" if a[0] == "x" else "x") + a[1:]), "refused", "PROTOCOL", "another Sec-WebSocket-Accept"),
    (lambda a: upgrade(a).replace(b"Upgrade: w", b"Upgrade: h"), "refused", "PROTOCOL", "upgraded to something else"),
    (lambda a: upgrade(a).replace(b"HTTP/1.1", b"HTTP/2.0"), "refused", "SYNTAX", "not HTTP/1"),
    (lambda a: upgrade(a, " folded"), "refused", "SYNTAX", "a folded line"),
    (lambda a: upgrade(a, status="200 OK"), "refused", "REFUSED", "the right lines, but 200"),
)


def scripted(rows, steps):
    s = Scripted([(row[0], step) for row in rows for step in steps])
    with Client(*CA) as c:
        for _, event, err, remark in rows:
            for step in steps:
                c.connect(s.port)
                c.do("ws", HOST, "/", "")
                got = c.wait("upgraded", "refused")
                same((got["event"], got["err"]), (event, err), f"{remark}, {step} bytes a record")
                if event == "upgraded":
                    same(c.wait("text")["crc"], text_crc("hello"), remark)
                c.drop()
    for request in s.requests:
        if "extension" in request.lower():
            raise Wrong("an extension was offered: " + request)
    return f"{len(rows)} answers, {len(steps)} ways to cut each"


def each_byte():
    """Cut once, at each byte of the answer and of the frame behind it."""
    n = len(ANSWERS[0][0]("a" * 28))
    return scripted(ANSWERS[:1], range(1, n + 1))


# ---- libwebsockets ----

def libwebsockets():
    """Its protocols are named ones, and we ask for none: it upgrades to its default, and pings and closes are the library's."""
    port = free_port()
    server = Server([tool("libwebsockets-test-server"), f"--port={port}", "--interface=lo", "--ssl",
                     "-C", TMP + "/ec.pem", "-K", TMP + "/ec.key"], port)
    with server as s, Client(*CA) as c:
        open_ws(c, s.port, "/")
        c.do("ping", "ours")
        same(c.wait("pong")["crc"], text_crc("ours"), "its pong")
        c.do("wsclose", 1000, "")
        same(c.wait("wsclose")["code"], "1000", "its answer to our close")
        c.wait("closed")
        c.connect(s.port)
        c.do("ws", HOST, "/", "Sec-WebSocket-Protocol: dumb-increment-protocol")
        same(c.wait("refused")["err"], "PROTOCOL", "an answer with a subprotocol")
        c.wait("closed")


def lws_built():
    """A server of our own on the library, since its test server echoes nothing; why not, where it cannot be built."""
    if not tool("cc") or not os.path.exists("/usr/include/libwebsockets.h"):
        return "a compiler or libwebsockets-dev is not installed"
    made = subprocess.run([tool("cc"), "-O1", "-o", TMP + "/lws_echo", HERE + "/lws/lws_echo.c", "-lwebsockets"],
                          capture_output=True, text=True, timeout=60)
    return made.stderr.strip() if made.returncode else ""


def lws():
    port = free_port()
    return Server([TMP + "/lws_echo", str(port), TMP + "/ec.key", TMP + "/ec.pem"], port)


def run():
    certificate("ec")
    all_of("python3-websockets", python_ws)
    why = npm_installed()
    if why:
        skip("npm's ws", why)
    else:
        all_of("npm's ws", node_ws)
    for name, front in (("nginx", nginx), ("haproxy", haproxy)):
        if tool(name):
            case(f"{name} in between", through, front)
        else:
            skip(f"{name} in between", "not installed")
    if tool("nginx"):
        case("nginx: upgrades refused", statuses)
    if tool("libwebsockets-test-server"):
        case("libwebsockets", libwebsockets)
    else:
        skip("libwebsockets", "libwebsockets-test-server is not installed")
    why = lws_built()
    if why:
        skip("libwebsockets, a server of ours", why)
    else:
        for what, go in (("messages", echo), ("fragments", pieces), ("over the limit", too_big), ("pings", pings)):
            case(f"libwebsockets: {what}", go, lws)
        case("libwebsockets: closing", closes, lws, False)  # it cannot close without a code
    case("answers to the upgrade", scripted, ANSWERS, (1 << 20, 1000, 1))
    case("an answer cut at each byte", each_byte)


main(run)
