// What `pappus bench programs` measures JavaScript with: the same as words.py.
import * as std from "std";

const words = std.in.readAsString().split(/[ \n]+/).filter((word) => word !== "");
console.log(JSON.stringify({ words: words.length }));
