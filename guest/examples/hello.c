/* Prints to both streams; the set stdio carries what was printed.
 *
 * in:  name   one item
 * out: stdio  items stderr and stdout */
#include <pappus.h>

PAPPUS_FUNCTION(hello, IN(name), OUT(stdio)) {
  const pappus_item *name = pappus_first(in.name);
  if (name->size == 0) {
    pappus_fail("whom shall I greet? The set name is empty");
  }
  pappus_print("Hello, %s!\n", pappus_string(name));
  pappus_warn("greeted %zu bytes\n", name->size);
  return 0;
}
