#!/usr/bin/python3
# timeout: 180 s
"""TLS against servers we did not write: OpenSSL's s_server, GnuTLS, nginx, haproxy, Node."""
import os
import statistics
import zlib

from peers import Client, HOST, Server, TMP, Wrong, case, certificate, free_port, main, same, skip, tool

SUITES = {
    "1.3": {"TLS_AES_128_GCM_SHA256": "1301", "TLS_AES_256_GCM_SHA384": "1302", "TLS_CHACHA20_POLY1305_SHA256": "1303"},
    "1.2": {f"ECDHE-{key}-{cipher}": number for key in ("ECDSA", "RSA") for cipher, number in (
        ("AES128-GCM-SHA256", "1301"), ("AES256-GCM-SHA384", "1302"), ("CHACHA20-POLY1305", "1303"))},
}
WIRE = {"1.2": "0303", "1.3": "0304"}
CA = ("--ca", TMP + "/ca.pem")
BIG = 3 << 20
TIMED = 21


def only(version, suite=None):
    picked = ("--suites" + version.replace(".", ""), suite) if suite else ()
    return (*CA, "--min", version, "--max", version, *picked)


def s_server(*options, cert="ec"):
    port = free_port()
    return Server(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", cert + ".pem", "-key", cert + ".key",
                   *options], port)


def rev(*options, **kw):
    return s_server("-rev", "-quiet", "-dcert", "rsa.pem", "-dkey", "rsa.key", *options, **kw)


def reversed_line(c, text="hello"):
    """s_server -rev: the line comes back reversed."""
    c.do("line", text)
    same(c.data(len(text) + 1), f"{zlib.crc32(text[::-1].encode() + bytes([10])):08x}", "the line, reversed")


def bye(c):
    if not c.over:
        c.do("close")
        c.wait("closed")


# ---- any server: `talk` exchanges something on an open connection ----

def every_suite(server, talk):
    with server:
        for version, suites in SUITES.items():
            for suite, number in suites.items():
                with Client(*only(version, suite)) as c:
                    c.connect(server.port, version=WIRE[version], suite=number, resumed="0")
                    talk(c)
                    bye(c)
    return f"{sum(map(len, SUITES.values()))} suites"


def resumes(server, talk, version, times=3):
    """A full handshake by each of some clients, then one that resumes; what each costs."""
    full, again = [], []
    trips = {"1.2": ("2", "1"), "1.3": ("1", "1")}[version]
    with server:
        for _ in range(times):
            with Client(*only(version)) as c:
                first = c.connect(server.port, resumed="0", round_trips=trips[0])
                talk(c)
                bye(c)
                second = c.connect(server.port, resumed="1", round_trips=trips[1])
                talk(c)
                bye(c)
                full.append(int(first["us"]) / 1000)
                again.append(int(second["us"]) / 1000)
    return (f"full {trips[0]} round trips, {statistics.median(full):.2f} ms; resumed {trips[1]}, "
            f"{statistics.median(again):.2f} ms (medians of {times})")


def fetched(content):
    """GET /big: the server sends its head, the content and close_notify."""
    def talk(c):
        path = f"{TMP}/got.{c.proc.pid}"
        c.do("save", path)
        c.do("get", "/big", HOST)
        same(c.wait("closed")["err"], "CLOSED", "how the answer ends")
        with open(path, "rb") as f:
            head, _, body = f.read().partition(b"\r\n\r\n")
        os.unlink(path)
        if not head.startswith(b"HTTP/1.") or body != content:
            raise Wrong(f"{len(body)} bytes of content, {len(content)} expected, or others")
    return talk


def fetch(version, server, content):
    with server, Client(*only(version)) as c:
        c.connect(server.port, version=WIRE[version])
        fetched(content)(c)
        c.do("stat")
        stat = c.wait("stat")
        if int(stat["in_parts"]) == 0:
            raise Wrong("no record came in several segments")
        return f"{stat['in_parts']} records opened in parts"


