"""The body and the answers of the routes of a workspace's own bucket."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, field_validator

from roomtone.bot.wire_model import WireModel
from roomtone.bot.wire_urls import HttpUrl
from roomtone.service.storage.object_names import KINDS
from roomtone.service.store.workspace_storages import StoragePlace

_LONGEST_PREFIX = 200
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def _as_prefix(given: str) -> str:
    prefix = given.strip("/")
    if ".." in prefix or not all(_PART.fullmatch(part) for part in prefix.split("/")):
        raise ValueError(
            "must have parts of letters, digits, '.', '_' and '-' joined by '/', and no part that begins "
            "with a dot or is '..'"
        )
    return prefix


def _as_endpoint(given: str) -> str:
    parts = urlsplit(given)
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be the service alone, such as https://s3.example.com, without path or user")
    return f"{parts.scheme}://{parts.netloc.lower()}"


Prefix = Annotated[StrictStr, Field(min_length=1, max_length=_LONGEST_PREFIX), AfterValidator(_as_prefix)]
Region = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9-]{1,63}$")]
BucketName = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$")]
Credential = Annotated[StrictStr, Field(min_length=1, max_length=512, pattern=r"^[!-~]+$")]


class NewStorage(WireModel):
    """Where a workspace's media go from now on."""

    provider: Literal["aws"] = Field(description="`aws`: any service that speaks S3, with endpoint_url.")
    bucket_name: BucketName = Field(examples=["acme-recordings"])
    region: Region = Field(examples=["eu-central-1"])
    access_key_id: Credential = Field(description="Never shown again.")
    secret_key: Credential = Field(description="Never shown again.")
    access_mode: Literal["read_write", "write_only"] = Field(
        "read_write", description="write_only: media are read from the bucket alone; here they are 403."
    )
    prefix: Prefix = Field(
        "meetstream", description="Objects are called {prefix}/{bot_id}_<file>; slashes around it go."
    )
    prefixes: dict[str, Prefix] = Field(
        default_factory=dict,
        description="Instead of prefix, for audio, video, transcript or metadata.",
        examples=[{"video": "films"}],
    )
    endpoint_url: Annotated[HttpUrl, AfterValidator(_as_endpoint)] | None = Field(
        None, description="The S3-compatible service; left out: Amazon's in the region."
    )

    @field_validator("prefixes")
    @classmethod
    def _known_kinds(cls, prefixes: dict[str, str]) -> dict[str, str]:
        unknown = sorted(prefixes.keys() - set(KINDS))
        if unknown:
            raise ValueError(f"has the unknown kind {unknown[0]!r}; known: {', '.join(KINDS)}")
        return prefixes

    @property
    def place(self) -> StoragePlace:
        """Where the media go, without the credentials."""
        return StoragePlace(
            provider=self.provider,
            bucket=self.bucket_name,
            region=self.region,
            endpoint_url=self.endpoint_url,
            access_mode=self.access_mode,
            prefix=self.prefix,
            prefixes=self.prefixes,
        )


class StorageConfig(BaseModel):
    """A workspace's own bucket, without its credentials."""

    model_config = ConfigDict(frozen=True)

    config_type: Literal["storage"] = "storage"
    key_name: str = Field(description="What to delete it by.", examples=["aws"])
    provider: str = Field(examples=["aws"])
    bucket_name: str
    region: str
    access_mode: str = Field(examples=["read_write"])
    prefix: str
    prefixes: dict[str, str]
    endpoint_url: str | None
    updated_at: str = Field(description="ISO 8601, UTC.")


class StorageConfigAnswer(BaseModel):
    """A bucket that was tried and is used now."""

    model_config = ConfigDict(frozen=True)

    message: str
    config: StorageConfig


class StorageConfigs(BaseModel):
    """What a workspace has configured."""

    model_config = ConfigDict(frozen=True)

    configs: list[StorageConfig]
