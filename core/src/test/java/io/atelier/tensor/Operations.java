package io.atelier.tensor;

import java.util.ArrayList;
import java.util.List;

/** The sealed hierarchy of operations, walked: what there is to prove. */
final class Operations {
  private Operations() {}

  /** Every record under {@link Op}, family by family. */
  static List<Class<?>> records() {
    return records(Op.class);
  }

  private static List<Class<?>> records(Class<?> type) {
    if (type.isRecord()) {
      return List.of(type);
    }
    var found = new ArrayList<Class<?>>();
    if (!type.isSealed()) {
      return found; // CustomOp: those of users
    }
    for (var subtype : type.getPermittedSubclasses()) {
      found.addAll(records(subtype));
    }
    return found;
  }

  /** The samples that stand on a record. */
  static List<Op.Sample> samples(Class<?> type) {
    try {
      var method = type.getDeclaredMethod("samples");
      method.setAccessible(true);
      return ((List<?>) method.invoke(null)).stream().map(Op.Sample.class::cast).toList();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + " has no static samples()", e);
    }
  }

  /** The samples of all records. */
  static List<Op.Sample> samples() {
    return records().stream().flatMap(type -> samples(type).stream()).toList();
  }

  /** What a failing test says about a sample: {@code Sum[axis=1] of [[3, 5]]}. */
  static String describe(Op.Sample sample) {
    return sample.op() + " of " + sample.inputs().stream().map(Tensor::shape).toList();
  }

  /** Only floating results have derivatives: not indices, not exact sums of whole numbers. */
  static boolean hasDerivative(Op.Sample sample) {
    return sample.op().apply(sample.inputs().toArray(Tensor[]::new)).elementType().isFloating();
  }
}