# ---- OpenSSL ----

def hello_retry():
    with rev("-groups", "P-384", "-tls1_3") as s, Client(*CA, "--groups", "X25519:P-384") as c:
        c.connect(s.port, version="0304", round_trips="2")
        reversed_line(c)


def groups():
    names = ("X25519", "P-256", "P-384", "P-521", "X448")
    with rev() as s:
        for version in SUITES:
            for g in names:
                with Client(*only(version), "--groups", g) as c:
                    c.connect(s.port)
                    reversed_line(c)
    return " ".join(names)


def updated(c, times):
    stat = {"rx_updates": "0"}
    while int(stat["rx_updates"]) < times:
        c.do("stat")
        stat = c.wait("stat")


def key_updates():
    """`k`: the server's keys change; `K`: it wants ours changed too; `update`: ours change by our own will."""
    with s_server("-tls1_3") as s, Client(*CA) as c:
        c.connect(s.port)
        n = 0
        for i, typed in enumerate("kKkKKkkK" * 3):
            s.type(typed + "\n")
            updated(c, i + 1)  # it reads one command at a time
            s.type("spoken\n")
            n += len("spoken\n")
            c.data(n)
            if i % 3 == 0:
                c.do("update")
                same(c.wait("update")["err"], "OK", "our own KeyUpdate")
            c.do("line", f"answer {i}")
            c.do("stat")
            stat = c.wait("stat")
        same((stat["rx_updates"], stat["tx_updates"]), ("24", "20"), "KeyUpdates received and sent")
        s.type("last\n")
        c.data(n + len("last\n"))
        for i in range(24):
            s.wait_said(f"answer {i}\n", 1)
        bye(c)
    return "24 received, 20 sent"


def renegotiation():
    with s_server("-tls1_2") as s, Client(*CA) as c:
        c.connect(s.port)
        s.type("r\n")
        closed = c.wait("closed")
        same(closed["alert_tx"], "100", "our no_renegotiation")
    return f"refused by alert 100, then the server gives up ({closed['err']})"


def no_close_notify():
    with s_server() as s, Client(*CA) as c:
        c.connect(s.port)
        s.proc.kill()
        same(c.wait("closed")["err"], "RESET", "TCP without close_notify")


def refused(options, server, want, part="", host=HOST):
    with server as s, Client(*options) as c:
        c.do("connect", s.port, host)
        event = c.wait("failed")
        same(event["err"], want, event["why"])
        if part not in event["why"]:
            raise Wrong(f"the reason does not say {part!r}: {event['why']}")
        return event["why"]


def wants_certificate(version):
    with rev("-verify", "1") as s, Client(*only(version)) as c:
        c.connect(s.port)
        reversed_line(c)
    with rev("-Verify", "1", "-verify_return_error") as s, Client(*only(version)) as c:
        c.do("connect", s.port, HOST)
        event = c.wait("failed", "closed")
        same(event["err"], "REFUSED", "a client without the certificate that is required")
        why = event.get("why") or "alert " + event.get("alert_rx", "none")
    own = ("--cert", TMP + "/client.pem", "--key", TMP + "/client.key")
    with rev("-Verify", "1", "-verify_return_error", "-CAfile", "ca.pem") as s, Client(*only(version), *own) as c:
        for resumed in "01":
            c.connect(s.port, resumed=resumed)
            reversed_line(c)
            bye(c)
    return f"optional: served; required and not there: {why}; there: served"


def tickets(n):
    with rev("-num_tickets", str(n), "-tls1_3") as s, Client(*CA) as c:
        c.connect(s.port)
        reversed_line(c)
        c.do("stat")
        stat = c.wait("stat")
        same((int(stat["tickets"]), int(stat["dropped"])), (min(n, 8), max(n - 8, 0)), "tickets taken, dropped")
        bye(c)
        c.connect(s.port, resumed="1" if n else "0")


