#!/usr/bin/python3
"""Looks for the API key, the private key and the passphrase where a thief might: in what a core dump of a process
would hold (all mapped memory but what is marked as not to be dumped), in the segment, in the state folder, in the log.

find_secrets.py FOLDER PID INSTANCE. The folder holds api-key, private.pem, credentials/, state/, saker.log and
saker.yaml."""
import base64
import glob
import os
import re
import sys


def needles(folder):
	pem = open(f"{folder}/private.pem").read()
	body = "".join(line for line in pem.splitlines() if "-----" not in line)
	der = base64.b64decode(body)
	return {
		"the API key": open(f"{folder}/api-key", "rb").read().strip(),
		"the private key": der[-32:],
		"the private key's text": body.encode()[22:],  # behind what all such keys begin with
		"the passphrase": open(f"{folder}/credentials/saker.passphrase", "rb").read().strip(),
	}


def mappings(pid):
	"""(from, to, name, flags) of each readable mapping."""
	at = None
	for line in open(f"/proc/{pid}/smaps"):
		m = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+\s*(.*)", line)
		if m:
			at = int(m[1], 16), int(m[2], 16), m[3], m[4].strip()
		elif line.startswith("VmFlags:") and at[2][0] == "r" and at[3] not in ("[vvar]", "[vsyscall]"):
			yield at[0], at[1], at[3], line.split()[1:]


def main():
	folder, pid, instance = sys.argv[1:4]
	wanted, found, read, kept = needles(folder), [], 0, {name: 0 for name in needles(folder)}
	with open(f"/proc/{pid}/mem", "rb", 0) as mem:
		for start, end, name, flags in mappings(pid):
			for at in range(start, end, 1 << 24):
				mem.seek(max(start, at - 64))
				try:
					part = mem.read(min(end, at + (1 << 24)) - max(start, at - 64))
				except OSError:
					continue
				read += len(part)
				for what, needle in wanted.items():
					if needle in part and "dd" in flags:
						kept[what] += 1
					elif needle in part:
						found.append(f"{what} in memory at {start:x}+{part.index(needle):x} {name} {flags}")
	files = [f"/dev/shm/{f}" for f in os.listdir("/dev/shm") if instance in f]
	assert files, "the instance's segment is not there: nothing was proven"
	files += [f for f in glob.glob(f"{folder}/state/**", recursive=True) if os.path.isfile(f)]
	files += [f"{folder}/saker.log", f"{folder}/saker.yaml"]
	for f in files:
		data = open(f, "rb").read()
		found += [f"{what} in {f}" for what, needle in wanted.items() if needle in data]
	print(f"secrets: {read >> 20} MB of memory and {len(files)} files read; in memory kept out of dumps: {kept}")
	# it does log on: the key must be somewhere, or the search is blind
	assert kept["the API key"] and kept["the private key"], "not even where they are kept: the search is blind"
	for f in found:
		print(f"secrets: {f}")
	return 1 if found else 0


sys.exit(main())
