"""Certificates for sites on loopback, made when they are asked for: an authority, and what it signed or did not."""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


class Authority:
    """Makes certificates in `folder`; whoever trusts `file` trusts the good ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("An authority for tests")
        now = datetime.now(UTC)
        certificate = (
            self._unsigned(self._name, self._name, self._key.public_key(), now - _DAY, now + _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_signing_usage(), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, kind: str, address: str) -> ssl.SSLContext:
        """A server's context: "good", "expired", "early", "other-name", "self-signed" or "old-protocol"."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        begin, end = {"expired": (-3, -1), "early": (1, 3)}.get(kind, (-1, 1))
        named = "192.0.2.7" if kind == "other-name" else address
        is_own = kind == "self-signed"
        subject = _name(f"{kind} at {address}")
        certificate = (
            self._unsigned(
                subject,
                subject if is_own else self._name,
                key.public_key(),
                now + begin * _DAY,
                now + end * _DAY,
            )
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(named))]), critical=False)
            .sign(key if is_own else self._key, hashes.SHA256())
        )
        file = self._folder / f"{kind}-{address}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if kind == "old-protocol":
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # that it is, is the point
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        return context

    def _unsigned(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: ec.EllipticCurvePublicKey,
        begin: datetime,
        end: datetime,
    ) -> x509.CertificateBuilder:
        issuer_key = self._key.public_key() if issuer == self._name else key
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
        )


def _signing_usage() -> x509.KeyUsage:
    signing = {"key_cert_sign", "crl_sign", "digital_signature"}
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: name in signing for name in names})
