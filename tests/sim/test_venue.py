#!/usr/bin/python3
# timeout: 120 s
"""saker-venue as a venue: REST, streams, sessions, orders. Against curl and Python's own peers."""
import asyncio
import gzip
import json
import os
import subprocess
import sys
import time

import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from venue_peer import (
    Api, API_KEY, check, conserve, follow, need_data, order, recorded, RECORDING, run_all,
    same, sign, STREAMS, TMP, VENUE, Venue
)


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
        (["--listen", "127.0.0.1:0", "--dir", TMP, "--api-key", "K", "--public-key", "/no/such.pem"],
         1, "/no/such.pem"),
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
                depth = [line.split(" ", 1)[1] for line in lines[:1200] if "depthUpdate" in line]
                same(last, json.loads(depth[-1])["data"]["u"], "the last update of the second file")
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
                trade, depth = "btcusdt@trade", "btcusdt@depth@100ms"
                answer = await ask({"method": "SUBSCRIBE", "params": [trade, depth], "id": 1})
                same(answer, {"result": None, "id": 1})
                same((await ask({"method": "LIST_SUBSCRIPTIONS", "id": "x"}))["result"], [trade, depth])
                answer = await ask({"method": "UNSUBSCRIBE", "params": [trade], "id": None})
                same(answer, {"result": None, "id": None})
                same((await ask({"method": "LIST_SUBSCRIPTIONS", "id": 2}))["result"], ["btcusdt@depth@100ms"])
                same((await ask({"method": "NOPE", "id": 3}))["error"]["code"], 2)
                await asyncio.sleep(1.1)
                same(await ask({"method": "GET_PROPERTY", "params": ["combined"], "id": 4}), {"result": True, "id": 4})
                answer = await ask({"method": "SET_PROPERTY", "params": ["combined", False], "id": 5})
                same(answer, {"result": None, "id": 5})
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
                patient = sign({"recvWindow": 50000, "timestamp": now - 20000})
                same((await api.ok("session.logon", patient))["apiKey"], API_KEY)
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


NO_MONEY = "Account has insufficient balance for requested action."

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
    (dict(quantity="34"), -2010, NO_MONEY),
    (dict(side="SELL", price="90000", quantity="10.00001"), -2010, NO_MONEY),
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
                    text = f"Mandatory parameter '{missing}' was not sent, was empty/null, or malformed."
                    await api.refused(-1102, text, "order.place", **params)
                placed = await api.signed("order.place", **order(newClientOrderId="one", newOrderRespType="RESULT"))
                same((placed["status"], placed["executedQty"], placed["clientOrderId"]), ("NEW", "0.00000000", "one"))
                for a in (api, second):
                    e = await a.event("executionReport")
                    same((e["x"], e["X"], e["c"], e["i"], e["p"], e["q"]),
                         ("NEW", "NEW", "one", placed["orderId"], "30000.00000000", "0.00100000"))
                    b = {x["a"]: x for x in (await a.event("outboundAccountPosition"))["B"]}
                    same((b["USDT"]["f"], b["USDT"]["l"]), ("999970.00000000", "30.00000000"))
                await api.refused(-2010, "Duplicate order sent.", "order.place", **order(newClientOrderId="one"))
                one = dict(symbol="BTCUSDT", origClientOrderId="one")
                same((await api.signed("order.status", **one))["orderId"], placed["orderId"])
                same(len(await api.signed("openOrders.status", symbol="BTCUSDT")), 1)
                await api.refused(-2013, "Order does not exist.", "order.status", symbol="BTCUSDT", orderId=1)
                await api.refused(-2011, "Unknown order sent.", "order.cancel", symbol="BTCUSDT", orderId=1)
                await api.refused(-1102, None, "order.cancel", symbol="BTCUSDT")
                gone = await api.signed("order.cancel", **one, newClientOrderId="bye")
                same((gone["status"], gone["origClientOrderId"], gone["clientOrderId"]), ("CANCELED", "one", "bye"))
                e = await api.event("executionReport")
                same((e["x"], e["c"], e["C"], e["w"]), ("CANCELED", "bye", "one", False))
                await api.refused(-2011, "Unknown order sent.", "order.cancel", **one)
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
        for part in ("orders", "fills", "balances"):
            same(written[part], ledger[part])
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


if __name__ == "__main__":
    sys.exit(run_all(globals()))
