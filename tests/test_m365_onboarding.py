"""The generated PowerShell: parsed, unbreakable by values, idempotent, undone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from m365_tools import (
    EXAMPLES,
    Lab,
    ScriptError,
    Shell,
    onboard,
    people,
    powershell,
    tenant_file,
    tokenize,
)

QUOTES = "'\u2018\u2019\u201a\u201b"
EVIL = "'; Remove-Mailbox x; '\u2019); $(whoami) `n \u201d\" # @{ }"


@pytest.fixture(scope="module")
def parse() -> Any:
    """A real PowerShell grammar: raises on what it can't parse."""
    language = pytest.importorskip("tree_sitter_powershell")
    tree_sitter = pytest.importorskip("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(language.language()))

    def run(text: str) -> Any:
        root = parser.parse(text.encode()).root_node
        assert not root.has_error, _error(root, text.encode())
        return root

    return run


def _error(node: Any, source: bytes) -> str:
    todo = [node]
    while todo:
        node = todo.pop()
        if node.type == "ERROR" or node.is_missing:
            return f"line {node.start_point.row + 1}: {source[node.start_byte :][:80]!r}"
        todo.extend(node.children)
    return ""


def _table(**more: Any) -> dict[str, Any]:
    return {
        "name": "contoso",
        "domains": ["contoso.example"],
        "initial_domain": "contoso.onmicrosoft.example",
        "smart_host": "contoso.mail.protection.outlook.com",
        "service_host": "relay.sign.example",
        "certificate_domain": "contoso.sign.example",
        "certificate": "contoso.pem",
        "private_key": "contoso.key",
        "secret_file": "contoso.secret",
        "service_addresses": ["192.0.2.10"],
        "spf_include": "spf.sign.example",
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contoso.secret").write_text("a" * 24 + "B7" * 12)
    return tmp_path


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    try:
        people(lab.add("contoso"))
        yield lab
    finally:
        lab.close()


_VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "xink": {
        "loop": {"header": "X-Xink-Handled", "value": "Yes"},
        "marker": "{EMAILSIGNATURE}",
        "names": {"catcher_rule": "Xink-Auto-ReRouting-Catcher"},
    },
    "external-dkim-retained": {
        "scope": "external",
        "proof": "dkim",
        "retain_headers": True,
    },
    "bare": {"service_addresses": [], "skip_types": [], "max_size": "500KB"},
    "evil-names": {
        "names": {
            "inbound_connector": EVIL,
            "outbound_connector": EVIL + "2",
            "catcher_rule": "O'Neil\u2019s \u2018rule\u2018",
            "stamp_rule": "$(whoami)'",
            "senders_group": '"; exit',
            "bypass_group": "\u201a\u201b",
        }
    },
}


class TestScript:
    """Both scripts, as a PowerShell grammar and our strict reader see them."""

    @pytest.mark.parametrize("variant", _VARIANTS.values(), ids=_VARIANTS)
    @pytest.mark.parametrize("make", [onboard.onboard, onboard.offboard])
    def test_a_real_grammar_parses_it(
        self, folder: Path, parse: Any, make: Any, variant: dict[str, Any]
    ) -> None:
        parse(make(tenant_file.from_table(_table(**variant), folder)))

    @pytest.mark.parametrize("variant", _VARIANTS.values(), ids=_VARIANTS)
    @pytest.mark.parametrize("make", [onboard.onboard, onboard.offboard])
    def test_every_value_of_the_tenant_file_is_one_quoted_string(
        self, folder: Path, make: Any, variant: dict[str, Any]
    ) -> None:
        """Take the strings away, and no value of the file is left in the script."""
        settings = tenant_file.from_table(_table(**variant), folder)
        text = make(settings)
        outside = " ".join(t.text for t in tokenize(text) if t.kind != "string")
        outside += " ".join(re.findall(r"(?m)^#.*$", text))
        values = [*settings.all_domains, settings.secret, settings.service_host]
        values += [settings.certificate_domain, *settings.loop, *settings.service_addresses]
        values += [getattr(settings.names, name) for name in settings.names.__slots__]
        # Words that the scripts themselves have to use, too.
        for value in values:
            assert value not in outside

    def test_the_script_is_the_same_each_time(self, folder: Path) -> None:
        settings = tenant_file.from_table(_table(), folder)
        assert onboard.onboard(settings) == onboard.onboard(settings)

    def test_the_steps_come_in_the_order_that_exchange_accepts(self, folder: Path) -> None:
        text = onboard.onboard(tenant_file.from_table(_table(), folder))
        order = [
            "New-DistributionGroup",
            "New-InboundConnector",
            "New-OutboundConnector",
            "New-TransportRule -Name 'Mailsig-Stamp-OOF'",
            "New-TransportRule -Name 'Mailsig-Auto-ReRouting-Catcher'",
            "New-DkimSigningConfig",
            "Set-HostedConnectionFilterPolicy",
            "Enable-TransportRule",
        ]
        places = [text.index(word) for word in order]
        assert places == sorted(places)

    @given(
        st.text(alphabet=st.sampled_from([*QUOTES, "a", "$", "`", '"', " ", ")", "\u201c"]))
    )
    def test_a_quoted_text_is_one_string_token(self, text: str) -> None:
        (token, end) = tokenize(powershell.quote(text))
        assert token.kind == "string"
        assert end.kind == "end"

    @pytest.mark.parametrize("quote", QUOTES, ids=lambda q: f"U+{ord(q):04X}")
    def test_each_quote_is_doubled(self, quote: str) -> None:
        assert powershell.quote(f"a{quote}b") == f"'a{quote}{quote}b'"

    @pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\0b", "a\u2028b", "a\u0085b"])
    def test_a_line_break_can_not_be_quoted(self, text: str) -> None:
        with pytest.raises(ValueError, match="printable"):
            powershell.quote(text)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param('Write-Host "a"', id="double-quotes"),
            pytest.param("Write-Host 'a' `\n", id="back-tick"),
            pytest.param(
                "Write-Host 'a\u2019 ; Remove-Mailbox 'x'", id="typographic-close"
            ),
            pytest.param("Write-Host 'a", id="open-string"),
            pytest.param("$x = @'\n'@", id="here-string"),
            pytest.param("& 'x'", id="call-operator"),
        ],
    )
    def test_the_strict_reader_refuses_what_the_generator_never_writes(
        self, lab: Lab, text: str
    ) -> None:
        with pytest.raises(ScriptError):
            Shell(lab.cloud.tenants["contoso"]).run(text)


