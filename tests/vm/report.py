#!/usr/bin/env python3
"""report.py FOLDER: what the virtual machine left in FOLDER/report, and the venues' ledgers, as tables; then what was
expected of it, each with yes or no. Exit code 1: something was not as expected."""
import glob
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../appliance"))
import demo_report  # noqa: E402

HOT = "1"
# What an emulated machine cannot have, whatever is tuned, and why.
IMPOSSIBLE = {
    "cpu.tsc": "the emulator promises no invariant counter; the boot option tsc=reliable says that it is one all the same",
    "irq.affinity": "the kernel alone places the interrupts of a disk's queues, one of which is the hot CPU's",
    "nic.pcie_link": "emulated cards have no link",
    "nic.max_payload": "likewise",
    "nic.max_read_request": "likewise",
}
NOT_SHOWN = ("hardware time stamps (no emulated card has them)", "speed: each instruction is emulated, so that no figure here is a latency",
             "real PCI Express: links, power states, DMA timing, peer NUMA nodes", "SMI, firmware and C-states")


def load(*path):
    with open(os.path.join(*path)) as f:
        return json.load(f)


def text(*path):
    try:
        with open(os.path.join(*path)) as f:
            return f.read().strip()
    except FileNotFoundError:
        return ""


class Report:
    def __init__(self, folder):
        self.folder, self.dir, self.checks = folder, os.path.join(folder, "report"), []

    def expect(self, ok, what):
        self.checks.append((bool(ok), what))

    def table(self, head, rows):
        rows = [[str(c) for c in r] for r in [head] + rows]
        widths = [max(len(r[i]) for r in rows) for i in range(len(head))]
        for r in rows:
            print("  " + "  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip())
        print()

    # --- starts ---

    def doctor(self, boot):
        d = load(self.dir, f"doctor.{boot}.json")
        return d["sum"], {c["check"]: c for c in d["checks"]}

    def starts(self):
        rows, names = [], {1: "as installed", 2: "hostctl tune", 3: "TuneD's profile"}
        for boot, name in names.items():
            if not text(self.dir, f"doctor.{boot}.json"):
                self.expect(False, f"boot {boot}: it was not reached")
                continue
            total, _ = self.doctor(boot)
            rows.append([boot, name, text(self.dir, f"isolated.{boot}") or "-", text(self.dir, f"nohz_full.{boot}").replace("(null)", "") or "-",
                         total["green"], total["note"], total["yellow"], total["red"], total["unknown"]])
        self.table(["boot", "tuned by", "isolated", "nohz_full", "green", "note", "yellow", "red", "unknown"], rows)
        before, after = self.doctor(1), self.doctor(2)
        self.expect(before[0]["red"] > len([c for c in IMPOSSIBLE if before[1][c]["severity"] == "red"]), "boot 1: the doctor is red")
        red = {c for c, f in after[1].items() if f["severity"] == "red"}
        print("  not green after tuning:")
        for c, f in after[1].items():
            if f["severity"] in ("red", "yellow", "note"):
                print(f"    {f['severity']:<6} {c}: {f['found']}" + (f" ({IMPOSSIBLE[c]})" if c in IMPOSSIBLE else ""))
        print()
        self.expect(red <= set(IMPOSSIBLE), f"boot 2: nothing is red but what emulation cannot have: {', '.join(sorted(red)) or 'nothing'}")
        for check in ("cpu.isolated", "cpu.nohz_full", "cpu.rcu_nocbs", "memory.huge_pages", "nic.driver", "nic.iommu"):
            self.expect(before[1][check]["severity"] != "green" or check == "nic.iommu", f"boot 1: {check} is {before[1][check]['severity']}")
            self.expect(after[1][check]["severity"] == "green", f"boot 2: {check} is {after[1][check]['severity']}")
        for boot, by in ((2, "tune"), (3, "TuneD")):
            self.expect(text(self.dir, f"isolated.{boot}") == HOT and text(self.dir, f"nohz_full.{boot}") == HOT,
                        f"boot {boot}: CPU {HOT} isolated and without ticks, by what {by} and update-grub wrote")
        self.expect(text(self.dir, "isolated.1") == "", "boot 1: no CPU isolated")
        due = [l.split()[0] for l in text(self.dir, "tune.verify").splitlines() if " due " in l]
        self.expect(text(self.dir, "tune.verify") and all(d.startswith("/proc/irq/") for d in due),
                    f"boot 2: all that tune wrote is in force, but for interrupts that drivers place anew: {', '.join(due) or 'none'}")
        self.expect("saker" in text(self.dir, "tuned.active"), f"boot 3: {text(self.dir, 'tuned.active')}")

    def machine(self):
        cores = load(self.dir, "jitter.json")
        first = next(v for v in cores.values() if isinstance(v, list))[0]
        print("  hostctl jitter: " + ", ".join(f"{k} {v}" for k, v in first.items() if v not in (None, "") and len(str(v)) < 20) + "\n")
        self.expect(text(self.dir, "drivers").count(" vfio-pci ") == 4, "boot 2: driverctl gave all four cards to vfio-pci again")
        self.expect(text(self.dir, "drivers").count("saker:660") == 4, "their groups belong to saker")
        self.expect(text(self.dir, "noiommu") in ("N", "absent"), "vfio is not in its unsafe mode")

    # --- what was traded ---

    def run(self, name, tx, rx):
        work = os.path.join(self.dir, name)
        shutil.copy(os.path.join(self.folder, "venue", name, "state", "ledger.json"), work)
        out = subprocess.run([sys.executable, demo_report.__file__, "report", work, os.path.join(work, "demo.json"), "0"],
                             capture_output=True, text=True)
        with open(os.path.join(work, "report.txt"), "w") as f:
            f.write(out.stdout + out.stderr)
        if not os.path.exists(os.path.join(work, "demo.json")):
            self.expect(False, f"{name}: a report: {out.stderr.strip()[-300:]}")
            return None
        r, c = load(work, "demo.json"), demo_report.by_region(load(work, "counters.json"))
        both = lambda group, counter: c[f"md.{group}"][counter] + c[f"trade.{group}"][counter]  # noqa: E731
        capture = load(work, "capture.json")["capture"]
        files = glob.glob(os.path.join(work, "captures", "*.pcapng"))
        self.expect(r["ledger_match"] and r["fills"] > 0, f"{name}: {r['fills']} fills, ledger_match {r['ledger_match']}")
        self.expect(not r["allocations_after_seal"], f"{name}: no allocation on the hot core")
        self.expect(files and capture["frames"] > 0 and not capture["lost"], f"{name}: captured, nothing lost")
        self.expect("vfio-device" in text(work, "vfio"), f"{name}: the process holds vfio devices")
        wrong = both("port", "rx_csum_bad") + both("net", "rx_tcp_checksum") + both("net", "rx_ip_checksum")
        if name.startswith("netem"):
            q = load(work, "qdisc.json")[0]
            self.expect(q["drops"] > 0 and both("tcp", "rtx_fast") + both("tcp", "rtx_timeout") + both("tcp", "rx_out_of_order") > 0,
                        f"{name}: {q['drops']} frames lost, others late, in another order or damaged, and TCP mended it")
            self.expect(wrong > 0, f"{name}: damaged frames were seen by their checksums")
        else:
            self.expect(wrong == 0, f"{name}: no wrong checksum")
            self.expect(not r["drops"]["unexplained"], f"{name}: no drops but {r['drops']['unexplained'] or 'explained ones'}")
        return [name, tx, rx, r["orders"], r["fills"], both("port", "rx_frames"), both("port", "tx_frames"), both("port", "rx_csum_bad"),
                both("net", "rx_tcp_checksum") + both("net", "rx_ip_checksum"), both("tcp", "rtx_fast") + both("tcp", "rtx_timeout"),
                both("tcp", "rx_out_of_order"), capture["frames"], r["ledger_match"]]

    def runs(self):
        rows = []
        for line in text(self.folder, "runs").splitlines():
            name, _, _, _, tx, rx = line.split()
            if os.path.isdir(os.path.join(self.dir, name)):
                rows.append(self.run(name, "device" if tx == "true" else "software", "device" if rx == "true" else "software"))
            else:
                self.expect(False, f"{name}: it was not reached")
        self.table(["run", "tx checksum", "rx checksum", "orders", "fills", "rx frames", "tx frames", "wrong by the device", "dropped as wrong",
                    "resent", "out of order", "captured", "ledger_match"], [r for r in rows if r])

    def conclude(self):
        for ok, what in self.checks:
            print(f"  {'ok  ' if ok else 'FAIL'}  {what}")
        print("\n  what emulation cannot show: " + "; ".join(NOT_SHOWN))
        bad = sum(not ok for ok, _ in self.checks)
        print(f"  {len(self.checks) - bad} as expected, {bad} not; files: {self.dir}")
        return 1 if bad else 0


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    r = Report(sys.argv[1])
    if not os.path.isdir(r.dir):
        sys.exit("  no report: the machine did not get far enough")
    print()
    for part in (r.starts, r.machine, r.runs):
        try:
            part()
        except (OSError, KeyError, ValueError) as e:
            r.expect(False, f"{part.__name__}: {type(e).__name__} {e}")
    sys.exit(r.conclude())


if __name__ == "__main__":
    main()
