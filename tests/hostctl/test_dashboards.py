#!/usr/bin/python3
# timeout: 240 s
"""Grafana's dashboards, compiled as TypeScript against npm's @grafana/schema (grafana/dashboard.ts); and wrong ones,
which must not compile. -v: what the compiler says of those."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
GRAFANA = os.path.join(HERE, "../../hostctl/grafana")
TYPED = 'export const dashboard: import("./dashboard").SakerDashboard = '
OPTIONS = ["--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022",
           "--pretty", "false"]
BROKEN = {  # what of the latency dashboard is made wrong
    "no schemaVersion": lambda d: d.pop("schemaVersion"),
    "a title that is a number": lambda d: d.update(title=3),
    "a key Grafana does not know": lambda d: d.update(refreshes="5s"),
    "a time without its end": lambda d: d["time"].pop("to"),
    "a link of no kind": lambda d: d["links"][0].update(type="dashboard"),
    "a link without its icon": lambda d: d["links"][0].pop("icon"),
    "a variable that is refreshed at no time": lambda d: d["templating"]["list"][0].update(refresh=7),
    "a variable of no kind": lambda d: d["templating"]["list"][0].update(type="queries"),
    "a variable of a source that is not provisioned": lambda d: d["templating"]["list"][0]["datasource"].update(uid="prom"),
    "a panel of no kind": lambda d: d["panels"][0].update(type="heat-map"),
    "a panel without its place": lambda d: d["panels"][0].pop("gridPos"),
    "a place without height": lambda d: d["panels"][0]["gridPos"].pop("h"),
    "a key no panel has": lambda d: d["panels"][0].update(descripton=""),
    "a unit that is no text": lambda d: d["panels"][0]["fieldConfig"]["defaults"].update(unit=1),
    "no overrides": lambda d: d["panels"][0]["fieldConfig"].pop("overrides"),
    "a heat map's colours of no mode": lambda d: d["panels"][0]["options"]["color"].update(mode="schema"),
    "a heat map's options for another kind of panel": lambda d: d["panels"][0].update(type="timeseries"),
    "an option no heat map has": lambda d: d["panels"][0]["options"]["yAxis"].update(units="s"),
    "a source that is not provisioned": lambda d: d["panels"][0]["datasource"].update(uid="saker-prom"),
    "a query for the other source": lambda d: d["panels"][0]["targets"][0]["datasource"].update(
        type="influxdb", uid="saker-influxdb"),
    "a query without its text": lambda d: d["panels"][0]["targets"][0].pop("expr"),
    "a query without its letter": lambda d: d["panels"][0]["targets"][0].pop("refId"),
}


def skip(why):
    print(why)
    sys.exit(77)


def install(folder):
    """The locked versions of the types and the compiler, into `folder`."""
    if not shutil.which("npm") or not shutil.which("node"):
        skip("npm's @grafana/schema: node or npm is not installed")
    for name in ("package.json", "package-lock.json", "dashboard.ts"):
        shutil.copy(f"{HERE}/grafana/{name}", folder)
    try:
        r = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True,
                           timeout=60)
    except subprocess.TimeoutExpired:
        skip("npm's @grafana/schema: npm ci: no answer within 60 s")
    if r.returncode:
        skip("npm's @grafana/schema: npm ci: " + (r.stderr.strip().splitlines() or ["exit %d" % r.returncode])[-1])


def sources():
    """The provisioned sources as types: a reference by any other uid does not compile."""
    with open(f"{GRAFANA}/provisioning/datasources/saker.yaml", encoding="utf-8") as f:
        uid = {s["type"]: s["uid"] for s in yaml.safe_load(f)["datasources"]}
    return "".join(f"export type {name} = {{ type: {json.dumps(kind)}; uid: {json.dumps(uid[kind])} }};\n"
                   for name, kind in (("Prometheus", "prometheus"), ("Influx", "influxdb")))


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def broken(text, change):
    d = json.loads(text)
    change(d)
    return json.dumps(d, indent=1)


def complaints(folder, files):
    """What the compiler says of each file; its lines are those of the JSON."""
    r = subprocess.run(["node", "node_modules/typescript/bin/tsc", *OPTIONS, *files], cwd=folder, capture_output=True, text=True,
                       timeout=90, check=False)
    said = {}
    for line in (r.stdout + r.stderr).splitlines():
        at = re.match(r"([\w.]+)\(\d+,\d+\): error ", line)
        if at:
            said.setdefault(at[1], []).append(line)
        elif line.startswith("error") or "rror:" in line:
            said.setdefault("tsc", []).append(line)
    return said


def main(folder):
    install(folder)
    write(f"{folder}/sources.ts", sources())
    right = {}
    for path in sorted(glob.glob(f"{GRAFANA}/dashboards/*.json")):
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as f:
            right[name + ".ts"] = f.read()
        json.loads(right[name + ".ts"])
        write(f"{folder}/{name}.ts", TYPED + right[name + ".ts"])
    wrong = {f"wrong{i}.ts": what for i, what in enumerate(BROKEN)}
    for name, what in wrong.items():
        write(f"{folder}/{name}", TYPED + broken(right["latency.json.ts"], BROKEN[what]))
    said = complaints(folder, [*right, *wrong])
    bad = [line for name in said if name not in wrong for line in said[name]]
    bad += [f"compiles: {what}" for name, what in wrong.items() if name not in said]
    print("\n".join(bad) or f"{len(right)} dashboards compile, {len(wrong)} wrong ones do not")
    if "-v" in sys.argv:
        print("\n".join(f"{wrong[n]}: {said[n][0]}" for n in wrong if n in said))
    return 1 if bad else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="saker-dashboards-") as tmp:
        sys.exit(main(tmp))
