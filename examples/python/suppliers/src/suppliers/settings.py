"""Settings, which come from the environment under the names that the services in Go have, too."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator


class SettingsError(Exception):
    """What is wrong with the settings, for whoever starts the service."""


class Settings(BaseModel):
    """What the service needs to know to start; the defaults make one for development."""

    model_config = ConfigDict(frozen=True)

    listen: str = "127.0.0.1:4006"
    # Directory of suppliers.db.
    data_dir: Path = Path(".weft/data")
    # Public keys of the router (JWKS): a file, or an https address. With them nobody else is answered.
    identity_keys: str = ""
    # The bus that carries events: amqp://user:password@host:5672/
    events_url: str = ""
    # OpenTelemetry collector, for example http://localhost:4318
    traces_url: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    client_ca: str = ""
    log_level: str = Field(default="info", pattern="^(debug|info|warn|error)$")

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:\[\]]*):[0-9]{1,5}", value):
            raise ValueError(f"{value!r} is no address; write one like :4006 or 127.0.0.1:4006")
        return value

    @field_validator("events_url")
    @classmethod
    def _events(cls, value: str) -> str:
        if value and not value.startswith(("amqp://", "amqps://")):
            raise ValueError("this service takes events from RabbitMQ only: amqp://HOST:5672/ or amqps://HOST:5671/")
        return value

    @field_validator("identity_keys")
    @classmethod
    def _keys(cls, value: str) -> str:
        local = re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])[:/]", value)
        if "://" in value and not value.startswith("https://") and not local:
            raise ValueError("the address must begin with https://: whoever is on the way could answer instead")
        return value

    @model_validator(mode="after")
    def _tls(self) -> Self:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("WEFT_TLS_CERT and WEFT_TLS_KEY go together; set both")
        if self.client_ca:
            raise ValueError(
                "WEFT_CLIENT_CA: uvicorn cannot ask the router for a certificate and let probes do without"
            )
        return self

    @property
    def host(self) -> str:
        """The host to listen at; all addresses when none is named."""
        return self.listen.rpartition(":")[0].strip("[]") or "0.0.0.0"  # noqa: S104

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; a SettingsError names the variable that is to blame."""
        given = {
            name: environment[variable]
            for name in cls.model_fields
            if environment.get(variable := "WEFT_" + name.upper(), "") != ""
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            variable = "".join(f"WEFT_{str(part).upper()}: " for part in first["loc"])
            raise SettingsError(variable + first["msg"].removeprefix("Value error, ")) from None
