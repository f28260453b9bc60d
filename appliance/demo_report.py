#!/usr/bin/env python3
"""The demo's report: Saker's journal against the venue's ledger, what was dropped and why, and the latency table.

  demo_report.py compare-book OURS VENUE          one line of JSON: do both books hold the same levels
  demo_report.py progress STATUS POSITION         one line for the screen
  demo_report.py report WORK OUT SECONDS          reads what demo.sh left in WORK, writes OUT, prints the report;
                                                  exit code 1: not all is well
"""
import glob
import json
import os
import platform
import sys
from decimal import Decimal as D

# Counters that count something dropped or refused which a healthy run in a kernel's namespace has, and why.
EXPLAINED = {
    "net.rx_other_mac": "the kernel's own multicast on the TAP devices",
    "net.rx_not_ip": "frames the kernel sends on its own",
    "host.refused": "orders a strategy asked for and risk denied: listed under denied",
    "tcp.tx_no_room": "frames the device took on a later turn, from the retransmission ring",
    "gateway.rate_refused": "orders kept back because the venue's limit was reached: denied as venue_budget",
}
DROP_WORDS = ("drop", "bad", "lost", "refused", "full", "lapped", "no_room", "no_buffer", "oversize", "unknown", "mismatch", "overflow",
              "malformed", "not_for_us", "not_ip", "too_", "gap", "resync")


def load(path):
    with open(path) as f:
        return json.load(f)


def lines(path):
    try:
        with open(path) as f:
            return [json.loads(l) for l in f if l.strip()]
    except FileNotFoundError:
        return []


def levels(rows, price, quantity):
    return {(D(r[price]), D(r[quantity])) for r in rows if r[price] is not None}


def compare_book(ours_path, venue_path):
    ours, venue = load(ours_path), load(venue_path)
    wrong = total = 0
    for side, price, quantity in (("bids", "bid", "bid_quantity"), ("asks", "ask", "ask_quantity")):
        got, want = levels(ours["levels"], price, quantity), {(D(p), D(q)) for p, q in venue[side]}
        wrong += len(got ^ want)
        total += len(got)
    print(json.dumps({"id": ours["ladder"]["update_id"], "state": ours["book"][0]["state"], "levels": total, "wrong": wrong}))


def progress(status, position):
    s, p = json.loads(status), json.loads(position)["positions"][0]
    b = s["books"][0]
    print(f"  {b['symbol']} {b['bid']} / {b['ask']} {b['state']:<6} open {s['trading']['orders_open']:>2}  fills {p['fills']:>3}  "
          f"position {p['quantity']:>12}  realised {p['realised'] or '-':>12}", flush=True)


# --- orders and fills, as either side tells them ---

FINAL = {"FILLED": "FILLED", "CANCELED": "CANCELED", "EXPIRED": "EXPIRED", "REJECTED": "REJECTED", "EXPIRED_IN_MATCH": "EXPIRED"}


def our_orders(journal):
    orders, fills, cancels = {}, {}, 0
    for r in journal:
        kind, cid = r["record"], r["client_order_id"]
        if kind == "SENT":
            orders[cid] = {"side": r["side"], "price": D(r["price"]), "quantity": D(r["quantity"]), "filled": D(0), "state": "SENT",
                           "acked": False, "rejected": False}
            continue
        cancels += kind == "CANCEL_SENT"
        if kind == "FILL":
            fills[r["trade_id"]] = {"price": D(r["price"]), "quantity": D(r["quantity"]), "fee": D(r["fee"]), "fee_asset": r["fee_asset"],
                                    "maker": r["maker"], "side": r["side"]}
        o = orders.get(cid)
        if o and r["state"]:
            o["state"] = r["state"]
            o["filled"] += D(r["quantity"]) if kind == "FILL" else 0
            o["acked"] = o["acked"] or kind == "ACK"
            o["rejected"] = o["rejected"] or kind == "REJECTED"
    return orders, fills, cancels


