"""Peers of saker-venue that nobody here wrote: curl, python3-websockets, python3-cryptography.

VENUE names the program (default build/release/bin/saker-venue), SAKER_DATA the folder of recordings.
"""
import asyncio
import base64
import gzip
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import websockets
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENUE = os.environ.get("VENUE", os.path.join(ROOT, "build/release/bin/saker-venue"))
DATA = os.environ.get("SAKER_DATA", "")
RECORDING = os.path.join(DATA, "binance/btcusdt_20240808.spot.hftbacktest.gz")
NEXT_DAY = os.path.join(DATA, "binance/btcusdt_20240809.spot.hftbacktest.gz")
STREAMS = "btcusdt@bookTicker/btcusdt@trade/btcusdt@depth@100ms"
API_KEY = "SakerVenueTestKey" + "0123456789" * 4
KEY = Ed25519PrivateKey.generate()
TMP = tempfile.mkdtemp(prefix="saker-venue-test-")


class Skip(Exception):
    pass


def check(ok, what="", *more):
    if not ok:
        raise AssertionError(" ".join([str(what)] + [str(m) for m in more]))


def same(got, want, what=""):
    check(got == want, what, "got", got, "want", want)


class Venue:
    """One run of the program. `dir` is kept between runs where it is given."""

    def __init__(self, *args, state=False, dir=None, admin=True, keys=True):
        self.dir = dir or tempfile.mkdtemp(dir=TMP)
        pem = os.path.join(self.dir, "public.pem")
        with open(pem, "wb") as f:
            f.write(KEY.public_key().public_bytes(serialization.Encoding.PEM,
                                                  serialization.PublicFormat.SubjectPublicKeyInfo))
        cmd = [VENUE, "--listen", "127.0.0.1:0", "--state" if state else "--dir", self.dir]
        cmd += ["--api-key", API_KEY, "--public-key", pem] if keys else []
        cmd += ["--admin"] if admin else []
        self.err = open(os.path.join(self.dir, "stderr"), "ab+")
        self.process = subprocess.Popen(cmd + list(args), stdout=subprocess.PIPE, stderr=self.err, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("ready "), "the venue did not start:", line, self.stderr())
        self.port = int(line.rsplit(":", 1)[1])

    def stderr(self):
        self.err.seek(0)
        return self.err.read().decode()

    def context(self):
        return ssl.create_default_context(cafile=os.path.join(self.dir, "ca.pem"))

    def curl(self, path, *args):
        """(status, body) by curl, the certificate checked for the name venue.test."""
        out = subprocess.run(["curl", "-sS", "--cacert", os.path.join(self.dir, "ca.pem"),
                              "--resolve", f"venue.test:{self.port}:127.0.0.1", "-w", "\n%{http_code}",
                              *args, f"https://venue.test:{self.port}{path}"],
                             capture_output=True, text=True, timeout=20)
        same(out.returncode, 0, "curl " + path + out.stderr)
        body, status = out.stdout.rsplit("\n", 1)
        return int(status), body

    def get(self, path, *args):
        status, body = self.curl(path, *args)
        same(status, 200, path + " " + body)
        return json.loads(body)

    def post(self, path, body=b""):
        f = tempfile.NamedTemporaryFile(dir=TMP)
        f.write(body)
        f.flush()
        return self.get(path, "-X", "POST", "--data-binary", "@" + f.name)

    def connect(self, path, **more):
        return websockets.connect(f"wss://venue.test:{self.port}{path}", host="127.0.0.1", ssl=self.context(),
                                  server_hostname="venue.test", max_size=None, max_queue=None, **more)

    def raw(self):
        """A TLS socket."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context().wrap_socket(plain, server_hostname="venue.test")

    def alive(self):
        check(self.process.poll() is None, "the venue has died:", self.stderr())
        self.get("/api/v3/ping")

    def end(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        code = self.process.wait(20)
        if sig == signal.SIGTERM:
            same(code, 0, "exit status " + self.stderr())
            for trace in ("Sanitizer", "runtime error", "Assertion"):
                check(trace not in self.stderr(), self.stderr())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            if kind:
                self.process.kill()
                self.process.wait()
            else:
                self.end()


def sign(params, key=KEY):
    params = dict(params)
    params.setdefault("apiKey", API_KEY)
    params.setdefault("timestamp", int(time.time() * 1000))
    payload = "&".join(f"{k}={params[k]}" for k in sorted(params))
    params["signature"] = base64.b64encode(key.sign(payload.encode())).decode()
    return params


class Api:
    """A WebSocket API session: calls, and the events that came meanwhile."""

    def __init__(self, ws):
        self.ws, self.events, self.last = ws, [], 0

    async def call(self, method, params=None):
        self.last += 1
        request = {"id": self.last, "method": method}
        if params is not None:
            request["params"] = params
        await self.ws.send(json.dumps(request))
        while True:
            answer = json.loads(await asyncio.wait_for(self.ws.recv(), 10))
            if "event" in answer:
                self.events.append(answer["event"])
                continue
            same(answer["id"], self.last)
            return answer

    async def ok(self, method, params=None):
        answer = await self.call(method, params)
        same(answer["status"], 200, f"{method} {answer}")
        return answer["result"]

    async def fails(self, code, method, params=None, msg=None, status=400):
        answer = await self.call(method, params)
        same((answer["status"], answer.get("error", {}).get("code")), (status, code), f"{method} {params} {answer}")
        if msg:
            same(answer["error"]["msg"], msg)

    async def signed(self, method, **params):
        return await self.ok(method, dict(params, timestamp=int(time.time() * 1000)))

    async def refused(self, code, msg, method, **params):
        await self.fails(code, method, dict(params, timestamp=int(time.time() * 1000)), msg)

    async def logon(self):
        return await self.ok("session.logon", sign({}))

    async def event(self, kind):
        while True:
            for i, e in enumerate(self.events):
                if e["e"] == kind:
                    return self.events.pop(i)
            answer = json.loads(await asyncio.wait_for(self.ws.recv(), 20))
            self.events.append(answer["event"])


def order(**more):
    usual = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "30000.00",
             "quantity": "0.00100"}
    return dict(usual, **more)


def need_data():
    if not os.path.exists(RECORDING):
        raise Skip(f"no recording at SAKER_DATA={DATA}")


def recorded(path, skip):
    """The raw messages of a recording after line `skip`, by stream."""
    with gzip.open(path, "rt") as f:
        for n, line in enumerate(f, 1):
            if n > skip:
                yield line.rstrip("\n").split(" ", 1)[1]


def apply(book, u):
    for side in "ba":
        for price, qty in u[side]:
            if float(qty):
                book[side][price] = qty
            else:
                book[side].pop(price, None)


def as_book(snapshot):
    return {"b": dict(map(tuple, snapshot["bids"])), "a": dict(map(tuple, snapshot["asks"]))}


async def follow(v, seconds):
    """Follows the streams: splices a book by the venue's rule, checks ids, counts; then compares with the venue."""
    counts, book, last, ticker, trades = {}, None, 0, 0, 0
    async with v.connect("/stream?streams=" + STREAMS) as ws:
        first = json.loads(await ws.recv())
        buffered = [first]
        loop = asyncio.get_event_loop()
        snapshot = await loop.run_in_executor(None, v.get, "/api/v3/depth?symbol=BTCUSDT&limit=5000")
        book, last = as_book(snapshot), snapshot["lastUpdateId"]
        deadline, seen = time.time() + seconds, []
        while time.time() < deadline:
            m = buffered.pop() if buffered else json.loads(await asyncio.wait_for(ws.recv(), 5))
            d, kind = m["data"], m["stream"].split("@")[1]
            counts[kind] = counts.get(kind, 0) + 1
            if kind == "depth" and d["u"] > last:
                check(d["U"] <= last + 1, "gap", d["U"], last)
                apply(book, d)
                last = d["u"]
                seen.append((last, json.loads(json.dumps(book))))
            elif kind == "bookTicker":
                check(d["u"] > ticker, "bookTicker ids grow")
                check(float(d["b"]) < float(d["a"]), "crossed", d)
                ticker = d["u"]
            elif kind == "trade":
                check(d["t"] > trades, "trade ids grow")
                trades = d["t"]
    for last, book in (seen[0], seen[len(seen) // 2], seen[-1]):
        same(as_book(v.get(f"/sim/book?updateId={last}")), book, f"book at {last}")
    same(v.curl("/sim/book?updateId=1")[0], 404, "no such update")
    return counts


def units(text):
    whole, frac = text.split(".")
    return int(whole) * 10**8 + int(frac)


def conserve(ledger, btc=10 * 10**8, usdt=10**14):
    """What was there, plus and minus every fill and commission, is what is there."""
    for f in ledger["fills"]:
        sign_ = 1 if f["isBuyer"] else -1
        btc += sign_ * units(f["qty"])
        usdt -= sign_ * units(f["quoteQty"])
        if f["commissionAsset"] == "BTC":
            btc -= units(f["commission"])
        else:
            usdt -= units(f["commission"])
    have = {b["asset"]: units(b["free"]) + units(b["locked"]) for b in ledger["balances"]}
    same((have["BTC"], have["USDT"]), (btc, usdt), "conservation")
    for o in ledger["orders"]:
        filled = sum(units(f["qty"]) for f in ledger["fills"] if f["orderId"] == o["orderId"])
        same(units(o["executedQty"]), filled, "fills of an order")


def run_all(tests):
    """Runs every test_* of a module's globals, or those named on the command line; the exit status."""
    passed = failed = skipped = 0
    if not os.path.exists(VENUE):
        print(f"0 passed, 1 failed: no {VENUE}; run make first")
        return 1
    wanted = sys.argv[1:]
    for name, test in list(tests.items()):
        if not name.startswith("test_") or (wanted and name not in wanted):
            continue
        begin = time.time()
        try:
            test()
            passed += 1
            print(f"  ok    {name} ({time.time() - begin:.1f} s)", flush=True)
        except Skip as e:
            skipped += 1
            print(f"  SKIP  {name}: {e}", flush=True)
        except Exception as e:  # a failure of any kind is one failed test
            failed += 1
            print(f"  FAIL  {name}: {type(e).__name__}: {e}", flush=True)
            if os.environ.get("TRACE"):
                raise
    subprocess.run(["rm", "-rf", TMP])
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0
