#!/usr/bin/env python3
"""Do Redis, InfluxDB and Prometheus hold the figures of the demo's report? Exact decimals, but for
what a float of InfluxDB's own cannot hold.

  demo_telemetry.py INSTANCE DEMO_JSON     a line for each server; exit code 1: a figure is missing or differs
"""
import json
import subprocess
import sys
import urllib.parse
import urllib.request
from decimal import Decimal as D

INFLUXDB, PROMETHEUS = "http://127.0.0.1:8086", "http://127.0.0.1:9090"


def get(url, **query):
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(query)}", timeout=10) as r:
        return json.load(r, parse_float=D)


# --- what the report says, by (group, name, label) ---

def figures(r):
    out = {
        ("position", "fills", ()): r["fills"],
        ("position", "quantity", ()): r["position"]["quantity"],
        ("position", "realised", ()): r["pnl"]["realised"],
        ("gateway", "orders_sent", ()): r["orders"],
        ("gateway", "cancels_sent", ()): r["cancels"],
        ("core", "messages", (("core", "md"),)): r["messages"],
        ("app", "allocations_after_seal", ()): r["allocations_after_seal"],
    }
    out.update({("risk", code, ()): n for code, n in r["denied"].items()})
    out.update({("latency", stage, ()): h["n"] for stage, h in r["stages_ns"].items()})
    return {key: D(str(value)) for key, value in out.items()}


# --- what the servers say ---

def influx_value(instance, group, name, labels):
    where = "".join(f" AND {k} = '{v}'" for k, v in labels)
    if group == "latency":
        name, where = "count", f" AND stage = '{name}'"
    rows = get(f"{INFLUXDB}/query", db="saker", q=f"SELECT last({name}) FROM saker_{group} WHERE appliance = '{instance}'{where}")
    return D(str(rows["results"][0]["series"][0]["values"][0][1]))


def prometheus_value(instance, group, name, labels):
    more = "".join(f',{k}="{v}"' for k, v in labels)
    metric = f"saker_{group}_{name}"
    if group == "latency":
        metric, more = "saker_latency_seconds_count", f',stage="{name}"'
    # a counter ends in _total, a gauge does not
    query = f'{{__name__=~"{metric}(_total)?",appliance="{instance}"{more}}}'
    return D(get(f"{PROMETHEUS}/api/v1/query", query=query)["data"]["result"][0]["value"][1])


def redis_cli(*words):
    return subprocess.run(["redis-cli", "--raw", *words], check=True, capture_output=True, text=True).stdout.strip()


def redis_value(instance, group, name, labels):
    label = {"position": ":BTCUSDT", "gateway": ":trade", "risk": ":trade", "core": ":md", "latency": f":{name}"}.get(group, "")
    return D(redis_cli("HGET", f"saker:{{{instance}}}:{group}{label}", "count" if group == "latency" else name) or "NaN")


def redis_about(instance):
    version = next(l.split(":")[1].strip() for l in redis_cli("INFO", "server").splitlines() if l.startswith("redis_version"))
    published = redis_cli("HGET", f"saker:{{{instance}}}:redis", "market_sent")
    return f"Redis {version}: {redis_fills(instance)} fills, {redis_cli('XLEN', f'saker:{{{instance}}}:orders')} order events, " \
           f"{published} market messages"


def redis_fills(instance):
    return redis_cli("XLEN", f"saker:{{{instance}}}:fills")


def influx_about(instance):
    with urllib.request.urlopen(f"{INFLUXDB}/ping", timeout=10) as r:
        version = r.headers["X-Influxdb-Version"]
    rows = get(f"{INFLUXDB}/query", db="saker", q=f"SELECT count(up) FROM saker_appliance WHERE appliance = '{instance}'")
    return f"InfluxDB {version}: {rows['results'][0]['series'][0]['values'][0][1]} samples"


def prometheus_about(instance):
    version = get(f"{PROMETHEUS}/api/v1/status/buildinfo")["data"]["version"]
    n = get(f"{PROMETHEUS}/api/v1/query", query=f'count_over_time(saker_appliance_up{{appliance="{instance}"}}[1h])')
    return f"Prometheus {version}: {n['data']['result'][0]['value'][1]} samples"


def compare(instance, want, about, value_of):
    bad = []
    for (group, name, labels), expected in want.items():
        try:
            got = value_of(instance, group, name, labels)
        except (LookupError, KeyError):
            got = None
        if got is None or got.is_nan() or abs(got - expected) > abs(expected) * D("1e-12"):
            bad.append(f"{group}.{name}: {got}, the report says {expected}")
    print(f"  {about(instance)}; {len(want) - len(bad)} of {len(want)} figures agree with the report")
    for b in bad:
        print(f"    {b}")
    return not bad


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    instance = sys.argv[1]
    with open(sys.argv[2]) as f:
        want = figures(json.load(f, parse_float=D))
    servers = ((influx_about, influx_value), (prometheus_about, prometheus_value), (redis_about, redis_value))
    well = [compare(instance, want, about, value_of) for about, value_of in servers]
    fills = want[("position", "fills", ())]
    if D(redis_fills(instance)) != fills:
        print(f"    the stream of fills holds {redis_fills(instance)}, the report says {fills}")
        well.append(False)
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()