def shaped(*options):
    with rev(*options) as s:
        for version in SUITES:
            with Client(*only(version)) as c:
                c.connect(s.port)
                reversed_line(c, "x" * 900)
                bye(c)


def small_records():
    with open(TMP + "/file", "wb") as f:
        f.write(b"0123456789" * 30000)
    with s_server("-WWW") as s, Client(*CA, "--fragment", "1024") as c:
        c.connect(s.port)
        c.do("get", "/file", HOST)
        same(int(c.wait("closed")["raw"]) > 300000, True, "the file, in records of 1024")


def byte_by_byte():
    """Records, handshake and tickets, one byte at a time."""
    with rev() as s:
        for version, suites in SUITES.items():
            for suite in suites:
                with Client(*only(version, suite), "--read", "1") as c:
                    for resumed in "01":
                        c.connect(s.port, resumed=resumed)
                        reversed_line(c, "x" * 500)
                        bye(c)


def long_certificate():
    """Its message takes several records, handed to the slow thread one by one."""
    with s_server("-rev", "-quiet", cert="long") as s:
        for version in SUITES:
            with Client(*only(version)) as c:
                c.connect(s.port)
                reversed_line(c)
    return f"{os.path.getsize(TMP + '/long.pem') * 3 // 4 >> 10} KB"


