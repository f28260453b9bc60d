#!/usr/bin/env python3
"""Places an order of somebody else on the demo's account: foreign_order.py place WORK PORT. Client order id `not-saker-1`."""
import asyncio
import base64
import json
import ssl
import sys
import time

import websockets
from cryptography.hazmat.primitives.serialization import load_pem_private_key


async def place(work, port):
    with open(f"{work}/private.pem", "rb") as f:
        key = load_pem_private_key(f.read(), None)
    ctx = ssl.create_default_context(cafile=f"{work}/ca.pem")
    async with websockets.connect(f"wss://10.77.0.1:{port}/ws-api/v3", ssl=ctx, server_hostname="venue.test") as ws:
        async def ask(method, params):
            await ws.send(json.dumps({"id": method, "method": method, "params": params}))
            answer = json.loads(await ws.recv())
            if answer["status"] != 200:
                sys.exit(f"{method}: {answer}")
            return answer["result"]
        now = int(time.time() * 1000)
        payload = f"apiKey=demo-key&timestamp={now}"
        await ask("session.logon", {"apiKey": "demo-key", "timestamp": now, "signature": base64.b64encode(key.sign(payload.encode())).decode()})
        await ask("order.place", {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "20000.00",
                                  "quantity": "0.00100", "newClientOrderId": "not-saker-1", "timestamp": int(time.time() * 1000)})


asyncio.run(place(sys.argv[2], int(sys.argv[3])))