def compare_orders(ours, theirs, last_boot):
    bad = []
    by_id = {o["clientOrderId"]: o for o in theirs if o["clientOrderId"].startswith("saker-")}
    for cid, o in ours.items():
        v = by_id.get(cid)
        if v is None:
            if o["state"] != "REJECTED":
                bad.append(f"{cid}: {o['state']} here, unknown to the venue")
            continue
        if (v["side"], D(v["price"]), D(v["origQty"])) != (o["side"], o["price"], o["quantity"]):
            bad.append(f"{cid}: other terms at the venue")
        if not cid.startswith(last_boot):
            continue  # an earlier boot's end was proven by its successor, whose journal holds the trades
        if D(v["executedQty"]) != o["filled"]:
            bad.append(f"{cid}: filled {o['filled']} here, {v['executedQty']} at the venue")
        if FINAL.get(v["status"]) != o["state"]:
            bad.append(f"{cid}: {o['state']} here, {v['status']} at the venue")
    bad += [f"{cid}: at the venue, not in our journal" for cid in by_id if cid not in ours]
    return bad


def compare_fills(ours, ledger):
    bad, theirs = [], {}
    mine = {o["orderId"] for o in ledger["orders"] if o["clientOrderId"].startswith("saker-")}
    for f in ledger["fills"]:
        if f["orderId"] in mine:
            theirs[f["id"]] = {"price": D(f["price"]), "quantity": D(f["qty"]), "fee": D(f["commission"]), "fee_asset": f["commissionAsset"],
                               "maker": f["isMaker"], "side": "BUY" if f["isBuyer"] else "SELL"}
    for t in sorted(ours.keys() | theirs.keys()):
        if ours.get(t) != theirs.get(t):
            bad.append(f"trade {t}: {ours.get(t)} here, {theirs.get(t)} at the venue")
    return bad


def compare_position(position, fills, ledger, start):
    """Our position, the sum of the fills, and the venue's balances tell the same."""
    bad = []
    moved = sum((f["quantity"] if f["side"] == "BUY" else -f["quantity"]) for f in fills.values())
    if D(position["quantity"]) != moved:
        bad.append(f"position {position['quantity']}, but fills sum up to {moved}")
    fees = {}
    for f in fills.values():
        fees[f["fee_asset"]] = fees.get(f["fee_asset"], D(0)) + f["fee"]
    held = {b["asset"]: D(b["free"]) + D(b["locked"]) for b in ledger["balances"]}
    for asset, change in (("BTC", moved), ("USDT", sum((-1 if f["side"] == "BUY" else 1) * f["price"] * f["quantity"] for f in fills.values()))):
        want = start[asset] + change - fees.get(asset, D(0))
        if held[asset] != want:
            bad.append(f"balance of {asset}: the venue says {held[asset]}, fills and fees say {want}")
    return bad


# --- what was dropped ---

def drops(counters):
    out = {"explained": {}, "unexplained": {}}
    sessions = counters["md.session"]["opened"]
    expected = os.environ.get("EXPECTED_DROPS", "").split()
    for group, words in counters.items():
        for name, value in words.items():
            if (group, name) == ("md.core", "resyncs") and value == sessions:
                continue  # a book begins by asking for its snapshot, once a session
            key = f"{group.split('.', 1)[-1]}.{name}"
            if value and any(w in name for w in DROP_WORDS):
                known = key in EXPLAINED or group == "trade.risk" or f"{group}.{name}" in expected
                out["explained" if known else "unexplained"][f"{group}.{name}"] = value
    return out


def by_region(counters):
    out = {}
    for c in counters["counters"]:
        out.setdefault(c["region"], {})[c["counter"]] = c["value"]
    return out


def quantiles(h):
    return {"n": h["n"], **{q: h[q + "_ns"] for q in ("min", "p50", "p99", "p999", "max")}}


def cpu_model():
    with open("/proc/cpuinfo") as f:
        return next((l.split(":", 1)[1].strip() for l in f if l.startswith("model name")), "unknown")


def table(latency):
    print(f"\n  {'stage':<20}{'n':>9}{'min':>10}{'p50':>10}{'p90':>10}{'p99':>10}{'p999':>11}{'max':>12}   ns")
    for h in latency["stages"]:
        if h["n"]:
            print(f"  {h['stage']:<20}{h['n']:>9}" + "".join(f"{h[q + '_ns']:>{w}}" for q, w in (("min", 10), ("p50", 10), ("p90", 10), ("p99", 10),
                                                                                               ("p999", 11), ("max", 12))))


