/* Multiplies each matrix with its own transpose.
 *
 * in:  matrix   items as matrix.h describes them
 * out: product  for each an item of its name and key */
#include "matrix.h"

PAPPUS_FUNCTION(matmul, IN(matrix), OUT(product)) {
  pappus_each(item, in.matrix) {
    struct matrix a = matrix_of(item);
    int64_t *product = put_matrix(out.product, item, a.rows, a.rows);
    for (size_t i = 0; i < a.rows; i++) {
      for (size_t j = 0; j < a.rows; j++) {
        int64_t sum = 0;
        for (size_t k = 0; k < a.columns; k++) {
          sum += a.values[i * a.columns + k] * a.values[j * a.columns + k];
        }
        product[i * a.rows + j] = sum;
      }
    }
  }
  return 0;
}
