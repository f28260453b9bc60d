#!/usr/bin/python3
# timeout: 120 s
"""saker-venue against peers nobody here wrote: curl, python3-websockets, python3-cryptography.

VENUE names the program (default build/release/bin/saker-venue), SAKER_DATA the recordings (default ../shared/data).
"""
import asyncio
import base64
import gzip
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

import websockets
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENUE = os.environ.get("VENUE", os.path.join(ROOT, "build/release/bin/saker-venue"))
DATA = os.environ.get("SAKER_DATA", os.path.join(ROOT, "../shared/data"))
RECORDING = os.path.join(DATA, "binance/btcusdt_20240808.spot.hftbacktest.gz")
NEXT_DAY = os.path.join(DATA, "binance/btcusdt_20240809.spot.hftbacktest.gz")
STREAMS = "btcusdt@bookTicker/btcusdt@trade/btcusdt@depth@100ms"
API_KEY = "T59MTDLWlpRW16JVeZ2Nju5A5C98WkMm8CSzWC4oqynUlTm1zXOxyauT8LmwXEv9"
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
            f.write(KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
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
        out = subprocess.run(["curl", "-sS", "--cacert", os.path.join(self.dir, "ca.pem"), "--resolve", f"venue.test:{self.port}:127.0.0.1",
                              "-w", "\n%{http_code}", *args, f"https://venue.test:{self.port}{path}"],
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
    return dict({"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "30000.00", "quantity": "0.00100"},
                **more)


def need_data():
    if not os.path.exists(RECORDING):
        raise Skip(f"no {RECORDING} (set SAKER_DATA)")


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


# ---- REST ----

def test_rest():
    with Venue() as v:
        same(v.curl("/api/v3/ping"), (200, "{}"))
        check(abs(v.get("/api/v3/time")["serverTime"] - time.time() * 1000) < 2000, "server time")
        info = v.get("/api/v3/exchangeInfo?symbol=BTCUSDT")
        filters = {f["filterType"]: f for f in info["symbols"][0]["filters"]}
        same(filters["PRICE_FILTER"]["tickSize"], "0.01000000")
        same((filters["LOT_SIZE"]["stepSize"], filters["LOT_SIZE"]["minQty"]), ("0.00001000", "0.00001000"))
        same(filters["NOTIONAL"]["minNotional"], "5.00000000")
        same(len(v.get("/api/v3/depth?symbol=BTCUSDT")["bids"]), 100, "default limit")
        depth = v.get("/api/v3/depth?symbol=BTCUSDT&limit=5")
        same((len(depth["bids"]), len(depth["asks"])), (5, 5))
        check(float(depth["bids"][0][0]) < float(depth["asks"][0][0]), "crossed book")
        check(float(depth["bids"][0][0]) > float(depth["bids"][4][0]), "bids best first")
        rows = [
            ("/api/v3/depth", 400, -1102, "no symbol"),
            ("/api/v3/depth?symbol=", 400, -1102, "empty symbol"),
            ("/api/v3/depth?symbol=NOPE", 400, -1121, "unknown symbol"),
            ("/api/v3/depth?symbol=BTCUSDT&limit=x", 400, -1100, "limit not a number"),
            ("/api/v3/exchangeInfo?symbol=NOPE", 400, -1121, "unknown symbol"),
        ]
        for path, status, code, remark in rows:
            got, body = v.curl(path)
            same((got, json.loads(body)["code"]), (status, code), remark)
        same(v.curl("/api/v3/nope")[0], 404)
        same(v.curl("/")[0], 404)
        same(v.curl("/api/v3/ping", "-X", "DELETE")[0], 405)
        same(v.curl("/stream")[0], 426, "a stream path without an upgrade")
        same(v.curl("/api/v3/ping", "--tls-max", "1.2")[0], 200, "TLS 1.2")
        s = v.raw()
        s.sendall(b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        got = b""
        while got.count(b"\r\n\r\n{}") < 3:
            more = s.recv(4096)
            check(more, "three requests on one connection", got)
            got += more
        s.close()
    with Venue(admin=False) as v:
        same(v.curl("/sim/ledger")[0], 404, "admin paths only with --admin")


def test_command_line():
    rows = [
        (["--bogus"], 2, "--bogus"),
        ([], 2, "--listen"),
        (["--listen", "nowhere"], 2, "--listen nowhere"),
        (["--listen", "127.0.0.1:0", "--speed", "0"], 2, "--speed 0"),
        (["--listen", "127.0.0.1:0", "--dir", TMP, "--recording", "/no/such.gz"], 1, "/no/such.gz"),
        (["--listen", "127.0.0.1:0", "--dir", TMP, "--api-key", "K", "--public-key", "/no/such.pem"], 1, "/no/such.pem"),
        (["--listen", "127.0.0.1:0", "--balance", "DOGE=1"], 2, "DOGE=1"),
        (["--listen", "127.0.0.1:0", "--symbol", "btcusdt"], 2, "btcusdt"),
    ]
    for args, code, names in rows:
        out = subprocess.run([VENUE] + args, capture_output=True, text=True, timeout=10)
        same(out.returncode, code, args)
        check(names in out.stderr, args, "error does not name the place:", out.stderr)
    bad = os.path.join(TMP, "bad.gz")
    with gzip.open(bad, "wt") as f:
        f.write('1723161253937085768 {"lastUpdateId":1,"bids":[],"asks":[]}\nnonsense\n')
    with Venue("--recording", bad) as v:
        deadline = time.time() + 5
        while "line 2" not in v.stderr() and time.time() < deadline:
            time.sleep(0.02)
        check(bad + " line 2" in v.stderr(), "file and line:", v.stderr())
        v.alive()
    check("--recording" in subprocess.run([VENUE, "--help"], capture_output=True, text=True).stdout, "--help")


# ---- streams ----

async def follow(v, seconds):
    """Follows the streams for some seconds: splices a book by the venue's rule, checks ids, counts; then asks the venue."""
    counts, book, last, ticker, trades = {}, None, 0, 0, 0
    async with v.connect("/stream?streams=" + STREAMS) as ws:
        first = json.loads(await ws.recv())
        buffered = [first]
        snapshot = await asyncio.get_event_loop().run_in_executor(None, v.get, "/api/v3/depth?symbol=BTCUSDT&limit=5000")
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


def test_generator():
    with Venue("--seed", "7") as v:
        counts = asyncio.run(follow(v, 3))
        total = sum(counts.values()) / 3
        check(100 <= total <= 300, "messages a second:", total)
        check(counts["depth"] >= 25 and counts["trade"] >= 10, counts)


def test_recording_byte_for_byte():
    need_data()
    want = recorded(RECORDING, 8)
    with Venue("--recording", RECORDING, "--speed", "20") as v:
        async def run():
            async with v.connect("/stream?streams=" + STREAMS) as ws:
                got = [await asyncio.wait_for(ws.recv(), 5) for _ in range(8000)]
            for line in want:
                if line == got[0]:
                    break
            for text, line in zip(got[1:], want):
                check(text == line, "differs:", text[:120], line[:120])
        asyncio.run(run())
        asyncio.run(follow(v, 1))


def test_two_recordings_run_on():
    need_data()
    first, second = os.path.join(TMP, "first.gz"), os.path.join(TMP, "second.gz")
    with gzip.open(RECORDING, "rt") as f:
        lines = f.readlines()
    with gzip.open(first, "wt") as f:
        f.writelines(lines[:600])
    with gzip.open(second, "wt") as f:
        f.writelines(lines[600:1200])
    with Venue("--recording", first, second, "--speed", "2", "--ping-seconds", "1") as v:
        async def run():
            async with v.connect("/ws/btcusdt@depth@100ms") as ws:
                last = None
                try:
                    while True:
                        d = json.loads(await asyncio.wait_for(ws.recv(), 2.5))
                        check(last is None or d["U"] == last + 1, "gap", d["U"], last)
                        last = d["u"]
                except asyncio.TimeoutError:
                    pass
                want = [json.loads(line.split(" ", 1)[1]) for line in lines[:1200] if "depthUpdate" in line][-1]["data"]["u"]
                same(last, want, "the last update of the second file")
                await asyncio.wait_for(await ws.ping(), 5)
        asyncio.run(run())
        same(v.get("/api/v3/depth?symbol=BTCUSDT")["lastUpdateId"] > 0, True, "REST goes on after the end")


def test_subscriptions():
    with Venue() as v:
        async def run():
            async with v.connect("/stream") as ws:
                async def ask(request):
                    await ws.send(request if isinstance(request, str) else json.dumps(request))
                    while True:
                        m = json.loads(await asyncio.wait_for(ws.recv(), 5))
                        if "stream" not in m:
                            return m
                same(await ask({"method": "SUBSCRIBE", "params": ["btcusdt@trade", "btcusdt@depth@100ms"], "id": 1}), {"result": None, "id": 1})
                same((await ask({"method": "LIST_SUBSCRIPTIONS", "id": "x"}))["result"], ["btcusdt@trade", "btcusdt@depth@100ms"])
                same(await ask({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": None}), {"result": None, "id": None})
                same((await ask({"method": "LIST_SUBSCRIPTIONS", "id": 2}))["result"], ["btcusdt@depth@100ms"])
                same((await ask({"method": "NOPE", "id": 3}))["error"]["code"], 2)
                await asyncio.sleep(1.1)
                same(await ask({"method": "GET_PROPERTY", "params": ["combined"], "id": 4}), {"result": True, "id": 4})
                same(await ask({"method": "SET_PROPERTY", "params": ["combined", False], "id": 5}), {"result": None, "id": 5})
                same(json.loads(await asyncio.wait_for(ws.recv(), 5))["e"], "depthUpdate", "raw payload")
                await ws.send("hello")
                try:
                    while True:
                        await asyncio.wait_for(ws.recv(), 5)
                except websockets.ConnectionClosed as e:
                    same(e.rcvd.code, 1008, "not JSON")
            async with v.connect("/stream") as ws:
                for i in range(8):
                    await ws.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": i}))
                try:
                    while True:
                        await asyncio.wait_for(ws.recv(), 5)
                except websockets.ConnectionClosed as e:
                    same(e.rcvd.code, 1008, "more than five messages a second")
        asyncio.run(run())


def test_pings():
    with Venue("--ping-seconds", "1") as v:
        async def run():
            async with v.connect("/ws-api/v3", ping_interval=None) as ws:
                await asyncio.sleep(4.5)  # websockets answers pings by itself: still there after three periods
                await Api(ws).ok("ping")
        deaf = v.raw()
        deaf.sendall(b"GET /ws-api/v3 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        check(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in deaf.recv(4096), "RFC 6455's own accept key")
        asyncio.run(run())
        same(len([s for s in v.get("/sim/sessions") if s["kind"] == "api"]), 0, "the deaf one is gone")
        deaf.close()


# ---- the WebSocket API ----

def test_session():
    with Venue() as v:
        async def run():
            async with v.connect("/ws-api/v3") as ws:
                api = Api(ws)
                same(await api.ok("ping"), {})
                check(abs((await api.ok("time"))["serverTime"] - time.time() * 1000) < 2000)
                same((await api.ok("session.status"))["apiKey"], None)
                answer = await api.call("ping")
                same(answer["rateLimits"][0]["rateLimitType"], "REQUEST_WEIGHT")
                check("rateLimits" not in await api.call("ping", {"returnRateLimits": False}), "returnRateLimits")
                now = int(time.time() * 1000)
                await api.fails(-1193, "userDataStream.subscribe")
                await api.fails(-1102, "order.place", dict(order(), timestamp=now), status=400)
                await api.fails(-1102, "session.logon", {})
                await api.fails(-2015, "session.logon", sign({"apiKey": "A" * 64}), status=401)
                await api.fails(-2014, "session.logon", sign({"apiKey": "no good"}), status=401)
                await api.fails(-1022, "session.logon", sign({}, Ed25519PrivateKey.generate()),
                                "Signature for this request is not valid.")
                tampered = sign({})
                tampered["timestamp"] += 1
                await api.fails(-1022, "session.logon", tampered)
                await api.fails(-1021, "session.logon", sign({"timestamp": now - 6000}),
                                "Timestamp for this request is outside of the recvWindow.")
                await api.fails(-1021, "session.logon", sign({"timestamp": now + 5000}),
                                "Timestamp for this request was 1000ms ahead of the server's time.")
                await api.fails(-1131, "session.logon", sign({"recvWindow": 60001}))
                await api.fails(-1104, "ping", {"x": 1})
                await api.fails(-1020, "no.such.method")
                await ws.send("{")
                same(json.loads(await ws.recv())["error"]["code"], -1135)
                same((await api.ok("session.logon", sign({"recvWindow": 50000, "timestamp": now - 20000})))["apiKey"], API_KEY)
                await api.fails(-1021, "account.status", {"timestamp": now - 20000})
                same(await api.ok("userDataStream.subscribe"), {"subscriptionId": 0})
                await api.fails(-2035, "userDataStream.subscribe")
                same((await api.ok("session.status"))["userDataStream"], True)
                same(await api.ok("userDataStream.unsubscribe"), {})
                same((await api.event("eventStreamTerminated"))["e"], "eventStreamTerminated")
                await api.fails(-2036, "userDataStream.unsubscribe")
                same((await api.ok("session.logout"))["apiKey"], None)
                await api.fails(-1102, "account.status", {"timestamp": now})
                same((await api.ok("account.status", sign({})))["balances"][0]["asset"], "BTC", "ad hoc signature")
            async with v.connect("/ws-api/v3?returnRateLimits=false") as ws:
                check("rateLimits" not in await Api(ws).call("ping"), "returnRateLimits in the URL")
                check("rateLimits" in await Api(ws).call("ping", {"returnRateLimits": True}))
        asyncio.run(run())
    with Venue(keys=False) as v:
        async def refuse():
            async with v.connect("/ws-api/v3") as ws:
                await Api(ws).fails(-2015, "session.logon", sign({}), status=401)
        asyncio.run(refuse())


REFUSALS = [
    (dict(price="30000.001"), -1013, "Filter failure: PRICE_FILTER"),
    (dict(price="0.001"), -1013, "Filter failure: PRICE_FILTER"),
    (dict(price="2000000"), -1013, "Filter failure: PRICE_FILTER"),
    (dict(quantity="0.000011"), -1013, "Filter failure: LOT_SIZE"),
    (dict(quantity="9000.00001"), -1013, "Filter failure: LOT_SIZE"),
    (dict(quantity="0.0001"), -1013, "Filter failure: NOTIONAL"),
    (dict(quantity="0"), -1013, "Invalid quantity."),
    (dict(quantity="1e3"), -1100, None),
    (dict(quantity="-1"), -1100, None),
    (dict(price="30000.000000001"), -1111, "Parameter 'price' has too much precision."),
    (dict(side="HOLD"), -1117, "Invalid side."),
    (dict(type="ICEBERG"), -1116, "Invalid orderType."),
    (dict(timeInForce="GTX"), -1115, "Invalid timeInForce."),
    (dict(symbol="ETHUSDT"), -1121, "Invalid symbol."),
    (dict(newClientOrderId="x y"), -1100, None),
    (dict(newClientOrderId="x" * 37), -1100, None),
    (dict(newOrderRespType="SHORT"), -1130, None),
    (dict(icebergQty="1"), -1104, None),
    (dict(type="MARKET"), -1106, "Parameter 'timeInForce' sent when not required."),
    (dict(quantity="34"), -2010, "Account has insufficient balance for requested action."),
    (dict(side="SELL", price="90000", quantity="10.00001"), -2010, "Account has insufficient balance for requested action."),
]


def test_orders():
    with Venue("--maker-fee-bps", "2", "--taker-fee-bps", "5") as v:
        async def run():
            async with v.connect("/ws-api/v3") as ws, v.connect("/ws-api/v3") as other:
                api, second = Api(ws), Api(other)
                for a in (api, second):
                    await a.logon()
                    await a.ok("userDataStream.subscribe")
                for change, code, msg in REFUSALS:
                    await api.refused(code, msg, "order.place", **order(**change))
                for missing in ("price", "quantity", "timeInForce", "side", "type", "symbol"):
                    params = order()
                    del params[missing]
                    await api.refused(-1102, f"Mandatory parameter '{missing}' was not sent, was empty/null, or malformed.",
                                      "order.place", **params)
                placed = await api.signed("order.place", **order(newClientOrderId="one", newOrderRespType="RESULT"))
                same((placed["status"], placed["executedQty"], placed["clientOrderId"]), ("NEW", "0.00000000", "one"))
                for a in (api, second):
                    e = await a.event("executionReport")
                    same((e["x"], e["X"], e["c"], e["i"], e["p"], e["q"]),
                         ("NEW", "NEW", "one", placed["orderId"], "30000.00000000", "0.00100000"))
                    b = {x["a"]: x for x in (await a.event("outboundAccountPosition"))["B"]}
                    same((b["USDT"]["f"], b["USDT"]["l"]), ("999970.00000000", "30.00000000"))
                await api.refused(-2010, "Duplicate order sent.", "order.place", **order(newClientOrderId="one"))
                same((await api.signed("order.status", symbol="BTCUSDT", origClientOrderId="one"))["orderId"], placed["orderId"])
                same(len(await api.signed("openOrders.status", symbol="BTCUSDT")), 1)
                await api.refused(-2013, "Order does not exist.", "order.status", symbol="BTCUSDT", orderId=1)
                await api.refused(-2011, "Unknown order sent.", "order.cancel", symbol="BTCUSDT", orderId=1)
                await api.refused(-1102, None, "order.cancel", symbol="BTCUSDT")
                gone = await api.signed("order.cancel", symbol="BTCUSDT", origClientOrderId="one", newClientOrderId="bye")
                same((gone["status"], gone["origClientOrderId"], gone["clientOrderId"]), ("CANCELED", "one", "bye"))
                e = await api.event("executionReport")
                same((e["x"], e["c"], e["C"], e["w"]), ("CANCELED", "bye", "one", False))
                await api.refused(-2011, "Unknown order sent.", "order.cancel", symbol="BTCUSDT", origClientOrderId="one")
                await api.refused(-2011, "Unknown order sent.", "openOrders.cancelAll", symbol="BTCUSDT")
                for _ in range(3):
                    ack = await api.signed("order.place", **order(newOrderRespType="ACK"))
                    check("status" not in ack and ack["orderId"] > placed["orderId"], ack)
                same(len(await api.signed("openOrders.cancelAll", symbol="BTCUSDT")), 3)
                same(await api.signed("openOrders.status", symbol="BTCUSDT"), [])
                await taking(api)
                await making(api, v)
        asyncio.run(run())
        ledger = v.get("/sim/ledger")
        v.end()
        with open(os.path.join(v.dir, "ledger.json")) as f:
            written = json.load(f)
        same([written[k] for k in ("orders", "fills", "balances")], [ledger[k] for k in ("orders", "fills", "balances")])
        conserve(ledger)


async def taking(api):
    """Orders that trade at once."""
    maker = order(type="LIMIT_MAKER", price="90000.00")
    del maker["timeInForce"]
    await api.refused(-2010, "Order would immediately match and take.", "order.place", **maker)
    market = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.00200"}
    done = await api.signed("order.place", **market)
    check(done["status"] in ("FILLED", "EXPIRED") and done["fills"], done)
    fill = done["fills"][0]
    same(fill["commissionAsset"], "BTC")
    same(fill["commission"], f"{int(round(float(fill['qty']) * 1e8)) * 500 // 1000000 / 1e8:.8f}", "5 basis points")
    for kind in ("NEW", "TRADE"):
        while (await api.event("executionReport"))["x"] != kind:
            pass
    ioc = await api.signed("order.place", **order(timeInForce="IOC", price="1000.00", quantity="0.01"))
    same((ioc["status"], ioc["expiryReason"]), ("EXPIRED", "UNFILLED_IOC_QUANTITY_EXPIRED"))
    fok = await api.signed("order.place", **order(timeInForce="FOK", price="90000.00", quantity="10"))
    same((fok["status"], fok["executedQty"]), ("EXPIRED", "0.00000000"), "more than the touch shows")
    quote = await api.signed("order.place", symbol="BTCUSDT", side="SELL", type="MARKET", quoteOrderQty="100")
    check(80 < float(quote["cummulativeQuoteQty"]) <= 100 or quote["status"] == "EXPIRED", quote)
    same(quote["fills"][0]["commissionAsset"], "USDT")


async def making(api, v):
    """An order at the best bid that the market trades through, sooner or later."""
    best = v.get("/api/v3/depth?symbol=BTCUSDT&limit=5")["bids"][0][0]
    params = order(type="LIMIT_MAKER", price=best, quantity="0.00050", newClientOrderId="rest")
    del params["timeInForce"]
    for _ in range(20):
        answer = await api.call("order.place", dict(params, timestamp=int(time.time() * 1000)))
        if answer["status"] == 200:
            break
        params["price"] = v.get("/api/v3/depth?symbol=BTCUSDT&limit=5")["bids"][0][0]
    same(answer["status"], 200, answer)
    while True:
        e = await api.event("executionReport")
        if e["c"] == "rest" and e["x"] == "TRADE":
            break
    same((e["m"], e["L"]), (True, answer["result"].get("price", e["p"])))
    trades = await api.signed("myTrades", symbol="BTCUSDT", orderId=e["i"])
    check(any(t["id"] == e["t"] and t["isMaker"] for t in trades), trades)
    every = await api.signed("myTrades", symbol="BTCUSDT")
    ids = [t["id"] for t in every]
    same(ids, sorted(set(ids)))
    same([t["id"] for t in await api.signed("myTrades", symbol="BTCUSDT", fromId=ids[1], limit=1)], ids[1:2])
    same([t["id"] for t in await api.signed("myTrades", symbol="BTCUSDT", limit=1)], ids[-1:])


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


def test_order_limit():
    with Venue("--orders-per-10s", "5") as v:
        async def run():
            async with v.connect("/ws-api/v3") as ws:
                api = Api(ws)
                await api.logon()
                codes = []
                for _ in range(12):
                    answer = await api.call("order.place", dict(order(), timestamp=int(time.time() * 1000)))
                    codes.append(answer.get("error", {}).get("code"))
                check(codes.count(-1015) >= 2, codes)
                same(answer["status"], 429)
        asyncio.run(run())


# ---- state ----

def test_kill_and_restart():
    need_data()
    state = tempfile.mkdtemp(dir=TMP)
    args = ("--recording", RECORDING, NEXT_DAY, "--speed", "10")

    async def before(v):
        async with v.connect("/ws-api/v3") as ws, v.connect("/stream?streams=btcusdt@depth@100ms") as md:
            api = Api(ws)
            await api.logon()
            await api.ok("userDataStream.subscribe")
            for i in range(12):
                side = "BUY" if i % 2 else "SELL"
                await api.signed("order.place", symbol="BTCUSDT", side=side, type="MARKET", quantity="0.00100")
                best = v.get("/api/v3/depth?symbol=BTCUSDT&limit=5")
                await api.signed("order.place", **order(side="BUY", price=best["bids"][0][0], quantity="0.00100",
                                                        newClientOrderId=f"k{i}"))
            gone = await api.signed("order.place", **order(newClientOrderId="gone"))
            await api.signed("order.cancel", symbol="BTCUSDT", orderId=gone["orderId"])
            kept = await api.signed("order.place", **order(newClientOrderId="kept"))
            first = json.loads(await md.recv())["data"]["u"]
            while not (await api.event("executionReport"))["m"]:
                pass
            ledger = v.get("/sim/ledger")
            v.end(signal.SIGKILL)
            heard = [e for e in api.events if e["e"] == "executionReport" and e["x"] == "TRADE"]
            try:
                while True:
                    heard += [e["event"] for e in [json.loads(await ws.recv())] if e["event"].get("x") == "TRADE"]
            except websockets.ConnectionClosed:
                pass
            try:
                while True:
                    first = json.loads(await md.recv())["data"]["u"]
            except websockets.ConnectionClosed:
                pass
            return kept, ledger, first, {e["t"] for e in heard}

    async def after(v, kept, ledger, last, heard):
        async with v.connect("/stream?streams=btcusdt@depth@100ms") as md, v.connect("/ws-api/v3") as ws:
            api = Api(ws)
            await api.logon()
            now = v.get("/sim/ledger")
            same((await api.signed("order.status", symbol="BTCUSDT", origClientOrderId="kept"))["status"], "NEW")
            same((await api.signed("order.status", symbol="BTCUSDT", origClientOrderId="gone"))["status"], "CANCELED")
            same(now["fills"][:len(ledger["fills"])], ledger["fills"], "the fills of before")
            same([o["orderId"] for o in now["orders"]], [o["orderId"] for o in ledger["orders"]])
            check(heard <= {f["id"] for f in now["fills"]}, "a fill that was told is kept")
            check(now["marketMessages"] >= ledger["marketMessages"], "the place in the market")
            update = json.loads(await md.recv())["data"]
            check(last - 2000 < update["U"] and update["u"] < last + 20000, "the market goes on where it stood", last, update["U"])
            next_id = (await api.signed("order.place", **order()))["orderId"]
            same(next_id, kept["orderId"] + 1, "order ids go on")
            conserve(v.get("/sim/ledger"))

    with Venue(*args, state=True, dir=state) as v:
        ca = open(state + "/ca.pem").read()
        kept, ledger, last, heard = asyncio.run(before(v))
    check(len(ledger["fills"]) > 12 and any(f["isMaker"] for f in ledger["fills"]), "taken and made")
    with Venue(*args, state=True, dir=state) as v:
        same(open(state + "/ca.pem").read(), ca, "the same authority")
        asyncio.run(after(v, kept, ledger, last, heard))
    with open(state + "/journal", "ab") as f:
        f.write(b"12345678 P 17")
    with Venue(*args, state=True, dir=state) as v:
        conserve(v.get("/sim/ledger"))
    out = subprocess.run([VENUE, "--listen", "127.0.0.1:0", "--state", state, "--seed", "3"], capture_output=True, text=True, timeout=20)
    same(out.returncode, 1)
    check("other options" in out.stderr, out.stderr)


def test_generator_restart():
    state = tempfile.mkdtemp(dir=TMP)
    with Venue("--seed", "5", state=True, dir=state) as v:
        time.sleep(0.5)
        book = v.get("/api/v3/depth?symbol=BTCUSDT&limit=5000")
        v.end(signal.SIGKILL)
    with Venue("--seed", "5", state=True, dir=state) as v:
        same(as_book(v.get(f"/sim/book?updateId={book['lastUpdateId']}")), as_book(book), "the same market, further on")
        asyncio.run(follow(v, 1))


# ---- faults and hostile input ----

def test_faults():
    with Venue() as v:
        async def run():
            loop = asyncio.get_event_loop()
            post = lambda path, body=b"": loop.run_in_executor(None, v.post, path, body)
            async with v.connect("/stream?streams=" + STREAMS) as md, v.connect("/ws-api/v3") as ws:
                api = Api(ws)
                await api.ok("ping")
                same({s["kind"] for s in v.get("/sim/sessions")} >= {"streams", "api"}, True)
                await post("/sim/say?what=api", b'{"event":{"e":"serverShutdown","E":1}}')
                same((await api.event("serverShutdown"))["E"], 1)
                await post("/sim/silence?seconds=1")
                quiet = time.time()
                try:
                    while True:
                        await asyncio.wait_for(md.recv(), 0.5)
                except asyncio.TimeoutError:
                    pass
                await asyncio.wait_for(md.recv(), 3)
                check(time.time() - quiet >= 0.9, "silent for a second")
                await post("/sim/raw?what=api", b"\xff\xff\xff\xff")
                try:
                    await asyncio.wait_for(ws.recv(), 5)
                    check(False, "a malformed frame got through")
                except websockets.ConnectionClosed:
                    pass
                same((await post("/sim/drop?what=streams"))["connections"], 1)
                try:
                    while True:
                        await asyncio.wait_for(md.recv(), 5)
                except (websockets.ConnectionClosed, ConnectionError):
                    pass
            same(v.curl("/sim/drop?what=none", "-X", "POST")[0], 400)
            same(v.curl("/sim/drop?what=all")[0], 405)
        asyncio.run(run())


def frame(opcode, payload, mask=b"\1\2\3\4", fin=0x80, length=None):
    n = len(payload) if length is None else length
    head = bytes([fin | opcode])
    masked = 0x80 if mask else 0
    head += bytes([masked | n]) if n < 126 else bytes([masked | 126]) + struct.pack(">H", n) if n < 65536 else \
        bytes([masked | 127]) + struct.pack(">Q", n)
    return head + mask + bytes(b ^ (mask[i % 4] if mask else 0) for i, b in enumerate(payload))


UPGRADE = (b"GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")

HOSTILE = [
    (b"GET / HTTP/9.9\r\n\r\n", b" 400 ", "no such version"),
    (b"nonsense\r\n\r\n", b" 400 ", "not HTTP"),
    (b"GET /" + b"a" * 300 + b" HTTP/1.1\r\n\r\n", b" 431 ", "long path"),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 20000, b" 431 ", "endless head"),
    (b"POST /sim/say HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", b" 431 ", "huge body"),
    (b"POST /sim/say HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b" 501 ", "chunked"),
    (UPGRADE.replace(b": 13", b": 8") % b"/stream", b" 426 ", "old version"),
    (UPGRADE.replace(b"Key: ", b"Key: x") % b"/stream", b" 400 ", "bad key"),
    (UPGRADE % b"/stream?streams=", b" 101 ", "no stream yet"),
    (UPGRADE % b"/stream?streams=a//b", b" 400 ", "an empty stream name"),
    (UPGRADE % (b"/ws/" + b"s" * 64), b" 400 ", "a long stream name"),
]

FRAMES = [
    (frame(1, b"{}", mask=b""), 1002, "unmasked"),
    (frame(3, b""), 1002, "reserved opcode"),
    (frame(1, b"{}", fin=0xC0), 1002, "reserved bit"),
    (frame(9, b"x" * 126), 1002, "long ping"),
    (frame(9, b"", fin=0), 1002, "fragmented ping"),
    (frame(0, b"x"), 1002, "continuation of nothing"),
    (frame(1, b"{", fin=0) + frame(1, b"}"), 1002, "a message inside a message"),
    (frame(2, b"x"), 1008, "binary"),
    (b"\x81\xff" + struct.pack(">Q", 1 << 40) + b"1234", 1009, "a terabyte"),
    (b"\x81\xfe" + struct.pack(">H", 5) + b"1234hello", 1002, "length not minimal"),
    (frame(8, b"x"), 1002, "close of one byte"),
    (frame(8, struct.pack(">H", 1000) + b"bye"), 1000, "a proper close is echoed"),
]


def read_all(s):
    got = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                return got
            got += more
    except (OSError, ssl.SSLError):
        return got


def test_hostile():
    with Venue() as v:
        for request, want, remark in HOSTILE:
            s = v.raw()
            s.sendall(request)
            got = s.recv(4096)
            check(want in got.split(b"\r\n")[0] + b" ", remark, got[:80])
            s.close()
        for data, code, remark in FRAMES:
            s = v.raw()
            s.sendall(UPGRADE % b"/ws-api/v3")
            s.recv(4096)
            s.sendall(data)
            got = read_all(s)
            check(got[:1] == b"\x88" and struct.unpack(">H", got[2:4])[0] == code, remark, got[:20])
            s.close()
        plain = socket.create_connection(("127.0.0.1", v.port))
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n" * 50)
        read_all(plain)
        import random
        rng = random.Random(1)
        for _ in range(30):
            s = v.raw()
            s.sendall(UPGRADE % b"/ws-api/v3" + bytes(rng.randrange(256) for _ in range(rng.randrange(400))))
            s.close()
        v.alive()
        async def texts():
            async with v.connect("/ws-api/v3") as ws:
                for text in ("", "null", "[]", '{"id":[],"method":"ping"}', '{"id":1,"method":7}', '{"id":1,"method":"ping","params":[]}',
                             '{"id":1,"method":"' + "x" * 10000 + '"}', "[" * 5000, '{"id":1,"method":"ping","params":{" ":1}}',
                             '{"id":1,"id":2,"method":"ping"}', '{"id":1,"method":"ping\\u0000"}'):
                    await ws.send(text)
                    check(json.loads(await asyncio.wait_for(ws.recv(), 5))["status"] in (400, 404), text[:40])
        asyncio.run(texts())
        v.alive()


def test_slow_reader():
    """One that never reads is thrown out; the others do not notice."""
    with Venue() as v:
        s = v.raw()
        s.sendall(UPGRADE % b"/ws-api/v3")
        s.recv(4096)
        big = b"x" * (1 << 20)
        for _ in range(60):
            if not v.post("/sim/say?what=api", big)["connections"]:
                break
        same(len([c for c in v.get("/sim/sessions") if c["kind"] == "api"]), 0, "still there with 60 MB unread")
        s.close()
        v.alive()


def test_shutdown_is_announced():
    with Venue() as v:
        async def run():
            async with v.connect("/ws-api/v3") as ws:
                v.process.send_signal(signal.SIGTERM)
                same(json.loads(await asyncio.wait_for(ws.recv(), 5))["event"]["e"], "serverShutdown")
                try:
                    await asyncio.wait_for(ws.recv(), 5)
                except websockets.ConnectionClosed as e:
                    same(e.rcvd.code, 1001)
        asyncio.run(run())
        same(v.process.wait(10), 0)


def main():
    passed = failed = skipped = 0
    if not os.path.exists(VENUE):
        print(f"0 passed, 1 failed: no {VENUE}; run make first")
        return 1
    wanted = sys.argv[1:]
    for name, test in list(globals().items()):
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


if __name__ == "__main__":
    sys.exit(main())
