#!/usr/bin/python3
"""
ws_echo.py PORT [KEY CERT] - python3-websockets as a server, over TLS where it is given a key. What it does depends
on the path: /echo; /pieces/SIZE/N/KIND sends one message in N frames; /ping/DATA; /close/CODE/REASON; /empty closes
without a code; /abort drops the connection; /raw/HEX writes these bytes.
"""
import asyncio
import ssl
import sys
from urllib.parse import unquote

import websockets


def cut(size, n, kind):
    data = (b"abcdefghijklmnopqrstuvwxyz" * (size // 26 + 1))[:size]
    parts = [data[size * i // n:size * (i + 1) // n] for i in range(n)]
    return parts if kind == "binary" else [p.decode() for p in parts]


async def act(ws, what, args):
    if what == "echo":
        async for message in ws:
            await ws.send(message)
    elif what == "pieces":
        parts = cut(int(args[0]), int(args[1]), args[2])
        await ws.send(parts if len(parts) > 1 else parts[0])
    elif what == "ping":
        await (await ws.ping(args[0]))
        await ws.send("pong " + args[0])
    elif what == "close":
        await ws.close(int(args[0]), unquote(args[1]))
    elif what == "empty":
        await ws.write_frame(True, 8, b"")
    elif what == "abort":
        ws.transport.abort()
    elif what == "raw":
        ws.transport.write(bytes.fromhex(args[0]))
    await ws.wait_closed()


async def serve(ws, path):
    what, *args = path[1:].split("/")
    try:
        await act(ws, what, args)
    except websockets.ConnectionClosed:
        pass
    print(f"over {ws.close_code} {ws.close_reason}", flush=True)


async def main(port, *key_and_cert):
    tls = None
    if key_and_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(key_and_cert[1], key_and_cert[0])
    # Compression is on by default: a client that offered it would get it.
    async with websockets.serve(serve, "127.0.0.1", int(port), ssl=tls, max_size=64 << 20):
        await asyncio.Future()


asyncio.run(main(*sys.argv[1:]))
