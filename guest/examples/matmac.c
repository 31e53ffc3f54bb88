/* Multiplies and adds: left * right + addend. Each of the three may be missing: a missing factor
 * counts as one, a missing addend as zero.
 *
 * in:  left, right, addend  at most one item each, as matrix.h describes it
 * out: result               one item with name and key of the first input there is */
#include "kernels.h"
#include "matrix.h"

static const pappus_item *first_present(pappus_in a, pappus_in b, pappus_in c) {
  return a.count > 0 ? a.items : b.count > 0 ? b.items : pappus_first(c);
}

static void add(int64_t *sum, size_t rows, size_t columns, struct matrix matrix) {
  if (matrix.rows != rows || matrix.columns != columns) {
    pappus_fail("cannot add %zux%zu to %zux%zu", matrix.rows, matrix.columns, rows, columns);
  }
  for (size_t i = 0; i < rows * columns; i++) {
    sum[i] += matrix.values[i];
  }
}

PAPPUS_FUNCTION(matmac, IN(left, right, addend), OUT(result)) {
  const pappus_item *like = first_present(in.left, in.right, in.addend);
  if (in.left.count > 0 && in.right.count > 0) {
    struct matrix left = matrix_of(in.left.items), right = matrix_of(in.right.items);
    if (left.columns != right.rows) {
      pappus_fail("cannot multiply %zux%zu with %zux%zu", left.rows, left.columns, right.rows,
                  right.columns);
    }
    int64_t *result = put_matrix(out.result, like, left.rows, right.columns);
    multiply_add(left.values, right.values, result, left.rows, left.columns, right.columns);
    if (in.addend.count > 0) {
      add(result, left.rows, right.columns, matrix_of(in.addend.items));
    }
  } else if (like->size > 0) {
    struct matrix first = matrix_of(like);
    int64_t *result = put_matrix(out.result, like, first.rows, first.columns);
    add(result, first.rows, first.columns, first);
    if (like != in.addend.items && in.addend.count > 0) {
      add(result, first.rows, first.columns, matrix_of(in.addend.items));
    }
  }
  return 0;
}
