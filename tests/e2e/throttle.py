#!/usr/bin/python3
"""
throttle.py BYTES_PER_S FROM:TO ...: passes TCP connections to 127.0.0.1:FROM on to 127.0.0.1:TO.

As fast as they come; between SIGUSR1 and SIGUSR2 with BYTES_PER_S each way, a sip a tenth of a second, so that
a server seems slow and still well. Prints `ready` once it listens.
"""

import asyncio
import signal
import sys

SIP_S = 0.1
slow = False


async def pump(reader, writer, sip):
    try:
        while data := await reader.read(sip if slow else 65536):
            if slow:
                await asyncio.sleep(SIP_S * len(data) / sip)
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def link(to, sip, reader, writer):
    try:
        there = await asyncio.open_connection("127.0.0.1", to)
    except OSError:
        writer.close()
        return
    await asyncio.gather(pump(reader, there[1], sip), pump(there[0], writer, sip))


def set_slow(value):
    global slow
    slow = value


async def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sip = max(1, int(int(sys.argv[1]) * SIP_S))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, set_slow, True)
    loop.add_signal_handler(signal.SIGUSR2, set_slow, False)
    for pair in sys.argv[2:]:
        here, to = map(int, pair.split(":"))
        await asyncio.start_server(lambda r, w, to=to: link(to, sip, r, w), "127.0.0.1", here, limit=65536)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
