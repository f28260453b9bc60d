#!/usr/bin/python3
# timeout: 120 s
"""saker-venue when things go wrong: kill and restart, faults on order, hostile and slow clients."""
import asyncio
import json
import random
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

import websockets

from venue_peer import (
    Api, as_book, check, conserve, follow, need_data, NEXT_DAY, order, RECORDING, run_all,
    same, STREAMS, TMP, VENUE, Venue
)


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
            check(last - 2000 < update["U"] and update["u"] < last + 20000, "the market goes on where it stood",
                  last, update["U"])
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
    out = subprocess.run([VENUE, "--listen", "127.0.0.1:0", "--state", state, "--seed", "3"],
                         capture_output=True, text=True, timeout=20)
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
        rng = random.Random(1)
        for _ in range(30):
            s = v.raw()
            s.sendall(UPGRADE % b"/ws-api/v3" + bytes(rng.randrange(256) for _ in range(rng.randrange(400))))
            s.close()
        v.alive()
        async def texts():
            async with v.connect("/ws-api/v3") as ws:
                for text in ("", "null", "[]", '{"id":[],"method":"ping"}', '{"id":1,"method":7}',
                             '{"id":1,"method":"ping","params":[]}',
                             '{"id":1,"method":"' + "x" * 10000 + '"}', "[" * 5000,
                             '{"id":1,"method":"ping","params":{" ":1}}',
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


if __name__ == "__main__":
    sys.exit(run_all(globals()))