class TestInTheTenant:
    """The script runs in the simulated tenant, cmdlet by cmdlet."""

    def _state(self, lab: Lab) -> str:
        tenant = lab.cloud.tenants["contoso"]
        return repr(
            (
                tenant.rules,
                tenant.inbound,
                tenant.outbound,
                tenant.recipients,
                tenant.allow_list,
                tenant.dkim_configs,
            )
        )

    def _run(self, lab: Lab, make: Any, *switches: str, what_if: bool = False) -> Shell:
        tenant = lab.cloud.tenants["contoso"]
        text = make(lab.settings["contoso"])
        return Shell(tenant).run(text, *switches, what_if=what_if)

    def test_what_if_changes_nothing_and_names_every_step(self, lab: Lab) -> None:
        before = self._state(lab)
        shell = self._run(lab, onboard.onboard, what_if=True)
        assert self._state(lab) == before
        assert {action for _, action in shell.asked} >= {
            "New-DistributionGroup",
            "New-InboundConnector",
            "New-OutboundConnector",
            "New-TransportRule",
        }

    def test_a_second_run_changes_nothing(self, lab: Lab) -> None:
        self._run(lab, onboard.onboard, "AllowAddresses")
        before = self._state(lab)
        shell = self._run(lab, onboard.onboard, "AllowAddresses")
        assert self._state(lab) == before
        assert not [action for _, action in shell.asked if action.startswith("New-")]

    def test_the_catcher_is_created_disabled_and_enabled_on_request(self, lab: Lab) -> None:
        tenant = lab.cloud.tenants["contoso"]
        self._run(lab, onboard.onboard)
        assert tenant.rules[-1]["Enabled"] is False
        self._run(lab, onboard.onboard, "EnableRule")
        assert tenant.rules[-1]["Enabled"] is True
        self._run(lab, onboard.onboard)  # a refresh does not turn it off
        assert tenant.rules[-1]["Enabled"] is True

    def test_each_stamp_rule_has_one_type_and_goes_before_the_catcher(
        self, lab: Lab
    ) -> None:
        self._run(lab, onboard.onboard)
        *stamps, catcher = sorted(
            lab.cloud.tenants["contoso"].rules, key=lambda rule: rule["Priority"]
        )
        types = [rule["MessageTypeMatches"] for rule in stamps]
        assert types == list(lab.settings["contoso"].skip_types)
        assert all(isinstance(kind, str) for kind in types)
        assert "RouteMessageOutboundConnector" in catcher

    def test_groups_that_were_closed_later_are_taken_in_by_a_second_run(
        self, lab: Lab
    ) -> None:
        tenant = lab.cloud.tenants["contoso"]
        self._run(lab, onboard.onboard)
        tenant.mailbox("later", "DistributionGroup", closed=True)
        tenant.mailbox("room9", "RoomMailbox")
        self._run(lab, onboard.onboard)
        assert "later@contoso.example" in tenant.rules[-1]["ExceptIfAnyOfToCcHeader"]
        members = tenant.members_of("mailsig-bypass-recipients@contoso.example")
        assert "room9@contoso.example" in members

    def test_without_the_certificates_domain_it_stops_before_any_change(
        self, lab: Lab
    ) -> None:
        tenant = lab.cloud.tenants["contoso"]
        tenant.domains.remove("contoso.sign.example")
        before = self._state(lab)
        with pytest.raises(ScriptError, match="accepted domain"):
            self._run(lab, onboard.onboard)
        assert self._state(lab) == before

    def test_the_undo_leaves_the_tenant_as_it_was(self, lab: Lab) -> None:
        tenant = lab.cloud.tenants["contoso"]
        tenant.allow_list.append("198.51.100.7")  # the customer's own
        self._run(lab, onboard.onboard)
        tenant.dkim_configs.clear()
        for rule in list(tenant.rules):
            rule.setdefault("Enabled", True)
        self._run(lab, onboard.offboard)
        assert tenant.rules[-1]["Enabled"] is False
        assert len(tenant.rules) == 9
        self._run(lab, onboard.offboard, "Remove")
        assert tenant.rules == []
        assert list(tenant.inbound) == ["Mailsig inbound"]
        for _ in range(2):  # the undo can be run twice, too
            self._run(lab, onboard.offboard, "Remove", "RemoveInbound")
        assert not tenant.inbound
        assert not tenant.outbound
        assert tenant.allow_list == ["198.51.100.7"]
        assert not [name for name in tenant.recipients if name.startswith("mailsig-")]

    @pytest.mark.parametrize(
        "text",
        [
            "New-TransportRule -Name 'x' -Wrong 'y'",
            "New-TransportRule -Name 'x' -MessageTypeMatches @('OOF', 'Signed')",
            "New-TransportRule -Name 'x' -RouteMessageOutboundConnector 'none'",
            "Set-TransportRule -Identity 'x' -Enabled $true",
            "Set-HostedConnectionFilterPolicy -IPAllowList @('192.0.2.1')",
            f"New-InboundConnector -Name '{'x' * 65}'",
            "New-Everything -Name 'x'",
        ],
    )
    def test_the_simulated_shell_is_as_strict_as_the_documentation(
        self, lab: Lab, text: str
    ) -> None:
        with pytest.raises(ScriptError):
            Shell(lab.cloud.tenants["contoso"]).run(text)


