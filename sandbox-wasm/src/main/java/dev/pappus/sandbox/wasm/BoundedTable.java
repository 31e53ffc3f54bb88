package dev.pappus.sandbox.wasm;

import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;

/**
 * A table with limits of its own, since the engine's growing writes into those of the module, which
 * the next run would see; and with a bound that a module cannot lift.
 */
final class BoundedTable extends TableInstance {
  /** Elements of one table; docs/wasm.md. */
  static final int ELEMENTS_MAX = 100_000;

  BoundedTable(Table table, int initialValue) {
    super(
        new Table(
            table.elementType(),
            new TableLimits(
                table.limits().min(),
                Math.max(table.limits().min(), Math.min(table.limits().max(), ELEMENTS_MAX))),
            table.initialize()),
        initialValue);
  }

  @Override
  public int grow(int elements, int value, Instance instance) {
    return mayGrow(elements) ? super.grow(elements, value, instance) : -1;
  }

  @Override
  public int growWithRef(int elements, Object value, Instance instance) {
    return mayGrow(elements) ? super.growWithRef(elements, value, instance) : -1;
  }

  private boolean mayGrow(int elements) {
    StackReserve.require();
    return elements >= 0 && elements <= limits().max() - size();
  }
}
