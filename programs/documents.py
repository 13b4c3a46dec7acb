"""YAML text to validated pydantic models, with exact decimals and a line for every fault.

Here: reading a document into plain values that remember their lines, and turning pydantic's
errors into `DocumentError`. Floats are read as Decimal from their own text, so 0.1 is 0.1.
Not here: what any document means (group.py, calendars.py, rule_models.py); reading files (callers).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from programs.errors import DocumentError, Problem

Model = TypeVar("Model", bound=BaseModel)
Path = Sequence[str | int]


class StrictModel(BaseModel):
    """The base of every document's model: unknown fields are faults, values don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Mapping(dict[str, Any]):
    """A YAML mapping that remembers its own line and the line of each key (1-based)."""

    line: int = 1
    key_lines: dict[str, int]


class Listing(list[Any]):
    """A YAML sequence that remembers its own line and the line of each item (1-based)."""

    line: int = 1
    item_lines: list[int]


def read_document(text: str, file: str) -> Mapping:
    """Read YAML text into a Mapping. Raises DocumentError for anything else."""
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        message = f"not readable as YAML: {error.problem or error.context or 'unknown fault'}"
        raise DocumentError([Problem(file, line, "", message)]) from error
    except YAMLError as error:
        raise DocumentError([Problem(file, 1, "", f"not readable as YAML: {error}")]) from error
    if not isinstance(node, MappingNode):
        raise DocumentError([Problem(file, 1, "", "is empty or not a mapping of `field: value`")])
    return _Reader(file).mapping(node)


class _Reader:
    """Turns composed YAML nodes into plain values with lines."""

    def __init__(self, file: str) -> None:
        self.file = file

    def value(self, node: Node) -> Any:
        if isinstance(node, MappingNode):
            return self.mapping(node)
        if isinstance(node, SequenceNode):
            listing = Listing(self.value(item) for item in node.value)
            listing.line = node.start_mark.line + 1
            listing.item_lines = [item.start_mark.line + 1 for item in node.value]
            return listing
        return self.scalar(node)

    def mapping(self, node: MappingNode) -> Mapping:
        mapping = Mapping()
        mapping.line = node.start_mark.line + 1
        mapping.key_lines = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in mapping:
                first = mapping.key_lines[key]
                raise self.fault(line, key, f"is stated twice (first on line {first}); keep one")
            mapping.key_lines[key] = line
            mapping[key] = self.value(value_node)
        return mapping

    def scalar(self, node: ScalarNode) -> Any:
        kind, text = str(node.tag).rsplit(":", 1)[-1], node.value
        if node.style == ">":  # a round-trip reader marks folds with a bell, to write them back
            text = text.replace("\a", "")
        line = node.start_mark.line + 1
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return text.lower() == "true"
            if kind == "int":
                if text.lstrip("+-").startswith("0") and text.lstrip("+-0") != "":
                    raise self.fault(line, "", f"{text} begins with a zero; quote it: '{text}'")
                return int(text.replace("_", ""), 0)
            if kind == "float":
                return Decimal(text.replace("_", ""))
            if kind == "timestamp":
                return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
        except (ValueError, InvalidOperation) as error:
            raise self.fault(line, "", f"{text!r} is not a valid {kind}: {error}") from error
        return text

    def fault(self, line: int, field: str, message: str) -> DocumentError:
        return DocumentError([Problem(self.file, line, field, message)])


def line_of(document: Any, path: Path) -> int:
    """The line of a path in a document; the nearest known parent's when it points to nothing."""
    line, here = getattr(document, "line", 1), document
    for step in path:
        if isinstance(here, Mapping) and step in here:
            line, here = here.key_lines[str(step)], here[step]
        elif isinstance(here, Listing) and isinstance(step, int) and step < len(here):
            line, here = here.item_lines[step], here[step]
        # Anything else is a step of pydantic's own (a union's tag): it has no line.
    return line


def field_name(document: Any, path: Path) -> str:
    """A path as a reader writes it: `elements[0].tiers.bands[1].from`."""
    name, here = "", document
    for position, step in enumerate(path):
        # A name within a list is a union's tag, as is one that the document doesn't have.
        known = isinstance(here, Mapping) or (isinstance(here, Listing) and isinstance(step, int))
        if isinstance(step, int):
            name += f"[{step}]"
        elif not known or (step not in here and position < len(path) - 1):
            continue  # a union's tag, which is no field of the document
        else:
            name += f".{step}" if name else str(step)
        if isinstance(here, Mapping) and step in here:
            here = here[step]
        elif isinstance(here, Listing) and isinstance(step, int) and step < len(here):
            here = here[step]
    return name


