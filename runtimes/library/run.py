"""run.py HANDLER [ARGUMENT...]: runs a file as Python runs a script; if it defines `handler`, that gets the inputs."""
import gc
import sys

import pappus

del sys.argv[0]
with open(sys.argv[0]) as _source:
    _code = compile(_source.read(), sys.argv[0], "exec")
exec(_code, globals())
if hasattr(gc, "freeze"):
    gc.freeze()  # what there is by now stays: collections leave its pages alone
if "handler" in globals():
    pappus.serve(globals()["handler"])
pappus.finish(globals())
