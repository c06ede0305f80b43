"""Secrets and personal data leave a text; what describes the problem stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.building.redaction import luhn, redact

SECRETS = {
    "my password is Hunter2!": "Hunter2!",
    "password: correct-horse": "correct-horse",
    "Passwort lautet Sommer2024": "Sommer2024",
    "the pw for outlook is bluebird": "bluebird",
    "her password was 'two words'": "two words",
    "login with password Tr0ub4dor": "Tr0ub4dor",
    "api_key=abcd1234efgh": "abcd1234efgh",
    "token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123": "eyJzdWIiOiIxIn0",
    "key AKIAIOSFODNN7EXAMPLE in the log": "AKIAIOSFODNN7EXAMPLE",
    "Authorization: Bearer abc.def-ghi_123": "abc.def-ghi_123",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a": "ghp_16C7",
    "postgres://app:s3cret@db.example.org/x": "s3cret",
    "session 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b": "9f86d081884c",
    "recovery 123456-234567-345678-456789-567890-678901-789012-890123": "456789",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----": "MIIabc",
    "the verification code is 482 913": "482 913",
    "PIN: 4711": "4711",
    "card 4111 1111 1111 1111 was refused": "1111",
    "pay with 5500-0000-0000-0004": "5500",
    "IBAN DE89 3704 0044 0532 0130 00": "3704",
    "ssn 536-90-4399": "536-90-4399",
    "NINO AB 12 34 56 C": "34 56",
    "passport no C01X00T47": "C01X00T47",
    "employee number 88231457": "88231457",
    "write to jane.doe+it@mail.example.co.uk please": "jane.doe",
    "mail to jürgen@müller.example": "jürgen",
    "call +44 20 7946 0958": "7946",
    "ring (555) 123-4567 now": "123-4567",
    "phone 0171 2345678": "2345678",
    "mobile: 555 0199 22": "0199",
    "her number is 030-1234-5678": "1234",
}
ORDINARY = [
    "the password is wrong again",
    "the password has expired and the new password is not accepted",
    "my password was reset yesterday",
    "password: wrong",
    "error 0x80070005 at 10:45 on 2026-11-22",
    "the printer has the address 192.168.10.24",
    "Windows 11 build 22631.4460",
    "version 16.0.17928.20114 of Outlook",
    "the meeting is 2026-01-15 09:00 - 10:30",
    "he types the PIN and it says wrong PIN",
    "ticket 48213 about room 0815",
    "order 1234 5678 was not printed",
    "the file report_2024_final_version_for_the_board.xlsx",
    "C:\\Users\\Public\\Documents\\Quarterly",
    "id 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "it says 1 of 2 pages, 50 % of 200 MB",
    "the key is stuck on the keyboard",
]


class TestASecret:
    @pytest.mark.parametrize(("text", "secret"), SECRETS.items())
    def test_is_gone(self, text: str, secret: str) -> None:
        assert secret not in redact(text)
        assert "[" in redact(text)


class TestAnOrdinarySentence:
    @pytest.mark.parametrize("text", ORDINARY)
    def test_stays_as_it_is(self, text: str) -> None:
        assert redact(text) == text


class TestRedacting:
    @given(st.text(max_size=300) | st.sampled_from(list(SECRETS)))
    def test_twice_changes_nothing_more(self, text: str) -> None:
        assert redact(redact(text)) == redact(text)

    def test_uses_the_same_placeholder_each_time(self) -> None:
        assert redact("from a@example.org to b@example.org") == "from [e-mail] to [e-mail]"

    def test_keeps_the_words_around(self) -> None:
        assert redact("My password is Hunter2! and Outlook hangs") == "My password is [password] and Outlook hangs"


def test_a_card_number_needs_its_check_digit() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
