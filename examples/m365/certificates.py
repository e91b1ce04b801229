"""Certificates for the demo and the tests: a root, an intermediate, and what they sign.

Real certificates come from a public authority. These exist so that the round trip can
be run on loopback with the very checks of the real one: chain, names, validity, client
certificates on both sides.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_BOTH = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


@dataclass(frozen=True, slots=True)
class Files:
    """PEM files of one certificate: with its chain, alone, and its key."""

    chain: Path
    leaf: Path
    key: Path


class Authority:
    """A certificate authority in a folder: ``root.pem`` is what others trust."""

    def __init__(self, folder: Path, name: str, now: datetime.datetime) -> None:
        self.folder, self.now = folder, now
        folder.mkdir(parents=True, exist_ok=True)
        self._root_key, root = _issue(name, [], None, None, now, 3650)
        self._key, self._intermediate = _issue(
            f"{name} 2", [], root.subject, self._root_key, now, 1825
        )
        self.root = folder / "root.pem"
        self.intermediate = folder / "intermediate.pem"
        self.root.write_bytes(_pem(root))
        self.intermediate.write_bytes(_pem(self._intermediate))

    def issue(self, file: str, names: list[str], *, days: int = 90, age: int = 1) -> Files:
        """Sign a certificate for ``names``, valid from ``age`` days ago for ``days``."""
        key, leaf = _issue(
            names[0],
            names,
            self._intermediate.subject,
            self._key,
            self.now - datetime.timedelta(days=age),
            days,
        )
        files = Files(
            *(self.folder / f"{file}{end}" for end in (".pem", "-leaf.pem", ".key"))
        )
        files.chain.write_bytes(_pem(leaf) + _pem(self._intermediate))
        files.leaf.write_bytes(_pem(leaf))
        files.key.touch(mode=0o600)
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return files


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _issue(
    name: str,
    domains: list[str],
    issuer: x509.Name | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    start: datetime.datetime,
    days: int,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Make a key and a certificate: for ``domains``, or for an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer_key or key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(
            x509.BasicConstraints(ca=not domains, path_length=None), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )
    if domains:
        names = x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains])
        builder = builder.add_extension(names, critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(_BOTH), critical=False)
    else:
        builder = builder.add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), True
        )
    return key, builder.sign(signer, hashes.SHA256())
