"""The base of what callers send: frozen, tolerant of fields it does not know and of nulls."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class WireModel(BaseModel):
    """A part of a request; unknown fields are ignored, null takes a field's default unless it is required."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_takes_the_default(cls, given: Any) -> Any:
        """Clients with typed models send null for what they leave out."""
        if not isinstance(given, dict):
            return given
        fields = cls.model_fields
        return {
            name: value
            for name, value in given.items()
            if value is not None or name not in fields or fields[name].is_required()
        }
