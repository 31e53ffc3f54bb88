#include <pappus.h>

/* Reads the set names, writes the set greetings; pappus.h has the whole interface. */
PAPPUS_FUNCTION(NAME, IN(names), OUT(greetings)) {
  pappus_each(name, in.names) {
    pappus_put_text(out.greetings, name, "Hello, %s!\n", pappus_string(name));
  }
  return 0;
}
