"""The command line: one entry, one line for every error, the exit status that scripts rely on.

0 done; 1 the run failed or diverged; 2 bad usage or bad input; 130 interrupted, what was measured saved.
Commands import what they need when they run, so that the window never loads torch and help is instant.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from gradviz import __version__
from gradviz.cli.failure import BadInput, Interrupted

DONE, RUN_FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
COMMANDS = ("run", "new", "info", "lr-range", "threshold", "replay", "export", "examples", "selftest")


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit status."""
    try:
        arguments = _parse(argv)
        command = importlib.import_module(f"gradviz.cli.{arguments.command.replace('-', '_')}_command")
        status: int = command.execute(arguments)
    except BadInput as error:
        _say(str(error))
        return BAD_INPUT
    except (Interrupted, KeyboardInterrupt) as interruption:
        if str(interruption):
            print(str(interruption), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe has gone; nothing is left to say, and Python must not try at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    return status


def _say(message: str) -> None:
    line = "; ".join(part.strip() for part in message.splitlines() if part.strip())
    print(f"gradviz: error: {line}", file=sys.stderr)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message} (see {self.prog} --help)")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    named = bool(argv) and argv[0] in COMMANDS
    if argv and not named:
        _need_command_or_file(argv[0])
    parser = _commands() if named or "-h" in argv or "--help" in argv else _window()
    return parser.parse_args(argv)


def _need_command_or_file(word: str) -> None:
    """A bare word that is no file was meant as a command. Raises BadInput."""
    if re.fullmatch(r"[A-Za-z][\w-]*", word) and not os.path.lexists(word):
        from gradviz.spec.catalogue import did_you_mean  # noqa: PLC0415 - a right command does without

        hint = did_you_mean(word, COMMANDS) or " (see gradviz --help)"
        raise BadInput(f"there is no command “{word}”, and no file of that name{hint}")


def _window() -> argparse.ArgumentParser:
    parser = _Parser(prog="gradviz", description="See where gradients vanish or explode.", allow_abbrev=False)
    parser.set_defaults(command="window")
    _window_arguments(parser)
    return parser


def _window_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=f"gradviz {__version__}")
    parser.add_argument(
        "--engine",
        choices=("process", "thread"),
        default="process",
        help="where training runs; thread is slow and for debugging",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a session, an experiment or example:NAME")


def _commands() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gradviz",
        description="See, understand and fix vanishing and exploding gradients.",
        epilog="“gradviz [FILE]” opens the window on a session, an experiment or example:NAME.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"gradviz {__version__}")
    parser.add_argument("--engine", choices=("process", "thread"), help="where the window trains")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="train without a window and save the session", allow_abbrev=False)
    run.add_argument(
        "experiment", metavar="EXPERIMENT", help="a TOML file or example:NAME; with --resume a session"
    )
    run.add_argument("--resume", action="store_true", help="go on with a run from its last checkpoint")
    run.add_argument("--run", metavar="NAME", help="which run to go on with; the newest unless given")
    _setting(run)
    run.add_argument("-o", "--output", metavar="FILE.gradviz", help="where to save the session")
    run.add_argument("--overwrite", action="store_true", help="replace the output if it exists")
    _yes(run)
    run.add_argument("--device", choices=("auto", "cpu", "cuda"), help="where to train")
    _json(run)

    new = commands.add_parser(
        "new",
        help="write an experiment from a template; without one, list them",
        allow_abbrev=False,
        add_help=False,
    )
    new.add_argument("template", nargs="?", metavar="TEMPLATE", help="a network by its name, as resnet18")
    new.add_argument("-h", "--help", action="store_true", help="show this, or what the template’s knobs do")
    _setting(new, "turn a knob, for example depth=50, or change the rest: data=digits, optimizer.lr=0.1")
    new.add_argument("-o", "--output", metavar="FILE.toml", help="where to write it; - is standard output")
    new.add_argument("--overwrite", action="store_true", help="replace the file if it exists")
    _json(new)
    new.set_defaults(usage=new.format_help)

    info = commands.add_parser(
        "info", help="what a session holds, or the layers of an experiment", allow_abbrev=False
    )
    info.add_argument("file", metavar="FILE", help="a session, an experiment or example:NAME")
    _setting(info)
    _yes(info)
    _json(info)

    lr_range = commands.add_parser(
        "lr-range", help="try rising learning rates and propose one", allow_abbrev=False
    )
    lr_range.add_argument("experiment", metavar="EXPERIMENT", help="a TOML file or example:NAME")
    _setting(lr_range)
    lr_range.add_argument(
        "--from", dest="low", type=float, default=1e-7, metavar="RATE", help="the first rate (1e-7)"
    )
    lr_range.add_argument(
        "--to", dest="high", type=float, default=10.0, metavar="RATE", help="the last rate (10)"
    )
    lr_range.add_argument(
        "--steps", type=int, default=200, metavar="COUNT", help="how many rates, one a step (200)"
    )
    _yes(lr_range)
    _json(lr_range)

    export = commands.add_parser("export", help="write an experiment as a script", allow_abbrev=False)
    export.add_argument("file", metavar="FILE", help="an experiment, example:NAME, or a session")
    export.add_argument("--to", metavar="FORMAT", required=True, help="pytorch or keras")
    _setting(export)
    export.add_argument("-o", "--output", metavar="OUT", help="where to write it; - is standard output")
    export.add_argument("--overwrite", action="store_true", help="replace the output if it exists")
    _json(export)

    _looking_back(commands)
    examples = commands.add_parser("examples", help="list the bundled experiments", allow_abbrev=False)
    _json(examples)

    commands.add_parser("selftest", help="check that this copy of gradviz works", allow_abbrev=False)
    return parser


def _looking_back(commands: argparse._SubParsersAction[_Parser]) -> None:
    """What can be asked about a run that is recorded."""
    threshold = commands.add_parser(
        "threshold", help="where to clip gradients, from the norms of a run", allow_abbrev=False
    )
    threshold.add_argument("session", metavar="SESSION", help="a session with a run in it")
    threshold.add_argument("--run", metavar="NAME", help="which run of it; the newest unless given")
    _json(threshold)

    replay = commands.add_parser(
        "replay", help="do a step of a run again and say what went wrong in it", allow_abbrev=False
    )
    replay.add_argument("session", metavar="SESSION", help="a session with a run in it")
    replay.add_argument("--run", metavar="NAME", help="which run of it; the newest unless given")
    replay.add_argument(
        "--step",
        type=int,
        metavar="N",
        help="which step; else the first that is not finite, else the largest spike",
    )
    _yes(replay)
    _json(replay)


def _setting(
    parser: argparse.ArgumentParser,
    what: str = "change one value of the experiment, for example optimizer.lr=0.1",
) -> None:
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"{what}; may be repeated",
    )


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help="answer yes to what would be asked: to run an imported model’s code, to train a huge network",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
