#!/usr/bin/python3
"""foreign_market.py DIR COUNT MODE: a market-data server and a client of the websockets library on
loopback; MODE is plain, tls13 or tls12. The server sends COUNT messages of DIR/messages; the client
writes what it received to DIR/received, and TLS secrets to DIR/keys."""

import asyncio
import os
import ssl
import sys

import websockets

folder, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
PORT = 9001
HOST = os.environ.get("HOST", "127.0.0.1")


async def serve(ws, path=None):
    with open(folder + "/messages") as f:
        for i, line in enumerate(f):
            if i == count:
                break
            await ws.send(line.rstrip("\n"))
            if i % 20 == 0:
                await asyncio.sleep(0.002)
    await ws.close()


def contexts():
    if mode == "plain":
        return None, None
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    version = ssl.TLSVersion.TLSv1_2 if mode == "tls12" else ssl.TLSVersion.TLSv1_3
    server.minimum_version = server.maximum_version = version
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.keylog_filename = folder + "/keys"
    return server, client


async def main():
    server, client = contexts()
    compression = "deflate" if os.environ.get("DEFLATE") else None
    async with websockets.serve(serve, HOST, PORT, ssl=server, compression=compression):
        uri = ("wss" if client else "ws") + f"://{f'[{HOST}]' if ':' in HOST else HOST}:{PORT}/stream"
        async with websockets.connect(uri, ssl=client, compression=compression) as ws:
            with open(folder + "/received", "w") as out:
                async for text in ws:
                    out.write(text + "\n")


asyncio.run(main())
