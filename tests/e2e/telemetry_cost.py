#!/usr/bin/python3
"""
What faulty telemetry costs trading: figures of phases, taken while scenario_telemetry_cost.sh runs, and compared.

  telemetry_cost.py snap FILE PHASE HOSTCTL INSTANCE PID   appends a look at appliance and daemon (PID)
  telemetry_cost.py caught-up FILE PHASE INSTANCE          waits until every server has what it can have
  telemetry_cost.py compare FILE FAULT                     prints whether trading was dearer in this phase: yes or no
  telemetry_cost.py report FILE INSTANCE CONFIG            the table; exit code 1: something is not as it should be

Dearer: a figure of the whole faulty phase (median and 99th percentile of tick to trade, turns of the hot core over
100 us a second) lies TOLERANCE above the worst of the windows of the two phases that are well, before and after it.
How far above their middle that is, is the rise that would have been noticed; it is printed.
"""

import collections
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

SERVE, INFLUXDB, PROMETHEUS = "http://127.0.0.1:9464", "http://127.0.0.1:8086", "http://127.0.0.1:9090"
TOLERANCE = 0.05  # two neighbouring buckets of the histograms are 3.2 % apart
LEAST_TICKS = 20  # of a window: a calm market makes it longer
LEAST_WINDOWS = 2  # of a phase
MEMORY_MB = 16  # that hostctl serve may have more than after the first phase
CATCH_UP_S = 100
LEAST_HELD = 0.7  # of the samples a phase should have: on a busy machine serve skips some
CONTROL = "hot_cpu"  # a process on the hot core's CPU: unless that looks dear, nothing here can be seen
FIGURES = ("p50", "p99", "slow")

# What must be counted where, of what serve tells of itself. Prometheus asks; what it misses only it can know.
COUNTED = {
    "redis": ("saker_redis_failures_total", "saker_redis_errors_total", "saker_redis_state_skipped_total"),
    "influxdb": ("saker_influx_failures_total", "saker_influx_batches_spooled_total"),
    "spool": ("saker_influx_batches_dropped_total",),
}
SHOWN = {
    "redis_failures": "failures", "redis_errors": "errors", "redis_state_skipped": "states skipped", "redis_market_lost": "market lost",
    "influx_failures": "failures", "influx_batches_spooled": "batches spooled", "influx_batches_dropped": "batches dropped",
    "influx_batches_refused": "batches refused", "influx_samples_dropped": "samples dropped",
}


def get(url, **query):
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(query)}", timeout=10) as r:
        return r.read().decode()


# --- looking ---

def serve_metrics():
    own = re.compile(r"(saker_(?:redis|influx)_\w+)\{[^}]*\} (\S+)")
    return {m[1]: float(m[2]) for m in map(own.match, get(f"{SERVE}/metrics").splitlines()) if m}


def snap(path, phase, hostctl, instance, pid):
    def ask(*words):
        return json.loads(subprocess.run([hostctl, "--instance", instance, "--json", *words], check=True, capture_output=True).stdout)
    with open(f"/proc/{pid}/status") as f:
        rss = int(re.search(r"VmRSS:\s*(\d+)", f.read())[1])
    look = {"phase": phase, "at": time.time_ns(), "rss_kb": rss, "metrics": serve_metrics(),
            "slow": max(c["slow_turns"] for c in ask("latency")["turns"]),
            "t2t": {b["to_ns"]: b["n"] for b in ask("latency", "t2t")["histogram"]}}
    with open(path, "a") as f:
        f.write(json.dumps(look) + "\n")


# --- figures ---

def quantile(counts, q):
    """The smallest bucket bound that so many of the values do not exceed."""
    left = q * sum(counts.values())
    for bound in sorted(counts):
        left -= counts[bound]
        if left <= 0:
            return bound
    raise ValueError("an empty histogram")


def ticks(a, b):
    return sum(b["t2t"].values()) - sum(a["t2t"].values())


def between(a, b):
    """The figures of what lies between two looks."""
    counts = {int(k): n - a["t2t"].get(k, 0) for k, n in b["t2t"].items()}
    return {"n": ticks(a, b), "p50": quantile(counts, 0.5), "p99": quantile(counts, 0.99),
            "slow": (b["slow"] - a["slow"]) / (b["at"] - a["at"]) * 1e9}


