"""What a Python function gets and gives. Items lie in files: this only reads and writes them."""
import os
import sys
from collections import namedtuple

Item = namedtuple("Item", ("name", "key", "data"))
ROOT = os.getenv("PAPPUS_ROOT") or ""  # set by tests that run outside of a sandbox
LIBRARY = __file__.split("/")[-2]  # the set that this file is an item of


def files(folder, prefix=""):
    for name in sorted(os.listdir(folder + prefix)):
        stat = os.stat(folder + prefix + name)
        if stat[0] & 0xF000 == 0x4000:
            yield from files(folder, prefix + name + "/")
        else:
            with open(folder + prefix + name, "rb") as file:
                # With its size, since MicroPython takes a long time to read much that it does not expect.
                yield prefix + name, file.read(stat[6])


def inputs():
    """All input sets: a dictionary of lists of (name, key, data)."""
    sets = {}
    for folder in sorted(os.listdir(ROOT + "/in")):
        name, _, key = folder.partition(":")
        if name != LIBRARY:
            items = sets.setdefault(name, [])
            items.extend(Item(path, int(key or 0), data) for path, data in files(ROOT + "/in/" + folder + "/"))
    return sets


def write(set, name, data, key=0):
    """Makes an item of an output set, of bytes or text."""
    if not isinstance(name, str) or not isinstance(data, (str, bytes, bytearray, memoryview)):
        raise TypeError("an item of %r has a text as name and a text or bytes as data, not %r and %s" % (set, name, kind(data)))
    path = ROOT + "/out/" + (set + ":" + str(key) if key else set) + "/" + name
    at = path.find("/", len(ROOT) + 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there; else opening the file says what is wrong
        at = path.find("/", at + 1)
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


def kind(value):
    return type(value).__name__


def serve(handler):
    """Calls handler(inputs); its answer is a dictionary of lists of (name, data) or (name, key, data), or is printed."""
    answer = handler(inputs())
    if isinstance(answer, dict):
        for set, items in answer.items():
            for item in items:
                if not isinstance(item, (tuple, list)) or not 2 <= len(item) <= 3:
                    raise TypeError("an item of %r is (name, data) or (name, key, data), not %s" % (set, kind(item)))
                write(set, item[0], item[-1], item[1] if len(item) > 2 else 0)
    elif isinstance(answer, str):
        sys.stdout.write(answer)
    elif isinstance(answer, (bytes, bytearray, memoryview)):
        sys.stdout.flush()
        sys.stdout.buffer.write(answer)
    elif answer is not None:
        raise TypeError("handler returns a dictionary of sets, a text or bytes, not %s" % kind(answer))


def finish(names):
    """Ends CPython without taking it apart, which would double the run. Names of the script and of modules beside it go, and
    files that they hold close."""
    if hasattr(os, "_exit"):
        import atexit

        atexit._run_exitfuncs()
        names.clear()
        beside = os.path.dirname(__file__) + "/"
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None) or ""
            if path.startswith(beside) and not path.startswith(beside + "python.zip/") and path != __file__:
                module.__dict__.clear()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
