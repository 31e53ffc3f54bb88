"""Packs a standard library: library.py FOLDER ARCHIVE [TOP].

Compiled modules alone, stored without compression so that imports only copy them; the same sources give the same bytes.
TOP is where the archive will lie, for tracebacks.
"""
import _imp
import marshal
import os
import sys
import zipfile
from importlib.util import MAGIC_NUMBER

# What needs threads, other processes, a screen, a network or a compiler, and tests.
LEFT_OUT = {
    "__phello__", "__pycache__", "_sysconfigdata", "_aix_support.py", "_osx_support.py", "ctypes", "curses", "dbm", "distutils",
    "ensurepip", "idlelib", "lib2to3", "msilib", "pydoc_data", "site-packages", "sqlite3", "test", "tests", "tkinter",
    "turtle.py", "turtledemo", "venv",
}
# The flags word of PEP 552: named by a hash that nobody checks, as there are no sources to check it by.
UNCHECKED = (1).to_bytes(4, "little")


def modules(folder, prefix=""):
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name in LEFT_OUT:
            continue
        if os.path.isdir(path):
            yield from modules(path, prefix + name + "/")
        elif name.endswith(".py"):
            yield path, prefix + name


def main(folder, archive, top="/lib/python.zip"):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path, name in modules(folder):
            with open(path, "rb") as source:
                text = source.read()
            code = compile(text, top + "/" + name, "exec", dont_inherit=True)
            data = MAGIC_NUMBER + UNCHECKED + _imp.source_hash(0, text) + marshal.dumps(code)
            packed.writestr(zipfile.ZipInfo(name + "c", (1980, 1, 1, 0, 0, 0)), data)


main(*sys.argv[1:])
