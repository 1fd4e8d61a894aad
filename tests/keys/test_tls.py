from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from comity import errors
from comity.keys import tls

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def test_a_certificate_serves_peers_and_certifies_nothing_else() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = x509.load_pem_x509_certificate(tls.self_signed(key, "nl-nhtcu", NOW).encode())
    certificate.verify_directly_issued_by(certificate)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not constraints.value.ca
    assert constraints.critical
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    assert certificate.not_valid_after_utc - NOW == timedelta(days=3650)


def test_a_time_without_a_zone_is_invalid() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(errors.Invalid):
        tls.self_signed(key, "nl-nhtcu", NOW.replace(tzinfo=None))
