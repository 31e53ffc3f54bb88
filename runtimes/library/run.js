// run.js HANDLER [ARGUMENT...]: runs a file as a module; if it exports `handler`, that gets the inputs.
import * as std from "std";
import { serve } from "./pappus.js";

scriptArgs.shift();
try {
  const { handler } = await import(scriptArgs[0]);
  if (handler !== undefined) await serve(handler);
} catch (error) {
  std.err.puts(error instanceof Error ? `${error}\n${error.stack}` : `${error}\n`);
  std.exit(1);
}
std.exit(0); // at once, without taking everything apart
