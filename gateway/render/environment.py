"""The two template environments: one for plain text, one for HTML, over the same templates.

Templates are files that the people who run the gateway trust; nothing from outside is ever
compiled. Each is written once, with the block macros of its mode (`templates/blocks/`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    pass_context,
)
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from gateway.render import formats
from gateway.render.blocks import BLOCK_FILTERS
from gateway.render.catalogs import Translations, read_catalogs, translations_of
from gateway.render.commands import written
from gateway.render.styles import InlineStyles
from gateway.render.typesetting import Typesetter
from rules.model import Scalar
from rules.process import Text

SHIPPED = Path(__file__).parents[2] / "templates"

SHARED = ("sentences.j2", "frame.j2")
"""Whose macros every template may use without importing them, in the language of its reader."""

Mode = Literal["text", "html"]
MODES: tuple[Mode, ...] = ("text", "html")

_OPTIONS = {"trim_blocks": True, "lstrip_blocks": True, "auto_reload": False, "cache_size": -1}


class Renderer:
    """Every template of a home, compiled once; read anew by making another one.

    `folders`: the home's own `templates/` first, then the shipped. Raises TemplateError,
    PoFileError or OSError where what every mail needs is broken; `template_faults` says where.
    """

    def __init__(self, folders: Sequence[Path] = (SHIPPED,)) -> None:
        self.folders = tuple(folders)
        self.catalogs = read_catalogs(self.folders)
        self._translations = translations = translations_of(self.catalogs)
        self.typesetter = Typesetter(self.folders)
        self._environments = {
            mode: _with_blocks(bare_environment(self.folders, mode, translations), mode)
            for mode in MODES
        }
        self._chosen: dict[tuple[Mode, tuple[str, ...]], Template] = {}

    def environment(self, mode: Mode) -> Environment:
        return self._environments[mode]

    def warm(self) -> None:
        """Compiles every mail now, so that the first one of each kind need not wait for it."""
        for path in {path.name: path for f in self.folders for path in f.glob("*.j2")}:
            for environment in self._environments.values():
                with suppress(TemplateError):  # `template_faults` says what is wrong with it
                    environment.get_template(path)

    def template(self, mode: Mode, name: str, language: str) -> Template:
        """`<name>.<language>.j2` where there is one, else `<name>.j2`. Raises TemplateNotFound."""
        return self._first(mode, f"{name}.{language}.j2", f"{name}.j2")

    def _first(self, mode: Mode, *names: str) -> Template:
        key = (mode, names)
        found = self._chosen.get(key)
        if found is None:
            found = self._environments[mode].select_template(names)
            found.globals = dict(found.globals)  # one dict: it is copied for every mail
            self._chosen[key] = found
        return found

    def words(self, document: str, language: str) -> dict[str, str]:
        """The sentences of a document in that language by the English; its title comes first.

        Raises DocumentError where there is no such document.
        """
        catalog = self._translations.get(language)
        english = self.typesetter.sentences(document)
        return {text: catalog.gettext(text) if catalog else text for text in english}

    def write(self, mode: Mode, name: str, known: Mapping[str, object]) -> str:
        """The template's output. `known` holds `language`, `recipient` and what else is shown."""
        names = dict(known)
        for shared in SHARED:
            names |= _macros(self._first(mode, shared).make_module(names))
        return self.template(mode, name, str(known["language"])).render(names)


def folders_of(home: Path | None) -> tuple[Path, ...]:
    """Where the templates of a home come from, its own first."""
    own = home / "templates" if home else None
    return (own, SHIPPED) if own and own.is_dir() else (SHIPPED,)


class _Sandbox(SandboxedEnvironment):
    """A sandbox that need not look at each call of a macro: a mail is a hundred of them."""

    def call(self, context: Context, obj: object, /, *values: object, **named: object) -> object:
        if type(obj) is Macro:
            named.pop("_loop_vars", None)
            named.pop("_block_vars", None)
            return obj(context.eval_ctx, *values, **named)
        return super().call(context, obj, *values, **named)


