/* Copies each input set to the output set at the same position, whatever sets it is registered with;
 * it has no note, so deploying it needs the names of its sets. */
#include <pappus.h>

int pappus_main(void) {
  for (size_t i = 0; i < pappus_input_count() && i < pappus_output_count(); i++) {
    pappus_each(item, pappus_input(i)) {
      memcpy(pappus_put_room(pappus_output(i), item, item->size), item->data, item->size);
    }
  }
  return 0;
}
