#!/usr/bin/python3
"""paper_model.py PLAIN ROUND_TRIP_NS [MAKER:TAKER]: what `saker replay --fills sim --plain PLAIN` must have filled,
by a model of its own: the market and the orders as PLAIN shows them, each order in effect one round trip
after it was sent, at a time behind what the market did by then. It prints the fills and fails where the
execution reports in PLAIN say anything else.

A crossing order takes the other side's best price, as far as its displayed quantity goes, once until that
changes. A resting one is last in the queue at its price: trades through the price fill it, at its price, best
price first, then oldest, up to their quantity. A fee is in basis points of what is received, rounded down."""

import json
import sys
from decimal import ROUND_DOWN, Decimal

D = Decimal
STEP = D("0.00001")
MAKER, TAKER = (D(bp) / 10000 for bp in (sys.argv[3] if len(sys.argv) > 3 else "0:0").split(":"))


def on_step(q):
    return (q / STEP).to_integral_value(ROUND_DOWN) * STEP


class Order:
    def __init__(self, number, p):
        self.number, self.coid, self.buy = number, p["newClientOrderId"], p["side"] == "BUY"
        self.kind, self.tif = p["type"], p.get("timeInForce", "GTC")
        self.px = D(p["price"]) if "price" in p else None
        self.left = D(p["quantity"])


class Venue:
    def __init__(self):
        self.best, self.taken = {}, {}
        self.open, self.fills, self.accepted = [], [], 0

    def fill(self, t, o, px, qty, maker):
        o.left -= qty
        received = qty if o.buy else px * qty
        fee = (received * (MAKER if maker else TAKER)).quantize(D("0.00000001"), ROUND_DOWN)
        self.fills.append((t, o.coid, px, qty, maker, fee))
        if not o.left and o in self.open:
            self.open.remove(o)

    def ticker(self, d):
        for side, px, qty in (("bid", d["b"], d["B"]), ("ask", d["a"], d["A"])):
            if self.best.get(side) != (D(px), D(qty)):
                self.taken[side] = D(0)
            self.best[side] = (D(px), D(qty))

    def through(self, t, buys, px, left):
        """Fills resting orders of one side that a trade at px passes; what is left of it."""
        hit = [o for o in self.open if o.buy == buys and (o.px > px if buys else o.px < px)]
        for o in sorted(hit, key=lambda o: (-o.px if buys else o.px, o.number)):
            qty = on_step(min(left, o.left))
            if qty:
                left -= qty
                self.fill(t, o, o.px, qty, True)
        return left

    def trade(self, t, d):
        px, buyer_rested = D(d["p"]), d["m"]
        left = self.through(t, buyer_rested, px, D(d["q"]))
        if any(o.px == px and o.buy == buyer_rested for o in self.open):
            return  # the queue ahead of it has taken the rest
        self.through(t, not buyer_rested, px, left)

    def place(self, t, p):
        o = Order(self.accepted + 1, p)
        side = "ask" if o.buy else "bid"
        px, qty = self.best.get(side, (None, D(0)))
        crosses = px is not None and (o.px is None or (o.px >= px if o.buy else o.px <= px))
        if o.kind == "LIMIT_MAKER" and crosses:
            return
        self.accepted += 1
        shown = on_step(qty - self.taken[side]) if crosses else D(0)
        if shown > 0 and not (o.tif == "FOK" and shown < o.left):
            took = min(shown, o.left)
            self.taken[side] += took
            self.fill(t, o, px, took, False)
        if o.left and o.kind != "MARKET" and o.tif == "GTC":
            self.open.append(o)

    def cancel(self, p):
        number = int(p.get("orderId", 0)) - 30000000000
        self.open = [o for o in self.open if o.number != number and o.coid != p.get("origClientOrderId")]

    def request(self, t, r):
        if r["method"] == "order.place":
            self.place(t, r["params"])
        elif r["method"] == "order.cancel":
            self.cancel(r["params"])
        elif r["method"] == "openOrders.cancelAll":
            self.open = []

    def market(self, t, m):
        stream, d = m.get("stream", ""), m.get("data", {})
        if stream.endswith("@bookTicker"):
            self.ticker(d)
        elif stream.endswith("@trade"):
            self.trade(t, d)


def ns(text):
    s, fraction = text.split(".")
    return int(s) * 10**9 + int(fraction)


def main():
    events, reported = [], []
    round_trip = int(sys.argv[2])
    with open(sys.argv[1]) as f:
        for at, line in enumerate(f):
            time, session, way, text = line.split(" ", 3)
            t, j = ns(time), json.loads(text)
            if session == "md":
                events.append((t, 0, at, j))
            elif way == ">":
                events.append((t + round_trip, 1, at, j))
            else:
                e = j.get("event", {})
                if e.get("x") == "TRADE":
                    reported.append((t, e["c"], D(e["L"]), D(e["l"]), e["m"], D(e["n"])))
    venue = Venue()
    for t, phase, _, j in sorted(events, key=lambda e: e[:3]):
        venue.request(t, j) if phase else venue.market(t, j)
    for t, coid, px, qty, maker, fee in venue.fills:
        print(t, coid, px, qty, fee, "maker" if maker else "taker")
    for i, (want, got) in enumerate(zip(venue.fills, reported)):
        # clocks count in steps of up to a nanosecond
        if abs(want[0] - got[0]) > 2 or want[1:] != got[1:]:
            sys.exit(f"fill {i + 1}: the model says {want}, the replay {got}")
    if len(venue.fills) != len(reported):
        sys.exit(f"{len(venue.fills)} fills by the model, {len(reported)} by the replay")


main()
