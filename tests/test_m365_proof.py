"""Whose message it is: each proof and each contradiction on its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from m365_tools import ANN, Lab, Tenants, demo_mail, fields, proof, signature_for, way_for

Fields = list[tuple[str, str]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("m365"))
    lab.add("contoso")
    lab.add("rival")
    yield lab
    lab.close()


def _tenant(lab: Lab, given: Fields) -> str:
    """Return the name of the tenant that these fields prove, or the refusal."""
    raw = fields.prepend(demo_mail.plain(), given)
    found = proof.tenant_of(proof.Header(raw), raw, list(lab.settings.values()), None)
    return found.reason if isinstance(found, proof.Refused) else found.name


def _secret(lab: Lab, name: str) -> tuple[str, str]:
    return "X-Mailsig-Tenant", lab.settings[name].secret


NONE = "no proof of a tenant of this service"
TWO = "proof of more than one tenant"
CONTRADICTION = "the proof and the tenant's id contradict each other"


def test_the_secret_proves_its_tenant(lab: Lab) -> None:
    assert _tenant(lab, [_secret(lab, "contoso")]) == "contoso"
    assert _tenant(lab, [_secret(lab, "rival")]) == "rival"


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: "",
        lambda secret: secret[:-1],
        lambda secret: secret + "0",
        lambda secret: secret.upper() + "x",
        lambda secret: f"{secret} {secret}",
        lambda secret: f'"{secret}"',
    ],
)
def test_what_is_like_the_secret_is_no_proof(lab: Lab, change: object) -> None:
    name, secret = _secret(lab, "contoso")
    assert _tenant(lab, [(name, change(secret))]) == NONE  # type: ignore[operator]


def test_a_secret_in_a_second_field_is_no_proof(lab: Lab) -> None:
    assert _tenant(lab, [_secret(lab, "contoso"), _secret(lab, "contoso")]) == NONE
    assert _tenant(lab, [_secret(lab, "contoso"), _secret(lab, "rival")]) == NONE


def test_a_secret_in_the_body_or_in_another_field_is_no_proof(lab: Lab) -> None:
    name, secret = _secret(lab, "contoso")
    raw = demo_mail.plain() + f"{name}: {secret}\r\n".encode()
    settings = list(lab.settings.values())
    found = proof.tenant_of(proof.Header(raw), raw, settings, None)
    assert isinstance(found, proof.Refused)
    assert _tenant(lab, [("X-Other", secret), ("Subject", f"x {name}: {secret}")]) == NONE


def test_two_proofs_are_none(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    try:
        lab.add("contoso")
        lab.add("rival", secret_header="X-Rival-Proof")
        both = [_secret(lab, "contoso"), ("X-Rival-Proof", lab.settings["rival"].secret)]
        assert _tenant(lab, both) == TWO
    finally:
        lab.close()


@pytest.mark.parametrize(
    ("name", "of", "answer"),
    [
        ("X-MS-Exchange-CrossTenant-Id", "contoso", "contoso"),
        ("X-MS-Exchange-CrossTenant-Id", "rival", CONTRADICTION),
        ("x-ms-exchange-crosstenant-id", "nobody", CONTRADICTION),
    ],
)
def test_the_tenants_id_may_confirm_and_must_not_contradict(
    lab: Lab, name: str, of: str, answer: str
) -> None:
    tenant = lab.cloud.tenants.get(of)
    value = tenant.id if tenant else "00000000-0000-0000-0000-000000000000"
    assert _tenant(lab, [_secret(lab, "contoso"), (name, value)]) == answer
    # Upper case, and folded: still the same id.
    folded = [_secret(lab, "contoso"), (name, f"\r\n {value.upper()}")]
    assert _tenant(lab, folded) == answer


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        ("contoso.example", "contoso"),
        ("another.contoso.example", "contoso"),
        ("rival.example", CONTRADICTION),
        ("RIVAL.onmicrosoft.example", CONTRADICTION),
    ],
)
def test_the_originators_domain_must_not_be_another_tenants(
    lab: Lab, domain: str, answer: str
) -> None:
    assert _tenant(lab, [_secret(lab, "contoso"), ("X-OriginatorOrg", domain)]) == answer


@pytest.mark.parametrize("retain", [True, False])
def test_cross_premises_fields_come_back_only_where_the_tenant_retains_headers(
    tmp_path: Path, retain: bool
) -> None:
    lab = Lab(tmp_path)
    try:
        lab.add("contoso", retain_headers=retain)
        way = way_for(lab.settings["contoso"], lab.authority.root)
        claim = ("X-MS-Exchange-CrossPremises-AuthAs", "Internal")
        raw = fields.prepend(demo_mail.plain(), [_secret(lab, "contoso"), claim])
        found = Tenants([way]).find(raw)
        assert isinstance(found, tuple)
        dropped = {name.lower() for name in found[1].drop_fields}
        assert "x-mailsig-tenant" in dropped
        assert (claim[0].lower() in dropped) is not retain
    finally:
        lab.close()


@pytest.mark.parametrize(
    ("sender", "signed"),
    [
        (ANN, True),
        (ANN.upper(), True),
        ("ann@contoso.onmicrosoft.example", True),
        ("", False),
        ("bob@example.net", False),
        ("ann@notcontoso.example", False),
        ("O365ConnectorValidation@contoso.example", False),
    ],
)
def test_who_gets_the_signature(lab: Lab, sender: str, signed: bool) -> None:
    way = way_for(lab.settings["contoso"], lab.authority.root)
    assert (signature_for(way, sender.encode()) is not None) is signed