class TestTenantFile:
    """What may stand in a tenant file, and what is said of the rest."""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"domains": ["contoso example"]}, "domains must be a domain name"),
            ({"domains": "contoso.example"}, "domains must be a list"),
            ({"domains": []}, "domains must name at least one"),
            ({"connect_to": "192.0.2.0/24"}, "connect_to must be one address"),
            ({"smart_host": "a.b\nX: y"}, "smart_host must have no control characters"),
            ({"marker": "a\u2028b"}, "marker must have no control characters"),
            ({"marker": "\u202eabc"}, "marker must have no control characters"),
            (
                {"names": {"catcher_rule": "a\rb"}},
                "names.catcher_rule must have no control",
            ),
            ({"names": {"catcher_rule": "x" * 65}}, "1 to 64 characters"),
            ({"names": {"other": "x"}}, "names.other must be a known key"),
            ({"loop": {"value": "two words"}}, "loop.value must be one word"),
            ({"loop": {"header": "X Y"}}, "loop.header must be a header field name"),
            ({"secret_header": "X-A:"}, "secret_header must be the name of a header field"),
            ({"secret_header": "From"}, "secret_header must be the name of a header field"),
            (
                {"secret_header": "X-MS-Exchange-Organization-SCL"},
                "secret_header must be the name of a header field",
            ),
            ({"skip_types": ["OOF", "Spam"]}, "skip_types must hold only"),
            ({"service_addresses": ["2001:db8::1"]}, "IPv4"),
            ({"service_addresses": ["192.0.0.0/8"]}, "no wider than /24"),
            ({"tenant_id": "7"}, "tenant_id must be a GUID"),
            ({"smart_port": 0}, "smart_port must be a port number"),
            ({"retain_headers": "yes"}, "retain_headers must be true or false"),
            ({"proof": "none"}, "proof must be one of header, dkim"),
            ({"max_size": "20"}, "max_size must be a size"),
            ({"colour": "red"}, "colour must be a known key"),
            ({"name": "Contoso Ltd"}, "name must be a lower-case word"),
        ],
    )
    def test_what_breaks_a_rule_is_refused_by_name(
        self, folder: Path, change: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(tenant_file.TenantFileError, match=re.escape(message)):
            tenant_file.from_table(_table(**change), folder)

    @pytest.mark.parametrize("key", ["domains", "smart_host", "certificate", "secret_file"])
    def test_what_is_missing_is_named(self, folder: Path, key: str) -> None:
        table = _table()
        del table[key]
        with pytest.raises(tenant_file.TenantFileError, match=f"{key} must be given"):
            tenant_file.from_table(table, folder)

    @pytest.mark.parametrize("secret", ["hunter2", "hunter2" * 8 + "\u00fc"])
    def test_a_bad_secret_is_refused_and_not_shown(self, folder: Path, secret: str) -> None:
        (folder / "contoso.secret").write_text(secret, encoding="utf-8")
        with pytest.raises(tenant_file.TenantFileError) as caught:
            tenant_file.from_table(_table(), folder)
        assert "hunter2" not in str(caught.value)

    def test_the_secret_is_not_shown(self, folder: Path) -> None:
        settings = tenant_file.from_table(_table(), folder)
        assert settings.secret not in repr(settings)

    def test_the_loop_word_is_random_for_each_tenant_and_always_the_same(
        self, folder: Path
    ) -> None:
        words = set()
        for number in range(20):
            file = folder / f"{number}.secret"
            tenant_file.write_secret(file)
            assert file.stat().st_mode & 0o777 == 0o600
            tables = [_table(secret_file=file.name) for _ in range(2)]
            first, again = (tenant_file.from_table(t, folder).loop for t in tables)
            assert first == again
            assert first[0] == "X-Mailsig-Handled"
            words.add(first[1])
        assert len(words) == 20

    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
    def test_a_written_file_reads_back(self, text: str) -> None:
        import tomllib

        table = {"a": text, "b": [text, "x"], "c": True, "d": 7, "e": {"f": text}}
        assert tomllib.loads(tenant_file.dumps(table)) == table

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_the_example_file_loads(self, encoding: str, tmp_path: Path) -> None:
        example = EXAMPLES / "m365" / "tenant.example.toml"
        file = tmp_path / "tenant.toml"
        file.write_text(example.read_text("utf-8"), encoding=encoding)
        tenant_file.write_secret(tmp_path / "contoso.secret")
        assert tenant_file.load(file).name == "contoso"


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "m365_round_trip.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(EXAMPLES.parent), "PATH": "/usr/bin"},
        check=False,
    )


