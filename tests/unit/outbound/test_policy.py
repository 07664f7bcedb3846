import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.outbound.policy import AddressPolicy, forms

PUBLIC = AddressPolicy()
PRIVATE = AddressPolicy(allow_private=True)

NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.9", "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "233.252.0.1",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "3fff::1",
    "64:ff9b:1::a00:1", "4000::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::1", "2002:101:101::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",  # Teredo, client 10.0.0.1
    "2600::5efe:a00:1", "2600::200:5efe:a00:1",  # ISATAP of 10.0.0.1
]  # fmt: skip

IS_PUBLIC = [
    "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_what_is_not_public_is_refused(text):
    """Loopback, private, shared, link-local, documentation, multicast, reserved, and every form of them."""
    assert not PUBLIC.allows(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", IS_PUBLIC)
def test_what_is_public_is_allowed(text):
    """Public addresses, and the forms that carry them."""
    assert PUBLIC.allows(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "10.1.2.3", "fd12::1", "::ffff:192.168.0.1", "1.1.1.1"])
def test_private_may_be_allowed(text):
    """Self-hosters call http://my-app.internal."""
    assert PRIVATE.allows(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "224.0.0.1", "ff02::1"]
)
def test_link_local_and_multicast_stay_closed_to_private(text):
    """Clouds serve a machine's credentials at a link-local address: only naming the network opens it."""
    address = ipaddress.ip_address(text)
    assert not PRIVATE.allows(address)
    named = AddressPolicy.of(
        allow_private=False, networks=["169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8"]
    )
    assert named.allows(address)


def test_allowed_networks_are_allowed_and_nothing_beside_them():
    """A network opens itself, in every form an address of it may take."""
    policy = AddressPolicy.of(allow_private=False, networks=["10.1.0.0/16", "fd00::5/128"])
    for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::5"):
        assert policy.allows(ipaddress.ip_address(text))
    for text in ("10.2.0.1", "127.0.0.1", "fd00::6"):
        assert not policy.allows(ipaddress.ip_address(text))


def test_wrong_network_names_itself():
    """An operator's typing error is told."""
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        AddressPolicy.of(allow_private=False, networks=["10.0.0.0/99"])


@given(st.ip_addresses(v=4))
def test_no_form_hides_an_ipv4_address(address):
    """An IPv4 address that is refused is refused in every IPv6 form of it."""
    number = int(address)
    carriers = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
        ipaddress.IPv6Address((0x2600 << 112) | (0x5EFE << 32) | number),
    ]
    for carrier in carriers:
        assert address in forms(carrier)
        if not PUBLIC.allows(address):
            assert not PUBLIC.allows(carrier)


@given(st.ip_addresses())
def test_any_address_has_an_answer(address):
    """No address, of either version, raises; a stricter policy never allows more."""
    assert PRIVATE.allows(address) or not PUBLIC.allows(address)
