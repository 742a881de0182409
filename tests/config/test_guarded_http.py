"""Reading addresses that others chose: nothing private is ever reached, nothing is waited for, nothing is swallowed whole."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from config.lib.guarded_http import (
    JSON,
    AddressRefusedError,
    AnswerRefusedError,
    CertificateError,
    GuardedClient,
    Limits,
    RedirectRefusedError,
    TooLargeError,
    UnreachableError,
    is_public_address,
    with_tls,
)
from tests.factories.web import PUBLIC, answering, page, web, web_server

QUICK = Limits(seconds=0.6)


def moved(to: str) -> bytes:
    return page("", "text/html", "302 Found", f"Location: {to}")


def test_a_page_is_read_under_its_name_from_the_address_that_was_checked():
    with web(answering({"/~ada?tab=links": page("Ada’s page")})) as net:
        answer = net.client().get("https://example.edu/~ada?tab=links#here")

    assert answer.text == "Ada’s page"
    assert net.looked_up == ["example.edu"]
    assert net.connected == [PUBLIC]
    head = net.server.requests[0]
    assert "Host: example.edu\r\n" in head
    assert "User-Agent: Collegium/0.1 (mailto:editors@example.org)\r\n" in head
    assert "Cookie" not in head


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.1.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.20.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_no_address_is_asked_that_is_not_public(address):
    assert not is_public_address(address)
    with web(answering({"/": page("secret")}), {"example.edu": [[PUBLIC, address]]}) as net, pytest.raises(AddressRefusedError):
        net.client().get("https://example.edu/")
    assert net.connected == []


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2a00:1450:4001::200e"])
def test_public_addresses_are_asked(address):
    assert is_public_address(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://example.edu.0x7f/",
        "https://①②⑦.⓪.⓪.①/",
        "https://%31%32%37.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://93.184.215.14/",
        "https://localhost/",
        "https://intranet/",
        "https://localhost./",
    ],
)
def test_hosts_are_named_never_numbered(url):
    with web(answering({"/": page("secret")})) as net, pytest.raises(AddressRefusedError):
        net.client().get(url)
    assert (net.looked_up, net.connected) == ([], [])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.edu/",
        "ftp://example.edu/",
        "file:///etc/passwd",
        "gopher://example.edu/",
        "//example.edu/",
        "example.edu",
        "",
        "https://",
        "https:///path",
        "https://example.edu:8443/",
        "https://example.edu:80/",
        "https://example.edu:99999/",
        "https://example.edu:x/",
        "https://ada:secret@example.edu/",
        "https://example.edu@evil.example/",
        "https://evil.example\\@example.edu/",
        "https://example.edu/\r\nX-Injected: 1",
        "https://example.edu/ a",
        "https://example.edu\x00/",
        "https://exa\tmple.edu/",
        "https://-example.edu/",
        "https://exa..mple.edu/",
        "https://[example.edu/",
        "https://" + "a" * 64 + ".edu/",
        "https://example.edu/" + "a" * 2000,
        "javascript:alert(1)",
    ],
)
def test_only_plain_web_addresses_are_read(url):
    with web(answering({})) as net, pytest.raises(AddressRefusedError):
        net.client().get(url)
    assert (net.looked_up, net.connected) == ([], [])


def test_a_name_that_answers_otherwise_the_second_time_changes_nothing():
    with web(answering({"/": page("fine")}), {"example.edu": [[PUBLIC], ["127.0.0.1"]]}) as net:
        assert net.client().get("https://example.edu/").text == "fine"
    assert net.looked_up == ["example.edu"]
    assert net.connected == [PUBLIC]


def test_a_name_is_checked_anew_at_each_redirect():
    pages = {"/": moved("/private"), "/private": page("secret")}
    with web(answering(pages), {"example.edu": [[PUBLIC], ["169.254.169.254"]]}) as net, pytest.raises(AddressRefusedError):
        net.client().get("https://example.edu/")
    assert net.connected == [PUBLIC]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/",
        "https://www.example.edu/",
        "//evil.example/",
        "http://example.edu/",
        "https://127.0.0.1/",
        "https://example.edu:8443/",
        "https://ada@example.edu/",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::1",
    ],
)
def test_redirects_stay_with_the_server(location):
    with web(answering({"/": moved(location)})) as net, pytest.raises(RedirectRefusedError):
        net.client().get("https://example.edu/")
    assert net.looked_up == ["example.edu"]


def test_three_redirects_are_followed_and_no_more():
    chain = {f"/{n}": moved(f"/{n + 1}") for n in range(4)} | {"/4": page("the end"), "/9": moved("")}
    with web(answering(chain)) as net:
        assert net.client().get("https://example.edu/1").text == "the end"
        with pytest.raises(RedirectRefusedError):
            net.client().get("https://example.edu/0")
        with pytest.raises(RedirectRefusedError):
            net.client().get("https://example.edu/9")


def stated_too_large(_path: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999999999\r\n\r\n")


def endless(_path: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def endless_chunks(_path: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\nx\r\n" * 1000)


def endless_headers(_path: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def endless_promises(_path: str, connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def bomb(_path: str, connection: socket.socket) -> None:
    packed = gzip.compress(b"x" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    connection.sendall(head.encode() + packed)


@pytest.mark.parametrize("script", [stated_too_large, endless, endless_chunks, endless_headers, endless_promises, bomb])
def test_nobody_makes_us_read_without_end(script):
    with web(script) as net, pytest.raises(TooLargeError):
        net.client().get("https://example.edu/")


def silent(_path: str, _connection: socket.socket) -> None:
    time.sleep(3)


def dripping(head: bytes, drop: bytes):
    def script(_path: str, connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(60):
            connection.sendall(drop)
            time.sleep(0.05)

    return script


@pytest.mark.parametrize(
    "script",
    [
        silent,
        dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["silent", "head", "body", "chunks"],
)
def test_nobody_makes_us_wait(script):
    before = time.monotonic()
    with web(script) as net, pytest.raises(UnreachableError, match="did not answer within"):
        net.client(limits=QUICK).get("https://example.edu/")
    assert time.monotonic() - before < 2


def test_redirects_share_the_time():
    def script(path: str, connection: socket.socket) -> None:
        time.sleep(0.25)
        connection.sendall(moved(f"{path}x"))

    before = time.monotonic()
    with web(script) as net, pytest.raises(UnreachableError):
        net.client(limits=QUICK).get("https://example.edu/")
    assert time.monotonic() - before < 2


def test_a_slow_look_up_and_a_silent_handshake_are_given_up():
    def slowly(_host: str, _port: int) -> list[str]:
        time.sleep(2)
        return [PUBLIC]

    with web(answering({})) as net, pytest.raises(UnreachableError, match="Looking up"):
        replace(net.client(limits=Limits(seconds=0.3)), resolve=slowly).get("https://example.edu/")
    with web_server(answering({})) as plain, web(answering({})) as net:  # it waits for words that are no handshake
        net.server = plain
        with pytest.raises(UnreachableError):
            net.client(limits=Limits(seconds=0.5)).get("https://example.edu/")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\njunk",
        page(gzip.compress(b"a whole page of words")[:-9], "text/html", "200 OK", "Content-Encoding: gzip"),
    ],
)
def test_a_broken_answer_is_trouble_and_no_page(answer):
    with web(lambda _path, connection: connection.sendall(answer)) as net, pytest.raises(UnreachableError) as raised:
        net.client().get("https://example.edu/")
    assert raised.value.is_trouble


def test_packed_pages_are_read():
    packed = page(gzip.compress(b"Ada"), "text/html", "200 OK", "Content-Encoding: gzip")
    with web(answering({"/": packed})) as net:
        assert net.client().get("https://example.edu/").text == "Ada"


@pytest.mark.parametrize(
    "status,is_trouble", [("404 Not Found", False), ("403 Forbidden", False), ("503 Unavailable", True), ("429 Slow", True)]
)
def test_the_status_is_told(status, is_trouble):
    with web(answering({"/": page("", status=status)})) as net, pytest.raises(AnswerRefusedError, match=status[:3]) as raised:
        net.client().get("https://example.edu/")
    assert (raised.value.status, raised.value.is_trouble) == (int(status[:3]), is_trouble)


@pytest.mark.parametrize(
    "answer",
    [page(b"\x89PNG", "image/png"), page("{}", "application/json"), page("x", "text/html", "200 OK", "Content-Encoding: br")],
)
def test_only_pages_are_read_where_pages_are_wanted(answer):
    with web(answering({"/": answer})) as net, pytest.raises(AnswerRefusedError):
        net.client().get("https://example.edu/")
    with web(answering({"/": page('{"a": 1}', "application/json")})) as net:
        assert net.client(accept=JSON).get("https://example.edu/").text == '{"a": 1}'


def test_the_certificate_must_vouch_for_the_name():
    with web(answering({"/": page("x")}), names=("other.example",)) as net, pytest.raises(CertificateError):
        net.client().get("https://example.edu/")
    with web(answering({"/": page("x")})) as net, pytest.raises(CertificateError):
        net.client(tls=ssl.create_default_context).get("https://example.edu/")  # an authority that nobody knows


def test_international_names_are_asked_in_their_ascii_form():
    with web(answering({"/": page("grüezi")}), names=("xn--zrich-kva.example",)) as net:
        assert net.client().get("https://ZÜRICH.example./").text == "grüezi"
    assert net.looked_up == ["xn--zrich-kva.example"]


def test_a_dead_address_among_several_is_passed_over():
    with web(answering({"/": page("alive")}), {"example.edu": [["2606:2800::1", PUBLIC]]}) as net:
        reach = net.connect

        def connect(address: str, port: int, seconds: float) -> socket.socket:
            if ":" in address:
                raise ConnectionRefusedError
            return reach(address, port, seconds)

        assert replace(net.client(), connect=connect).get("https://example.edu/").addresses == ("2606:2800::1", PUBLIC)


def test_private_hosts_are_read_only_where_a_setting_names_them(settings, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with web_server(answering({"/": page("mine"), "/out": moved("http://127.0.0.1:1/")})) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(AddressRefusedError):
            GuardedClient().get(url)
        settings.GUARDED_HTTP_ALLOWED_HOSTS = [f"127.0.0.1:{server.port}"]
        assert GuardedClient().get(url).text == "mine"
        with pytest.raises(RedirectRefusedError):
            GuardedClient().get(url + "out")


def test_production_does_not_start_with_private_hosts_allowed():
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "x" * 60,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "ALLOWED_HOSTS": "collegium.example",
        "GUARDED_HTTP_ALLOWED_HOSTS": "127.0.0.1:8431",
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import config.settings.production"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "GUARDED_HTTP_ALLOWED_HOSTS" in ended.stderr


@pytest.mark.parametrize(
    "stated,asked",
    [
        ("http://example.edu/~ada", "https://example.edu/~ada"),
        (" https://Example.EDU ", "https://example.edu/"),
        ("http://example.edu:80/a?b=c#d", "https://example.edu/a?b=c"),
        ("http://example.edu:8080/", ""),
        ("example.edu", ""),
        ("https://a@example.edu/", ""),
        ("https://exam ple.edu/", ""),
        ("https://example.edu:x/", ""),
    ],
)
def test_addresses_from_records_are_asked_with_tls(stated, asked):
    assert with_tls(stated) == asked
