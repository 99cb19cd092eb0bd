"""What is wrong with a command line, in one sentence in the language in force; click itself speaks English only."""

from __future__ import annotations

import re

import click

from sim.language import listed, tr
from sim.mistakes import did_you_mean
from sim.scenario.read import number_meant


def sentence(error: click.UsageError) -> str:
    """The sentence for an error that click found, with the help to see."""
    return _what(error).rstrip(".") + _see_help(error)


def _what(error: click.UsageError) -> str:
    said = error.format_message()
    if isinstance(error, click.NoSuchOption):
        guess = did_you_mean(error.option_name, error.possibilities or [])
        return tr(f"no such option: {error.option_name}{guess}", f"没有这个选项：{error.option_name}{guess}")
    if isinstance(error, click.MissingParameter):
        return tr(said, f"缺少{_kind(error.param)} {_name(error)}")
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    if isinstance(error, click.BadOptionUsage):
        if "does not take" in said:
            return tr(said, f"选项 {error.option_name} 不带值")
        return tr(said, f"选项 {error.option_name} 后缺少值")
    if extra := re.search(r"unexpected extra argument.*?\((.*)\)", said, re.DOTALL):
        return tr(f"unexpected extra argument: {extra[1]}", f"多余的参数：{extra[1]}")
    return tr(said, f"命令写法有误（{said.rstrip('.')}）")


def _bad_value(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    found = re.match(r"(?:\w+ )?('.*'|[^\s']+) is ", error.message, re.DOTALL)
    given = f" {found[1]}" if found else ""
    if isinstance(kind, click.IntRange) and kind.min is not None and kind.max is not None:
        least, most = f"{kind.min:,}", f"{kind.max:,}"
        plain = number_meant(found[1].strip("'")) if found else ""
        meant = plain if plain.isdigit() and kind.min <= int(plain) <= kind.max and plain not in given else ""
        wanted = (
            f"give a whole number from {least} to {most}" + (f", here {meant}" if meant else ""),
            f"请给出 {least} 至 {most} 的整数" + (f"，此处即 {meant}" if meant else ""),
        )
    elif isinstance(kind, click.Choice):
        wanted = (f"give one of {listed(kind.choices)}", f"请从 {listed(kind.choices)} 中选择")
    elif isinstance(kind, click.Path) and "is a directory" in error.message:
        wanted = ("it is a folder; give a file", "这是文件夹；请给出文件")
    else:
        return tr(error.format_message(), f"{_kind(error.param)} {_name(error)} 的值{given} 无效")
    return tr(f"invalid value for {_name(error)}:{given}; {wanted[0]}", f"{_name(error)} 的值{given} 无效；{wanted[1]}")


def _kind(param: click.Parameter | None) -> str:
    return "选项" if isinstance(param, click.Option) else "参数"


def _name(error: click.BadParameter) -> str:
    if error.param is None:
        return ""
    return error.param.opts[-1] if isinstance(error.param, click.Option) else error.param.human_readable_name


def _see_help(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "stations"
    return tr(f"; see '{path} --help'", f"；见 '{path} --help'")
