#include <pappus.h>

PAPPUS_FUNCTION(greet, IN(names), OUT(greetings)) {
  pappus_each(name, in.names) {
    pappus_put_text(out.greetings, name, "Hello, %s!\n", pappus_string(name));
  }
  return 0;
}
