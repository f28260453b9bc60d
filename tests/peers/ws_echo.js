// ws_echo.js PORT KEY CERT - npm's ws as a server over TLS. What it does depends on the path; see ws_echo.py, its twin.
"use strict";
const fs = require("fs"), https = require("https"), { WebSocketServer } = require("ws");
const [port, key, cert] = process.argv.slice(2);
const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
const pattern = n => Buffer.alloc(n, "abcdefghijklmnopqrstuvwxyz");

const acts = {
	echo: ws => ws.on("message", (data, binary) => ws.send(data, { binary })),
	pieces: (ws, size, pieces, kind) => {
		const all = pattern(+size), binary = kind === "binary";
		for (let i = 0; i < +pieces; i++)
			ws.send(all.subarray(size * i / pieces | 0, size * (i + 1) / pieces | 0),
				{ binary, fin: i + 1 === +pieces });
	},
	ping: (ws, data) => {
		ws.on("pong", got => ws.send("pong " + got));
		ws.ping(data);
	},
	close: (ws, code, reason) => ws.close(+code, decodeURIComponent(reason)),
	empty: ws => ws.close(),
	abort: ws => ws.terminate(),
	raw: (ws, hex) => ws._socket.write(Buffer.from(hex, "hex")),
};

// Compression is on: a client that offered it would get it.
new WebSocketServer({ server, perMessageDeflate: { threshold: 0 }, maxPayload: 64 << 20 }).on("connection", (ws, req) => {
	const [act, ...args] = req.url.slice(1).split("/");
	ws.on("close", (code, reason) => console.log(`over ${code} ${reason}`));
	ws.on("error", e => console.log("error " + e.message));
	acts[act](ws, ...args);
});
server.listen(+port, "127.0.0.1");