class Run:
    def __init__(self, path):
        self.looks = collections.OrderedDict()
        self.caught_up = {}
        with open(path) as f:
            for look in map(json.loads, f):
                if "caught_up_s" in look:
                    self.caught_up[look["phase"]] = look["caught_up_s"]
                else:
                    self.looks.setdefault(look["phase"], []).append(look)

    def around(self, fault):
        names = list(self.looks)
        i = names.index(fault)
        return names[i - 1], fault, names[i + 1]

    def whole(self, phase):
        return between(self.looks[phase][0], self.looks[phase][-1])

    def windows(self, phase):
        looks = self.looks[phase]
        out, begin = [], looks[0]
        for look in looks[1:]:
            if ticks(begin, look) >= LEAST_TICKS:
                out.append(between(begin, look))
                begin = look
        return out

    def comparable(self, fault):
        return all(len(self.windows(p)) >= LEAST_WINDOWS for p in self.around(fault))

    def limits(self, fault):
        before, _, after = self.around(fault)
        well = self.windows(before) + self.windows(after)
        return {f: max(w[f] for w in well) * (1 + TOLERANCE) for f in FIGURES}

    def dear(self, fault):
        if not self.comparable(fault):
            return []
        now, limit = self.whole(fault), self.limits(fault)
        return [f for f in FIGURES if now[f] > limit[f]]

    def counted(self, fault):
        """What serve counted from the beginning of the fault until all was caught up."""
        before, _, after = self.around(fault)
        a, b = self.looks[before][-1]["metrics"], self.looks[after][0]["metrics"]
        return {name: int(b[name] - a.get(name, 0)) for name in b if name.endswith("_total") and b[name] > a.get(name, 0)}


# --- catching up ---

def influxdb_rows(instance, where):
    rows = json.loads(get(f"{INFLUXDB}/query", db="saker", epoch="ns", q=f"SELECT up FROM saker_appliance WHERE appliance = '{instance}' AND {where}"))
    return rows["results"][0].get("series", [{"values": []}])[0]["values"]


def prometheus_samples(instance, begin_ns, end_ns):
    seconds = (end_ns - begin_ns) / 1e9
    r = json.loads(get(f"{PROMETHEUS}/api/v1/query", query=f'count_over_time(saker_appliance_up{{appliance="{instance}"}}[{round(seconds * 1000)}ms])',
                       time=end_ns / 1e9))
    return int(r["data"]["result"][0]["value"][1]) if r["data"]["result"] else 0


def redis(*words):
    return subprocess.run(["redis-cli", "--raw", *words], check=True, capture_output=True, text=True).stdout.strip()


def lags(instance):
    """Which server has not yet what it can have, and why."""
    now = time.time_ns()
    out, key = [], f"saker:{{{instance}}}"
    if serve_metrics().get("saker_influx_spool_bytes", 0) or not influxdb_rows(instance, f"time > {now - 4 * 10 ** 9}"):
        out.append("influxdb")
    if not prometheus_samples(instance, now - 3 * 10 ** 9, now):
        out.append("prometheus")
    age_ms = now // 10 ** 6 - int(redis("HGET", f"{key}:appliance", "sampled_ms") or 0)
    due, fills = int(redis("HGET", f"{key}:position:BTCUSDT", "fills") or 1), int(redis("XLEN", f"{key}:fills"))
    if age_ms > 2000 or fills < due:
        out.append(f"redis ({fills} of {due} fills, sample {age_ms} ms old)")
    return out


def caught_up(path, phase, instance):
    begin, late = time.monotonic(), ["?"]
    while late:
        time.sleep(0.2)
        if time.monotonic() - begin > CATCH_UP_S:
            sys.exit(f"telemetry_cost: {phase}: after {CATCH_UP_S} s still behind: {' '.join(late)}")
        try:
            late = lags(instance)
        except (OSError, LookupError, ValueError, subprocess.CalledProcessError) as e:
            late = [str(e)]
    with open(path, "a") as f:
        f.write(json.dumps({"phase": phase, "caught_up_s": round(time.monotonic() - begin, 1)}) + "\n")


# --- the table ---

def three(run, fault, figure, show):
    if not run.comparable(fault):
        return "too few ticks"
    names, limit = run.around(fault), run.limits(fault)[figure]
    values = [run.whole(p)[figure] for p in names]
    middle = (values[0] + values[2]) / 2
    noticed = f"{(limit / middle - 1) * 100:+.0f} %" if middle else f"{limit:.1f}"
    return " / ".join(show(v) for v in values) + f" ({noticed})"


def losses(run, fault):
    told = [f"{n} {SHOWN[name]}" for name, n in ((k[len("saker_"):-len("_total")], v) for k, v in run.counted(fault).items()) if name in SHOWN]
    return ", ".join(told) or "-"


