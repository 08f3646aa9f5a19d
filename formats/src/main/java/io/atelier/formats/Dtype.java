package io.atelier.formats;

import io.atelier.tensor.ElementType;

/**
 * How elements are stored in a file, and what they become in memory. The data of a safetensors file
 * are written in this order of types, the reference implementation's from its last to its first.
 */
enum Dtype {
  I64(8, ElementType.LONG),
  F64(8, ElementType.DOUBLE),
  F32(4, ElementType.FLOAT),
  I32(4, ElementType.INT),
  /** The upper half of an F32. */
  BF16(2, ElementType.FLOAT),
  /** Half precision of IEEE 754. */
  F16(2, ElementType.FLOAT),
  /** From 0 to 255. */
  U8(1, ElementType.INT),
  /** A byte that is 0 or 1. */
  BOOL(1, ElementType.BOOL);

  final int bytes;
  final ElementType elementType;

  Dtype(int bytes, ElementType elementType) {
    this.bytes = bytes;
    this.elementType = elementType;
  }

  /** The type in which a tensor is written: its own. */
  static Dtype of(ElementType type) {
    return switch (type) {
      case DOUBLE -> F64;
      case FLOAT -> F32;
      case INT -> I32;
      case LONG -> I64;
      case BOOL -> BOOL;
    };
  }
}
