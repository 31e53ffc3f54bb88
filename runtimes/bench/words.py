# What `pappus bench programs` measures Python with: two modules to import, a little work.
import json
import re
import sys

words = [word for word in re.compile("[ \n]+").split(sys.stdin.read()) if word]
print(json.dumps({"words": len(words)}))