def openssl_cases():
    case("s_server: every suite and version", lambda: every_suite(rev(), reversed_line))
    for version in SUITES:
        case(f"s_server: resumption, TLS {version}", resumes, rev(), reversed_line, version, TIMED)
        case(f"s_server: client certificate, TLS {version}", wants_certificate, version)
    case("s_server: byte by byte", byte_by_byte)
    case("s_server: a long certificate", long_certificate)
    case("s_server: stateful resumption", resumes, rev("-no_ticket"), reversed_line, "1.3")
    case("s_server: HelloRetryRequest", hello_retry)
    case("s_server: key exchange groups", groups)
    case("s_server: KeyUpdate, theirs and ours", key_updates)
    case("s_server: renegotiation", renegotiation)
    case("s_server: killed, no close_notify", no_close_notify)
    for n in (0, 1, 8, 12):
        case(f"s_server: {n} tickets", tickets, n)
    case("s_server: padded records", shaped, "-record_padding", "512")
    case("s_server: split records", shaped, "-max_send_frag", "512", "-split_send_frag", "512")
    case("s_server: max_fragment_length", small_records)
    case("wrong host name", refused, CA, s_server(), "CERTIFICATE", "hostname mismatch", "other.test")
    case("wrong address", refused, CA, s_server(), "CERTIFICATE", "IP address mismatch", "127.0.0.2")
    case("untrusted authority", refused, (), s_server(), "CERTIFICATE", "unable to get local issuer")
    case("expired certificate", refused, CA, s_server(cert="expired"), "CERTIFICATE", "expired")
    case("TLS 1.1", refused, CA, s_server("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), "REFUSED", "protocol version")
    case("no forward secrecy", refused, only("1.2"), s_server("-tls1_2", "-cipher", "AES128-GCM-SHA256", cert="rsa"),
         "REFUSED", "handshake failure")
    case("no common group", refused, (*CA, "--groups", "X25519"), s_server("-groups", "P-521"), "REFUSED")
    case("a certificate for our address", address)


def address():
    with rev() as s, Client(*CA) as c:
        c.connect(s.port, host="127.0.0.1")
        reversed_line(c)


# ---- GnuTLS ----

def gnutls(priority="NORMAL", *options):
    port = free_port()
    return Server([tool("gnutls-serv"), "--echo", "--port", str(port), "--priority", priority, *options,
                   "--x509certfile", "ec.pem", "--x509keyfile", "ec.key",
                   "--x509certfile", "rsa.pem", "--x509keyfile", "rsa.key"], port)


def echoed(c, n=200):
    c.do("fill", n)
    same(c.data(n), f"{zlib.crc32(bytes(97 + i % 26 for i in range(n - 1)) + bytes([10])):08x}", "the echo")


def gnutls_hello_retry():
    with gnutls("NORMAL:-GROUP-ALL:+GROUP-SECP384R1") as s, Client(*CA, "--groups", "X25519:P-384", "--min", "1.3") as c:
        c.connect(s.port, round_trips="2")
        echoed(c)


def gnutls_cases():
    case("GnuTLS: every suite and version", lambda: every_suite(gnutls(), echoed))
    for version in SUITES:
        case(f"GnuTLS: resumption, TLS {version}", resumes, gnutls(), echoed, version)
    case("GnuTLS: HelloRetryRequest", gnutls_hello_retry)
    case("GnuTLS: wrong host name", refused, CA, gnutls(), "CERTIFICATE", "hostname mismatch", "other.test")
    case("GnuTLS: untrusted authority", refused, (), gnutls(), "CERTIFICATE")


# ---- web servers ----

def nginx():
    port = free_port()
    with open(TMP + "/nginx.conf", "w", encoding="ascii") as f:
        f.write(f"""daemon off; master_process off; pid {TMP}/nginx.pid; error_log stderr;
events {{}}
http {{ access_log off; {"".join(f"{k}_temp_path {TMP}; " for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))}
	server {{ listen 127.0.0.1:{port} ssl; root {TMP}/www; ssl_protocols TLSv1.2 TLSv1.3;
		ssl_certificate ec.pem; ssl_certificate_key ec.key;
		ssl_certificate rsa.pem; ssl_certificate_key rsa.key;
		ssl_session_cache shared:s:1m; }} }}
""")
    return Server([tool("nginx"), "-p", TMP, "-e", "stderr", "-c", TMP + "/nginx.conf"], port)


def haproxy():
    port = free_port()
    with open(TMP + "/haproxy.cfg", "w", encoding="ascii") as f:
        f.write(f"""global
	tune.bufsize 4194304
defaults
	mode http
	timeout client 10s
	timeout connect 10s
	timeout server 10s
frontend f
	bind 127.0.0.1:{port} ssl crt {TMP}/ec.both crt {TMP}/rsa.both
	http-request return status 200 content-type text/plain file {TMP}/www/big
""")
    return Server([tool("haproxy"), "-db", "-q", "-f", TMP + "/haproxy.cfg"], port)


def node():
    port = free_port()
    return Server([tool("node", "nodejs"), "-e", f"""
		const fs = require("fs"), body = fs.readFileSync("www/big");
		require("https").createServer({{ key: [fs.readFileSync("ec.key"), fs.readFileSync("rsa.key")],
			cert: [fs.readFileSync("ec.pem"), fs.readFileSync("rsa.pem")] }},
			(req, res) => res.end(body)).listen({port}, "127.0.0.1")"""], port)


def web_cases():
    content = os.urandom(BIG)
    os.mkdir(TMP + "/www")
    with open(TMP + "/www/big", "wb") as f:
        f.write(content)
    for name, program, start in (("nginx", ("nginx",), nginx), ("haproxy", ("haproxy",), haproxy),
                                 ("Node", ("node", "nodejs"), node)):
        if not tool(*program):
            skip(name, "not installed")
            continue
        talk = fetched(content)
        case(f"{name}: every suite and version", lambda start=start, talk=talk: every_suite(start(), talk))
        for version in SUITES:
            case(f"{name}: {BIG >> 20} MB, TLS {version}", fetch, version, start(), content)
            case(f"{name}: resumption, TLS {version}", resumes, start(), talk, version)
        case(f"{name}: wrong host name", refused, CA, start(), "CERTIFICATE", "hostname mismatch", "other.test")


def run():
    certificate("ec")
    certificate("rsa", key="rsa")
    certificate("client")
    certificate("long", more_names=1400)
    certificate("expired", days=-1)
    openssl_cases()
    if tool("gnutls-serv"):
        gnutls_cases()
    else:
        skip("GnuTLS", "gnutls-serv is not installed")
    web_cases()


main(run)
