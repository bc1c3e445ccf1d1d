"""Speaks the engine's protocol without torch, and dies in the ways that a real one seldom does.

Its first argument says how: well, mute, stubborn (never ends by itself),
fragile (dies of a question), doomed (dies before it is ready), waiting (for its data).
"""

import json
import os
import signal
import sys
import time

HOW = sys.argv[1]
GROUPS = (
    *("layers", "initializers", "data_sets", "optimizers"),
    *("losses", "schedules", "clips", "templates"),
)
EMPTY = {group: [] for group in GROUPS}


def write(line, stream=sys.stdout):
    stream.write(f"{line}\n")
    stream.flush()


def say(event, **content):
    write(json.dumps({"event": event, **content}))


def status(run, state, steps=0, finish=None, reason=""):
    say("status", run=run, state=state, steps=steps, finish=finish, reason=reason)


def inspected(number, experiment):
    inspection = {
        "input_shape": [experiment["seed"]],
        "classes": 1,
        "layers": [],
        "nodes": [],
        "problems": [],
    }
    say("inspected", id=number, inspection=inspection)


if HOW == "doomed":
    write("the reason stands here", sys.stderr)
    sys.exit(3)
if HOW == "mute":
    time.sleep(60)
say("ready", pid=os.getpid(), catalogue=EMPTY, devices=["cpu"], versions={"torch": "none"})
run = None
for line in sys.stdin:
    request = json.loads(line)
    match request["do"]:
        case "inspect" | "expand" if HOW == "fragile":
            os.kill(os.getpid(), signal.SIGKILL)
        case "inspect":
            time.sleep(0.05)
            inspected(request["id"], request["experiment"])
        case "expand":
            say("answered", id=request["id"], answer={"layers": []})
        case "train" if HOW == "waiting":
            run = request["run"]
            status(run, "starting", reason="Downloading x.gz: 1 of 2 MB")
        case "train":
            run = request["run"]
            status(run, "paused" if request["paused"] else "running")
        case "pause":
            status(run, "paused", 1)
        case "resume":
            status(run, "running", 1)
        case "set_lr" if request["lr"] == 0.0:
            os.kill(os.getpid(), signal.SIGKILL)
        case "set_lr":
            for number in range(1000):
                write(f"line {number}", sys.stderr)
            write("not JSON at all")
        case "stop":
            status(run, "finished", 2, "stopped")
            status(run, "finished", 3, "completed")
        case "quit" if run is not None:
            status(run, "finished", 4, "stopped")
if HOW == "stubborn":
    time.sleep(60)
