"""Our client as a process (`Client`), servers of others (`Server`), certificates, and how a script of this folder counts."""
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get("SAKER_BIN") or os.path.join(HERE, "../../build/release/bin")
CLIENT = os.path.join(os.path.dirname(os.path.abspath(BIN)), "tests/peers/peer_client")
HOST = "venue.test"
TMP = tempfile.mkdtemp(prefix="saker-peers-")
counts = {"ok": 0, "bad": 0, "skip": 0}


class Wrong(Exception):
    pass


def same(got, want, what=""):
    if got != want:
        raise Wrong(f"{what}: got {got!r}, expected {want!r}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listening(port):
    """Whether somebody listens there, without connecting: servers that take one connection would lose it."""
    want = f"{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        if any(r[1].endswith(":" + want) and r[3] == "0A" for r in rows):
            return True
    return False


class Server:
    """A process that listens on `port`; ended when the block is left."""

    def __init__(self, argv, port, cwd=TMP, env=None):
        self.port = port
        self.log = tempfile.NamedTemporaryFile("w+", dir=TMP, delete=False)
        self.proc = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=self.log, stderr=self.log, cwd=cwd,
                                     env=env and {**os.environ, **env}, text=True, start_new_session=True)
        end = time.monotonic() + 20
        while not listening(port):
            if self.proc.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Wrong(f"{argv[0]} does not listen: {self.said()[-800:]}")
            time.sleep(0.02)

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_said(self, text, times):
        end = time.monotonic() + 10
        while self.said().count(text) < times:
            if time.monotonic() > end:
                raise Wrong(f"the server did not say {text!r} {times} times: {self.said()[-400:]}")
            time.sleep(0.005)

    def type(self, text):
        self.proc.stdin.write(text)
        self.proc.stdin.flush()

    def stop(self):
        if self.proc.poll() is None:
            self.proc.terminate()
            try:
                self.proc.wait(5)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        self.proc.stdin.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Client:
    """peer_client: `do` sends a command, `wait` reads events up to one of that name."""

    def __init__(self, *options):
        self.proc = subprocess.Popen([CLIENT, *map(str, options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buf = b""
        self.seen = []
        self.over = True

    def do(self, *words):
        self.proc.stdin.write("\t".join(map(str, words)).encode() + b"\n")
        self.proc.stdin.flush()

    def line(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.buf:
            left = max(0, end - time.monotonic())
            if not select.select([self.proc.stdout], [], [], left)[0]:
                raise Wrong(f"no event within {seconds} s; before: {self.seen[-6:]}")
            got = os.read(self.proc.stdout.fileno(), 65536)
            if not got:
                raise Wrong(f"peer_client ended ({self.proc.wait()}); before: {self.seen[-6:]}")
            self.buf += got
        line, self.buf = self.buf.split(b"\n", 1)
        line = line.decode()
        self.seen.append(line)
        self.over = line.startswith(("closed", "failed")) or (self.over and not line.startswith("open"))
        return line

    def wait(self, *names, seconds=15):
        """The next event of one of these names, as a dict; `data` and the like in between are passed over."""
        ends = {"failed", "closed", "refused", "wsfailed"} - set(names)
        while True:
            name, _, rest = self.line(seconds).partition(" ")
            if name in names:
                head, _, why = rest.partition("why=")
                event = dict(w.split("=", 1) for w in head.split())
                return {**event, "event": name, "why": why.strip('"')}
            if name in ends:
                raise Wrong(f"{self.seen[-1]} while waiting for {names}")

    def connect(self, port, host=HOST, **want):
        self.do("connect", port, host)
        opened = self.wait("open")
        for key, value in want.items():
            same(opened[key], value, key)
        return opened

    def drop(self):
        """Leaves without a word, whatever was under way."""
        self.do("drop")
        while self.line(15) != "dropped":
            pass

    def data(self, n):
        """Waits until `n` bytes of plaintext came; their CRC."""
        while True:
            event = self.wait("data")
            if int(event["n"]) >= n:
                same(int(event["n"]), n, "bytes of plaintext")
                return event["crc"]

    def stop(self):
        self.proc.stdin.close()
        try:
            self.proc.wait(5)
        except subprocess.TimeoutExpired:
            self.proc.kill()
        self.proc.stdout.close()
        same(self.proc.returncode, 0, "peer_client's exit")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.proc.kill()
            self.proc.wait()
        else:
            self.stop()


def openssl(*argv, stdin=None):
    r = subprocess.run(["openssl", *argv], input=stdin, capture_output=True, text=True, cwd=TMP)
    if r.returncode:
        raise Wrong(f"openssl {argv[0]}: {r.stderr}")
    return r.stdout


def certificate(name, *, days=30, key="ec", more_names=0):
    """NAME.pem (leaf), NAME.key and NAME.both, by the authority ca.pem; `days` may be negative, `more_names` make it long."""
    algorithm = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if key == "rsa" else \
        ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    if not os.path.exists(TMP + "/ca.pem"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                "-out", "ca.pem", "-days", "30", "-subj", "/CN=peers authority")
    openssl("genpkey", *algorithm, "-out", name + ".key")
    csr = openssl("req", "-new", "-key", name + ".key", "-subj", "/CN=" + name)
    with open(TMP + "/ext", "w", encoding="ascii") as f:
        names = "".join(f",DNS:{i}.another-name-of-no-use.test" for i in range(more_names))
        f.write(f"subjectAltName=DNS:{HOST},IP:127.0.0.1{names}\n")
    openssl("x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", str(days), "-extfile", "ext",
            "-out", name + ".pem", stdin=csr)
    with open(f"{TMP}/{name}.both", "w", encoding="ascii") as both:
        for part in (".pem", ".key"):
            with open(TMP + "/" + name + part, encoding="ascii") as f:
                both.write(f.read())


def tool(*names):
    """The first of these programs that is here; None where none is."""
    for n in names:
        path = shutil.which(n) or shutil.which(n, path="/usr/sbin:/sbin")
        if path:
            return path
    return None


def skip(what, why):
    counts["skip"] += 1
    print(f"  SKIP  {what}: {why}")


def case(what, run, *args):
    try:
        note = run(*args)
        counts["ok"] += 1
        print(f"  ok    {what}{': ' + note if note else ''}", flush=True)
    except (Wrong, OSError, subprocess.SubprocessError) as e:
        counts["bad"] += 1
        print(f"  FAIL  {what}: {e}", flush=True)


def main(run):
    if not os.access(CLIENT, os.X_OK):
        print(f"{CLIENT} is not built: make unit")
        sys.exit(77)
    try:
        run()
    finally:
        shutil.rmtree(TMP, ignore_errors=True)
    print("{ok} passed, {bad} failed, {skip} skipped".format(**counts))
    sys.exit(1 if counts["bad"] else 0)