class TestCommands:
    """The command line."""

    def test_init_onboard_and_offboard(self, tmp_path: Path, parse: Any) -> None:
        file = tmp_path / "contoso.toml"
        options = {
            "name": "contoso",
            "domain": "contoso.example",
            "initial-domain": "contoso.onmicrosoft.com",
            "smart-host": "contoso.mail.protection.outlook.com",
            "service-host": "relay.sign.example",
            "certificate-domain": "contoso.sign.example",
        }
        words = [f"--{key}={value}" for key, value in options.items()]
        made = _command("init", "--tenant", str(file), *words)
        assert made.returncode == 0, made.stderr
        secret = (tmp_path / "contoso.secret").read_text().strip()
        assert secret not in made.stdout + made.stderr
        assert str(tmp_path / "contoso.secret") in made.stdout
        for command in ("onboard", "offboard"):
            printed = _command(command, "--tenant", str(file))
            assert printed.returncode == 0, printed.stderr
            parse(printed.stdout)
        assert _command("init", "--tenant", str(file), *words).returncode == 64

    @pytest.mark.parametrize("command", ["onboard", "offboard", "check"])
    def test_a_bad_file_is_an_error_in_one_line(self, tmp_path: Path, command: str) -> None:
        file = tmp_path / "bad.toml"
        file.write_text("name = ")
        answer = _command(command, "--tenant", str(file))
        assert answer.returncode == 64
        assert answer.stdout == ""
        assert answer.stderr.count("\n") == 1

    def test_the_guides_lines_run_and_keep_the_secret(self, tmp_path: Path) -> None:
        (tmp_path / "examples").symlink_to(EXAMPLES)
        guide = (EXAMPLES / "m365" / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^ +```sh\n(.*?)^ +```", guide, re.MULTILINE | re.DOTALL)
        made = [each for each in blocks if "round_trip.py check" not in each]
        assert len(made) == 3
        for block in made:
            command = block.replace("python ", f"{sys.executable} ")
            subprocess.run(["sh", "-ec", command], cwd=tmp_path, timeout=60, check=True)
        made_in = tmp_path / "my"
        for name in ("contoso.secret", "onboard.ps1"):
            assert (made_in / name).stat().st_mode & 0o777 == 0o600
        secret = (made_in / "contoso.secret").read_text().strip()
        assert secret in (made_in / "onboard.ps1").read_text()
        assert secret not in (made_in / "offboard.ps1").read_text()

    @pytest.mark.parametrize("words", [[], ["serve"], ["check"], ["init"]])
    def test_help_needs_no_packages(self, words: list[str]) -> None:
        program = str(EXAMPLES / "m365_round_trip.py")
        answer = subprocess.run(
            [sys.executable, "-S", program, *words, "--help"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.startswith("usage: m365_round_trip.py")

    def test_the_demo_delivers_everything_and_tells_the_way(self) -> None:
        answer = _command("demo")
        assert answer.returncode == 0, answer.stderr
        assert "[InternalId" not in answer.stdout, "long replies are cut between words"
        assert "authentication required; Delivery …\n" in answer.stdout
        for word in (
            "plain text to the outside",
            "+ X-Mailsig-Handled, Received",
            "- ARC-Authentication-Results",
            "room1@contoso.example books",
            "550 5.7.133",
            "placed by header-block",
            "AuthAs Internal",
            "What the round trip costs",
        ):
            assert word in answer.stdout