def problem_at(document: Any, file: str, path: Path, message: str) -> Problem:
    """A Problem for a path in a document."""
    return Problem(file, line_of(document, path), field_name(document, path), message)


def validate(model: type[Model], document: Any, file: str) -> Model:
    """Validate a document as a model. Raises DocumentError naming file, line and field."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise DocumentError(_problems(model, document, file, error)) from error


def _problems(
    model: type[BaseModel], document: Any, file: str, error: ValidationError
) -> list[Problem]:
    found_errors = error.errors(include_url=False)
    misspelt = {
        (*found["loc"][:-1], close)
        for found in found_errors
        if found["type"] == "extra_forbidden" and (close := _close_field(model, found["loc"]))
    }
    return [
        problem_at(document, file, _path(found), _explain(model, found))
        for found in found_errors
        # A list whose items are at fault is also called too short: the items say it better; and so
        # does a misspelt field of the one that is missing for it.
        if not (found["type"] == "too_short" and found.get("input"))
        and not (found["type"] == "missing" and found["loc"] in misspelt)
    ]


def _path(found: Any) -> Path:
    """Where an error lies; a part of an unknown kind is at fault where it says its kind."""
    if found["type"] == "union_tag_invalid":
        return (*found["loc"], found["ctx"]["discriminator"].strip("'"))
    return found["loc"]


def _explain(model: type[BaseModel], found: Any) -> str:
    """Pydantic's error in words that say what is wrong and what would be right."""
    kind, value, context = found["type"], found.get("input"), found.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_field(model, found["loc"])
    if kind == "union_tag_invalid":
        return f"'{context['tag']}' is not one of {context['expected_tags']}"
    if kind == "union_tag_not_found":
        return f"needs {context['discriminator'].replace(chr(39), '`')}, which says what it is"
    if kind == "missing":
        return "is missing; add it"
    if kind in ("literal_error", "enum"):
        return f"{_shown(value)} is not one of {context['expected']}"
    if kind == "string_type" and isinstance(value, int | Decimal | date):
        return f"{_shown(value)} must be text; quote it: '{value}'"
    if kind in ("decimal_type", "decimal_parsing", "int_type", "int_parsing", "int_from_float"):
        whole = "a whole number" if kind.startswith("int") else "a number"
        return f"{_shown(value)} is not {whole}"
    if kind.startswith(("date_", "datetime_")) or kind == "timezone_aware":
        form = "2025-08-01" if kind.startswith("date_") else "2025-08-15T07:00:00-05:00"
        return (
            f"{_shown(value)} is not a {'date' if form[4:] == '-08-01' else 'moment'} like {form}"
        )
    if kind == "value_error":
        return str(context["error"])
    if kind == "too_short":
        return f"is empty; list at least {context['min_length']}"
    if kind in ("list_type", "tuple_type"):
        return f"{_shown(value)} must be a list: [{value}]"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{_shown(value)} must be a mapping of `field: value`"
    message = found["msg"][:1].lower() + found["msg"][1:]
    return f"{_shown(value)}: {message}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping | Listing):
        return "this mapping" if isinstance(value, Mapping) else "this list"
    return "nothing" if value is None else f"'{value}'"


def _unknown_field(model: type[BaseModel], path: Path) -> str:
    known = sorted(_fields_at(model, path[:-1]))
    if not known:
        return "is not a field here; remove it"
    close = _close_field(model, path)
    if close:
        return f"is not a field here; did you mean '{close}'?"
    return f"is not a field here; known are {', '.join(known)}"


def _close_field(model: type[BaseModel], path: Path) -> str | None:
    """The field that an unknown one is a misspelling of, if any."""
    known = sorted(_fields_at(model, path[:-1]))
    return next(iter(difflib.get_close_matches(str(path[-1]), known, n=1)), None)


def _fields_at(model: type[BaseModel], path: Path) -> Iterable[str]:
    """The names that a document may use at a path, aliases as written; empty when undecidable."""
    models: list[type[BaseModel]] = [model]
    for step in path:
        if isinstance(step, int):
            continue
        inner = [
            found
            for here in models
            for name, field in here.model_fields.items()
            if step in (name, field.alias)
            for found in _models_in(field.annotation)
        ]
        models = inner or [found for found in models if _is_of_kind(found, step)] or models
    return {field.alias or name for here in models for name, field in here.model_fields.items()}


def _is_of_kind(model: type[BaseModel], step: str | int) -> bool:
    """Whether a union's tag in a path means this model: by its name, or by what its `kind` is."""
    kind = model.model_fields.get("kind")
    kinds = getattr(kind.annotation, "__args__", ()) if kind else ()
    return model.__name__ == step or step in kinds


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models_in(part)]
