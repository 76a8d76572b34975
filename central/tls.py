"""An authority of the association's own, and the server's certificate under it. Stations pin the authority alone.

The server's signing key vouches for the authority (``/v1/authority``), and the enrolment code for that key: so a
station learns of it from a network that it does not trust yet. A certificate from elsewhere needs none of this.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from central.home import Home
from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError

_AUTHORITY_DAYS, _SERVER_DAYS = 3650, 825
_EARLIER = timedelta(days=1)  # a station's clock may be behind
_AUTHORITY, _AUTHORITY_KEY = "authority.pem", "authority-key.pem"
SERVER, SERVER_KEY = "server.pem", "server-key.pem"


def folder(home: Home) -> Path:
    return home.path / "tls"


def authority_of(home: Home) -> str:
    """The authority's certificate, PEM; empty where the server's certificate comes from elsewhere."""
    file = folder(home) / _AUTHORITY
    return file.read_text("ascii") if file.exists() else ""


def make_certificate(home: Home, hosts: Sequence[str], now: datetime) -> Path:
    """A new certificate for these names and addresses, and the authority when there is none; the certificate's path.

    Raises UserError ``tls_host_malformed``.
    """
    names = [_name(host) for host in hosts]
    durable.make_folder(folder(home), Point.SERVER_KEYS)
    if not (folder(home) / _AUTHORITY).exists():
        _make_authority(home, now)
    issuer = x509.load_pem_x509_certificate(authority_of(home).encode())
    signer = _load_key(folder(home) / _AUTHORITY_KEY)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    made = (
        _builder(subject, issuer.subject, key.public_key(), now, _SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(folder(home) / SERVER_KEY, key)
    durable.write_file(folder(home) / SERVER, made.public_bytes(serialization.Encoding.PEM), Point.SERVER_KEYS)
    return folder(home) / SERVER


def check_files(certificate: Path, key: Path) -> None:
    """Raises UserError ``tls_files_unusable`` unless these two belong together."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise UserError("tls_files_unusable", file=str(certificate)) from error


def _make_authority(home: Home, now: datetime) -> None:
    """The key is written before the certificate, which says that both are there."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zhutui central authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _builder(name, name, key.public_key(), now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder(home) / _AUTHORITY_KEY, key)
    durable.write_file(folder(home) / _AUTHORITY, made.public_bytes(serialization.Encoding.PEM), Point.SERVER_KEYS)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError as error:
        raise UserError("tls_host_malformed", host=host) from error


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    durable.write_file(file, key.private_bytes(serialization.Encoding.PEM, kind, plain), Point.SERVER_KEYS)


def _load_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UserError("tls_files_unusable", file=str(file))
    return key
