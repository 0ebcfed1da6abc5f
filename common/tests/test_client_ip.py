"""Whom a request comes from, whatever its headers say."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from common.client_ip import UNKNOWN, client_ip, network_key, normal_address

PEER = "198.51.100.7"


def request(forwarded: str | None = None, peer: str = PEER, **headers: str) -> HttpRequest:
    made = RequestFactory().get("/", REMOTE_ADDR=peer)
    made.META.update(headers)
    if forwarded is not None:
        made.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return made


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED", "TRUE_CLIENT_IP", "CLIENT_IP", "VIA"])
def test_without_proxies_no_header_is_believed(settings: Settings, header: str) -> None:
    settings.TRUSTED_PROXY_DEPTH = 0

    assert client_ip(request(**{f"HTTP_{header}": "203.0.113.9"})) == PEER


@pytest.mark.parametrize("header", ["X_REAL_IP", "FORWARDED", "TRUE_CLIENT_IP", "CLIENT_IP", "CF_CONNECTING_IP"])
def test_behind_proxies_only_x_forwarded_for_is_read(settings: Settings, header: str) -> None:
    settings.TRUSTED_PROXY_DEPTH = 1

    assert client_ip(request(**{f"HTTP_{header}": "203.0.113.9"})) == PEER


@pytest.mark.parametrize(
    ("depth", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        # What stands further left was written by the client.
        (1, "1.1.1.1, 2.2.2.2, 203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1,203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        # Somebody reached the inner proxy past the outer one.
        (2, "1.1.1.1", PEER),
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, "203.0.113.9,", PEER),
        (1, "203.0.113.9, nonsense", PEER),
        (1, "2001:DB8::0:1", "2001:db8::1"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_entry_of_the_outermost_trusted_proxy_counts(
    settings: Settings, depth: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXY_DEPTH = depth

    assert client_ip(request(forwarded)) == address


@pytest.mark.parametrize(
    ("peer", "address"),
    [("::ffff:198.51.100.7", PEER), ("::1", "::1"), ("", UNKNOWN), ("unix:", UNKNOWN), ("2001:DB8::1", "2001:db8::1")],
)
def test_the_peer_is_normalised_too(settings: Settings, peer: str, address: str) -> None:
    settings.TRUSTED_PROXY_DEPTH = 0

    assert client_ip(request(peer=peer)) == address


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        " ",
        "999.1.1.1",
        "1.2.3",
        "0x7f.1",
        "010.0.0.1",
        "2130706433",
        "1.2.3.4;",
        "[::1",
        "a" * 10_000,
        "１.1.1.1",
        "::g",
    ],
)
def test_garbage_is_no_address(garbage: str) -> None:
    assert normal_address(garbage) is None


def test_a_customer_of_an_ipv6_provider_is_one_network() -> None:
    assert network_key("2001:db8:1:2:3::4") == network_key("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert network_key("2001:db8:1:3::1") != network_key("2001:db8:1:2::1")
    assert network_key("203.0.113.9") == "203.0.113.9"
