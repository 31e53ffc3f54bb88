/* Does nothing, successfully. */
#include <pappus.h>

PAPPUS_FUNCTION(basic, IN(), OUT()) {
  return 0;
}
