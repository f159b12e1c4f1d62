"""Settings that cannot work are told by the name of their variable."""

import pytest

from suppliers.settings import Settings, SettingsError


def test_names_are_those_of_the_other_services() -> None:
    settings = Settings.read({"WEFT_LISTEN": ":4006", "WEFT_EVENTS_URL": "amqp://h:5672/", "WEFT_OTHER": "x"})
    assert (settings.host, settings.port) == ("0.0.0.0", 4006)  # noqa: S104
    assert Settings.read({"WEFT_LISTEN": "[::1]:80"}).host == "::1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEFT_LISTEN", "4006"),
        ("WEFT_EVENTS_URL", "nats://localhost:4222"),
        ("WEFT_IDENTITY_KEYS", "http://router:9090/.well-known/jwks.json"),
        ("WEFT_LOG_LEVEL", "loud"),
        ("WEFT_TLS_CERT", "cert.pem"),
        ("WEFT_CLIENT_CA", "ca.pem"),
    ],
)
def test_bad_settings(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read({name: value})
