#!/usr/bin/env python3
"""Takes every panel's queries from the dashboard files, fills Grafana's macros and variables, and
asks the servers named: each must return data.

  grafana_panels.py INSTANCE     Prometheus on 127.0.0.1:9090, InfluxDB on 127.0.0.1:8086; exit
                                 code 1: a query is wrong or empty
"""
import glob
import json
import math
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../hostctl/grafana")
PROMETHEUS, INFLUXDB = "http://127.0.0.1:9090", "http://127.0.0.1:8086"
RANGE_S, STEP_S = 300, 1
# panels that are rightly empty where nothing of the kind happened
MAY_BE_EMPTY = {"Denies by reason since the start"}


def get(url, **query):
    try:
        with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(query)}", timeout=10) as r:
            return json.load(r)
    except urllib.error.HTTPError as e:
        return json.load(e)


def filled(text, variables):
    """Grafana's macros and variables as it fills them, longest name first."""
    values = {"__rate_interval": "4s", "__interval": f"{STEP_S}s", "__range": f"{RANGE_S}s", "timeFilter": f"time > now() - {RANGE_S}s", **variables}
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${{{name}}}", values[name]).replace(f"${name}", values[name])
    return text


def points_of_prometheus(target, variables):
    now, expr = time.time(), filled(target["expr"], variables)
    r = get(f"{PROMETHEUS}/api/v1/query_range", query=expr, start=now - RANGE_S, end=now, step=STEP_S)
    if r["status"] != "success":
        return None, r.get("error")
    values = [float(v) for s in r["data"]["result"] for _, v in s["values"]]
    return sum(not math.isnan(v) for v in values), expr


def points_of_influxdb(target, variables):
    q = filled(target["query"], variables)
    r = get(f"{INFLUXDB}/query", db="saker", q=q, epoch="ms")
    first = r.get("results", [{}])[0]
    if "error" in r or "error" in first:
        return None, r.get("error") or first.get("error")
    return sum(v is not None for s in first.get("series", []) for row in s["values"] for v in row[1:]), q


def variables_of(dashboard, instance):
    out = {"appliance": instance}
    for v in dashboard["templating"]["list"]:
        if v["name"] != "appliance":
            out[v["name"]] = v["current"]["value"]
    return out


def check(path, instance):
    with open(path) as f:
        dashboard = json.load(f)
    variables, bad, queries = variables_of(dashboard, instance), [], 0
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            queries += 1
            ask = {"prometheus": points_of_prometheus, "influxdb": points_of_influxdb}[target["datasource"]["type"]]
            n, what = ask(target, variables)
            if n is None or (n == 0 and panel["title"] not in MAY_BE_EMPTY):
                bad.append(f"{panel['title']}, {target['refId']}: {'refused' if n is None else 'no data'}: {what}")
    print(f"  {dashboard['uid']}: {len(dashboard['panels'])} panels, {queries} queries, {len(bad)} without data" + "".join(f"\n    {b}" for b in bad))
    return not bad


def sources_are_provisioned():
    import yaml
    with open(f"{FOLDER}/provisioning/datasources/saker.yaml") as f:
        known = {(s["type"], s["uid"]) for s in yaml.safe_load(f)["datasources"]}
    used = set()
    for path in glob.glob(f"{FOLDER}/dashboards/*.json"):
        with open(path) as f:
            used |= {(t["datasource"]["type"], t["datasource"]["uid"]) for p in json.load(f)["panels"] for t in p["targets"]}
    if used - known:
        print(f"  not provisioned: {used - known}")
    return not used - known


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    paths = sorted(glob.glob(f"{FOLDER}/dashboards/*.json"))
    well = [check(path, sys.argv[1]) for path in paths] + [sources_are_provisioned(), len(paths) == 6]
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()
