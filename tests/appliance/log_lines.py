#!/usr/bin/python3
"""log_lines.py MEANT FILE...: are the lines of the log's files, oldest first, the JSON that was meant?

MEANT has a line for each: the bytes of message and field, in hexadecimal. Python's own decoder
says what they are as text, each byte that is no UTF-8 as U+FFFD.
"""
import codecs
import datetime
import json
import sys

MESSAGE_BYTES = 639  # LOG_MESSAGE without its end
FIELD_BYTES = 128

codecs.register_error("each", lambda e: ("\ufffd", e.start + 1))


def once(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"a name twice: {names}"
    return dict(pairs)


def no_constant(word):
    raise ValueError(f"{word} is not JSON")


def check(line, meant):
    text = line.decode("ascii")
    assert text.endswith("}\n") and all(c >= " " for c in text[:-1]), "more than a line of printable ASCII"
    got = json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    assert list(got) == ["time_ns", "time", "level", "area", "event", "message", "who"], list(got)
    message, who = (bytes.fromhex(word) for word in meant.split(","))
    assert got["message"] == message[:MESSAGE_BYTES].decode("utf-8", "each"), got["message"]
    whole = who.decode("utf-8", "each")
    assert got["who"] == whole if len(who) <= FIELD_BYTES else whole.startswith(got["who"]) and got["who"], got["who"]
    assert (got["level"], got["area"], got["event"]) == ("warning", "ctl", "hostile")
    at = datetime.datetime.fromtimestamp(got["time_ns"] // 10**9, datetime.timezone.utc)
    assert got["time"] == f"{at:%Y-%m-%dT%H:%M:%S}.{got['time_ns'] // 1000 % 10**6:06}Z", got["time"]


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        meant = f.read().splitlines()
    lines = []
    for name in sys.argv[2:]:
        with open(name, "rb") as f:
            lines += f.readlines()
    assert len(lines) == len(meant), f"{len(lines)} lines of {len(meant)}"
    for n, (line, was_meant) in enumerate(zip(lines, meant)):
        try:
            check(line, was_meant)
        except (AssertionError, ValueError) as e:
            sys.exit(f"line {n}: {line!r}: {e}")


main()
