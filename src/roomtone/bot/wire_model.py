"""The base of what callers send: frozen, tolerant of fields it does not know and of nulls."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError


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


def refusal(path: tuple[str, ...], problem: str) -> ValidationError:
    """What a validator of a whole model raises to name the field at fault.

    Args:
        path: From the model down to the field.
        problem: What is wrong with it and what would be right.
    """
    kind = PydanticCustomError("value_error", "{problem}", {"problem": problem})
    return ValidationError.from_exception_data("request", [{"type": kind, "loc": path, "input": None}])
