#!/usr/bin/python3
"""
delay_link.py INNER OUTER PEER DELAY_MS LOG: a cable between two interfaces, each way DELAY_MS long, for
kernels without netem. Writes a line of JSON for each TCP segment that opens, closes or carries
bytes, at the time it passes INNER. INNER's end is told by ARP that PEER's address,
behind OUTER, is there now.

delay_link.py --report LOG MS: what the newest connection in LOG took, as one line of JSON; the user
had market data again MS after the loss of the connection before it.

A round trip is a flight of the client that was answered: SYN or bytes, sent after something was
received since the flight before.
"""

import collections
import fcntl
import json
import select
import socket
import struct
import sys
import time

ETH_ALL = 3
OUTGOING = 4  # PACKET_OUTGOING: what this machine itself sends
SIOCGIFADDR, SIOCGIFHWADDR = 0x8915, 0x8927


def hello(payload):
    """Of a ServerHello: whether it resumes a session by a pre-shared key (RFC 8446 section 4.2.11)."""
    if len(payload) < 44 or payload[0] != 22 or payload[5] != 2:
        return None
    at = 43 + 1 + payload[43] + 3
    end = at + 2 + struct.unpack("!H", payload[at:at + 2])[0]
    at += 2
    while at + 4 <= end:
        kind, n = struct.unpack("!HH", payload[at:at + 4])
        if kind == 41:
            return "resumed"
        at += 4 + n
    return "full"


def segment(frame, at, to_client):
    if frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return None
    ip_n = (frame[14] & 15) * 4
    tcp = frame[14 + ip_n:14 + struct.unpack("!H", frame[16:18])[0]]
    sport, dport, seq, _, off, flags = struct.unpack("!HHLLBB", tcp[:14])
    payload = tcp[(off >> 4) * 4:]
    if not payload and not flags & 7:
        return None
    return {"at": at, "port": dport if to_client else sport, "to_client": to_client, "syn": bool(flags & 2),
            "end": bool(flags & 5), "seq": seq, "n": len(payload), "hello": to_client and hello(payload)}


def announce(inner, peer):
    """An ARP answer that nobody asked for."""
    ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    name = struct.pack("256s", peer.encode())
    mac = fcntl.ioctl(ask, SIOCGIFHWADDR, name)[18:24]
    ip = fcntl.ioctl(ask, SIOCGIFADDR, name)[20:24]
    inner.send(b"\xff" * 6 + mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02" + mac + ip + b"\xff" * 6 + ip + b"\0" * 18)


def carry(names, peer, delay_s, log):
    ends = []
    for name in names:
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
        s.bind((name, 0))
        ends.append(s)
    announce(ends[0], peer)
    waiting = collections.deque()  # one delay for all: a queue is in order of time
    print("ready", flush=True)
    while True:
        left = max(0, waiting[0][0] - time.time()) if waiting else None
        for s in select.select(ends, [], [], left)[0]:
            frame, (_, _, kind, _, _) = s.recvfrom(65536)
            if kind != OUTGOING:
                waiting.append((time.time() + delay_s, 1 - ends.index(s), frame))
        while waiting and waiting[0][0] <= time.time():
            due, to, frame = waiting.popleft()
            ends[to].send(frame)
            said = segment(frame, due - delay_s if to else time.time(), to == 0)
            if said:
                log.write(json.dumps(said) + "\n")
                log.flush()  # the scenario reads along


def report(path, ms_total):
    rows = [json.loads(line) for line in open(path)]
    start = max(i for i, r in enumerate(rows) if r["syn"] and not r["to_client"])
    talked = {r["port"] for r in rows[:start] if r["to_client"] and r["n"]}
    lost = [r["at"] for r in rows[:start] if r["end"] and r["to_client"] and r["port"] in talked]
    until = lost[-1] + ms_total / 1000
    mine = [r for r in rows[start:] if r["port"] == rows[start]["port"] and r["at"] <= until]
    trips, heard, seen, back = 0, True, set(), collections.Counter()
    for r in mine:
        if r["to_client"]:
            heard = True
            back[trips] += r["n"]
        elif heard and r["seq"] not in seen:  # what is sent again is no flight
            trips, heard = trips + 1, False
        seen.add(r["seq"])
    print(json.dumps({"handshake": next((r["hello"] for r in mine if r["hello"]), None), "round_trips": trips,
                      "handshake_bytes": back[2], "ms_from_loss_to_data": ms_total,
                      "of_which_before_the_syn": round((rows[start]["at"] - lost[-1]) * 1000, 1)}))


if __name__ == "__main__":
    if sys.argv[1] == "--report":
        report(sys.argv[2], float(sys.argv[3]))
    else:
        carry(sys.argv[1:3], sys.argv[3], float(sys.argv[4]) / 1000, open(sys.argv[5], "w"))
