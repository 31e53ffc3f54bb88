/* Hands every item on as it is, without copying a byte.
 *
 * in:  data
 * out: data */
#include <pappus.h>

PAPPUS_FUNCTION(echo, IN(data), OUT(data)) {
  pappus_each(item, in.data) {
    pappus_put(out.data, item, item->data, item->size);
  }
  return 0;
}