def bare_environment(
    folders: Sequence[Path], mode: Mode, translations: Translations
) -> Environment:
    """An environment that compiles, still without the block macros: they are a template of it."""
    environment = _Sandbox(
        loader=FileSystemLoader(folders),
        extensions=["jinja2.ext.i18n", *([InlineStyles] if mode == "html" else [])],
        autoescape=mode == "html",
        undefined=StrictUndefined,
        finalize=_shown,
        **_OPTIONS,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(FILTERS)
    environment.filters.update(BLOCK_FILTERS)
    environment.globals.update(FUNCTIONS)
    environment.globals["layout"] = f"layout.{mode}.j2"
    _install_gettext(environment, translations)
    return environment


def _shown(value: object) -> object:
    return "" if value is None else value


def _install_gettext(environment: Environment, translations: Translations) -> None:
    @pass_context
    def gettext(context: Context, message: str) -> str:
        catalog = translations.get(context["language"])
        return catalog.gettext(message) if catalog else message

    @pass_context
    def ngettext(context: Context, singular: str, plural: str, count: int) -> str:
        catalog = translations.get(context["language"])
        if catalog:
            return catalog.ngettext(singular, plural, count)
        return singular if count == 1 else plural

    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]


def _with_blocks(environment: Environment, mode: Mode) -> Environment:
    """The block macros stand in every template without an import: they are the same words there."""
    sheet = environment.get_template("dark.css").render()
    environment.globals["dark_css"] = Markup(sheet)  # noqa: S704 - a file of ours
    environment.globals.update(_macros(environment.get_template(f"blocks/{mode}.j2").module))
    return environment


def _macros(module: TemplateModule) -> dict[str, object]:
    return {name: macro for name, macro in vars(module).items() if not name.startswith("_")}


# --- what templates call, in the language and time zone of the recipient --------------------------


def _in_language(function: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def called(context: Context, *values: object) -> str:
        return function(*values, context["language"])

    return called


def _in_zone(function: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def called(context: Context, value: str | datetime) -> str:
        return function(value, context["language"], context["recipient"].time_zone)

    return called


@pass_context
def _say(context: Context, text: Text) -> str:
    """The words of a process file in the recipient's language."""
    words: str = context["process"].say(text, context["language"])
    return words


@pass_context
def _said(context: Context, value: Text | Scalar) -> Scalar:
    """The same; a value of another kind is what it is."""
    return _say(context, value) if isinstance(value, Mapping) else value


@pass_context
def _status_label(context: Context, status: str) -> str:
    found = context["process"].statuses.get(status)
    return _say(context, found.label) if found else status


@pass_context
def _type_label(context: Context, name: str) -> str:
    found = context["process"].types.get(name)
    return (_say(context, found.label) if found else "") or name


@pass_context
def _role_label(context: Context, role: str) -> str:
    found = context["process"].roles.get(role)
    return _say(context, found.label) if found else role


@pass_context
def _resolution_label(context: Context, method: str) -> str:
    return _say(context, context["process"].resolutions.get(method, method))


@pass_context
def _command(context: Context, name: str) -> str:
    """`#goedkeuren`: the command as the recipient would write it."""
    return written(context["process"], name, context["language"])


@pass_context
def _zone(context: Context) -> str:
    return formats.zone_at_large(context["recipient"].time_zone, context["language"])


@pass_context
def _person(context: Context, address: str) -> str:
    name: str = context["names"].get(address, "")
    return name or address


FILTERS: dict[str, Callable[..., object]] = {
    "said": _said,
    "moment": _in_zone(formats.moment),
    "zone_name": _in_zone(formats.zone_name),
    "short_moment": _in_zone(formats.short_moment),
    "day": _in_language(formats.day),
    "duration": _in_language(formats.duration),
    "money": _in_language(formats.money),
    "digits": _in_language(formats.number),
}
FUNCTIONS: dict[str, Callable[..., object]] = {
    "say": _said,
    "status_label": _status_label,
    "type_label": _type_label,
    "role_label": _role_label,
    "resolution_label": _resolution_label,
    "person": _person,
    "command": _command,
    "zone": _zone,
}