def samples(run, fault, instance, interval_s):
    """Of what each phase should have, how much InfluxDB and Prometheus hold."""
    out = {}
    for name, count in (("influxdb", lambda a, b: len(influxdb_rows(instance, f"time >= {a} AND time < {b}"))),
                        ("prometheus", lambda a, b: prometheus_samples(instance, a, b))):
        spans = [(run.looks[p][0]["at"], run.looks[p][-1]["at"]) for p in run.around(fault)]
        step = {"influxdb": interval_s, "prometheus": 1}[name]
        out[name] = [(count(a, b), int((b - a) / 1e9 / step)) for a, b in spans]
    return out


def complaints(run, fault, held):
    server = fault.split("_")[0]
    counted = run.counted(fault)
    if server in COUNTED and not any(counted.get(name) for name in COUNTED[server]):
        yield f"{fault}: none of {', '.join(COUNTED[server])} rose"
    for name, spans in held.items():
        for at in (0, 2):
            if spans[at][0] < LEAST_HELD * spans[at][1]:
                yield f"{fault}: {name} holds {spans[at][0]} of {spans[at][1]} samples of a phase that was well"
    spooled = server == "influxdb" and not counted.get("saker_influx_batches_dropped_total")
    if spooled and held["influxdb"][1][0] < LEAST_HELD * held["influxdb"][1][1]:
        yield f"{fault}: influxdb holds {held['influxdb'][1][0]} of {held['influxdb'][1][1]} samples, and none was counted as dropped"


def verdicts(run, faults):
    """Of a fault tried more than once the last trial counts: it was tried as long as it looked dear."""
    last = {f.split(".")[0]: f for f in faults}
    dear = {name: run.dear(f) for name, f in last.items()}
    if any(not run.comparable(f) for f in last.values()):
        print("too few ticks to trade in some phases: of those faults nothing is said about what they cost")
    if not dear.get(CONTROL):
        print(f"{CONTROL}: a process on the hot core's own CPU was not {'noticed' if CONTROL in last else 'tried'}: nothing is said about what is dear")
        return
    for name in last:
        if name != CONTROL and dear[name]:
            yield f"{name}: dearer in {last[name].split('.')[1]} trials: {', '.join(dear[name])}"


def memory(run):
    looks = list(run.looks.values())
    first, most = looks[0][-1]["rss_kb"], max(look["rss_kb"] for phase in looks for look in phase)
    print(f"hostctl serve: {first} KiB resident after the first phase, {most} at most, {looks[-1][-1]['rss_kb']} at the end")
    if most > first + MEMORY_MB * 1024:
        yield f"hostctl serve grew by more than {MEMORY_MB} MB"


def report(path, instance, config):
    run, bad = Run(path), []
    with open(config) as f:
        interval_s = int(re.search(r"interval_ms: (\d+)", f.read())[1]) / 1000
    faults = [p for p in run.looks if not p.startswith("well.")]
    table = [("fault", "t2t p50 us", "t2t p99 us", "turns over 100 us a s", "dear", "serve counted", "InfluxDB", "Prometheus", "behind s")]
    for fault in faults:
        held = samples(run, fault, instance, interval_s)
        bad += complaints(run, fault, held)
        share = {name: " / ".join(f"{min(100, 100 * got // due)}" for got, due in spans) + " %" for name, spans in held.items()}
        table.append((fault, three(run, fault, "p50", lambda v: f"{v / 1000:.1f}"), three(run, fault, "p99", lambda v: f"{v / 1000:.0f}"),
                      three(run, fault, "slow", lambda v: f"{v:.1f}"), ",".join(run.dear(fault)) or "no", losses(run, fault),
                      share["influxdb"], share["prometheus"], str(run.caught_up[fault])))
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip())
    bad += list(verdicts(run, faults)) + list(memory(run))
    sizes = [w["n"] for p in run.looks for w in run.windows(p)]
    print(f"{len(run.looks)} phases, {len(sizes)} windows of {min(sizes)} to {max(sizes)} ticks to trade; well / faulty / well (a rise noticed from)")
    for b in bad:
        print(f"BAD {b}")
    return not bad


def main():
    verb, args = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if verb == "snap" and len(args) == 5:
        snap(*args)
    elif verb == "caught-up" and len(args) == 3:
        caught_up(*args)
    elif verb == "compare" and len(args) == 2:
        print("yes" if Run(args[0]).dear(args[1]) else "no")
    elif verb == "report" and len(args) == 3:
        sys.exit(0 if report(*args) else 1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