def report(work, out, seconds):
    status, counters, latency = load(f"{work}/status.json"), load(f"{work}/counters.json"), load(f"{work}/latency.json")
    held = load(f"{work}/position.json")
    position = held["positions"][0]
    fees = {f["asset"]: f["amount"] for f in held["fees"]}
    ledger, books = load(f"{work}/ledger.json"), lines(f"{work}/books.jsonl")
    journal = [r for path in sorted(glob.glob(f"{work}/journal.*.json")) for r in load(path)["journal"]]
    c = by_region(counters)
    orders, fills, cancels = our_orders(journal)
    last_boot = max((o[:15] for o in orders), default="saker-")
    mismatches = (compare_orders(orders, ledger["orders"], last_boot) + compare_fills(fills, ledger) +
                  compare_position(position, fills, ledger, {"BTC": D(10), "USDT": D(1000000)}))
    t2t = next(h for h in latency["stages"] if h["stage"] == "t2t")
    lost = drops(c)
    compared = [b for b in books if b["state"] == "VALID"]
    r = {
        "seconds": int(seconds), "layout": status["process"]["layout"], "build": status["process"]["build"],
        "host": {"cpu": cpu_model(), "cpus": os.cpu_count(), "kernel": platform.release()},
        "ticks": c["md.core"]["bbo"] + c["md.core"]["trades"], "messages": c["md.core"]["messages"],
        "orders": len(orders), "acks": sum(o["acked"] for o in orders.values()), "cancels": cancels, "fills": len(fills),
        "rejects": sum(o["rejected"] for o in orders.values()),
        "denied": {k: v for k, v in c["trade.risk"].items() if v and k not in ("passed", "cancels")}, "position": position,
        "pnl": {"realised": position["realised"], "unrealised": position["unrealised"], "fees": fees},
        "ledger_match": not mismatches, "ledger_mismatches": mismatches[:20],
        "book": {"compared": len(compared), "wrong_levels": sum(b["wrong"] for b in compared), "not_valid": len(books) - len(compared),
                 "levels": compared[-1]["levels"] if compared else 0, "resyncs": c["md.core"]["resyncs"],
                 # EMPTY to RESYNC to VALID once a session, and nothing else
                 "valid_throughout": c["md.core"]["status_changes"] == 2 * c["md.session"]["opened"]},
        "drops": lost, "allocations_after_seal": c["app"]["allocations_after_seal"],
        "stages_ns": {h["stage"]: quantiles(h) for h in latency["stages"]},
        "t2t_ns": quantiles(t2t), "longest_turn_ns": max(t["max_turn_ns"] for t in latency["turns"]),
    }
    with open(out, "w") as f:
        json.dump(r, f, indent=1, default=str)
        f.write("\n")
    print(f"\n  {r['ticks']} ticks, {r['orders']} orders ({r['acks']} acknowledged, {r['rejects']} rejected by the venue), {cancels} cancels, "
          f"{r['fills']} fills")
    for f in list(fills.values())[:8]:
        print(f"    {f['side']:<4} {f['quantity']} at {f['price']}  fee {f['fee']:f} {f['fee_asset']}")
    if len(fills) > 8:
        print(f"    ... and {len(fills) - 8} more")
    print(f"  position {position['quantity']} BTC, realised {position['realised']}, unrealised {position['unrealised']} USDT, fees {fees}")
    b = r["book"]
    print(f"  book: {b['compared']} comparisons with the venue's at the same update id, {b['wrong_levels']} wrong levels of {b['levels']}, "
          f"{'VALID all through' if b['valid_throughout'] else 'not VALID all through'}")
    print(f"  drops without explanation: {lost['unexplained'] or 'none'}; allocations on a hot core: {r['allocations_after_seal']}")
    print(f"  ledger_match: {r['ledger_match']}" + "".join(f"\n    {m}" for m in mismatches[:10]))
    table(latency)
    print(f"\n  written: {out}")
    return not mismatches and not lost["unexplained"] and not r["allocations_after_seal"] and not b["wrong_levels"]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    verb, args = sys.argv[1], sys.argv[2:]
    if verb == "compare-book":
        compare_book(*args)
    elif verb == "progress":
        progress(*args)
    elif verb == "report":
        sys.exit(0 if report(*args) else 1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
