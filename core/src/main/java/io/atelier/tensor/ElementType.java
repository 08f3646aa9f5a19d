package io.atelier.tensor;

/** What the elements of a tensor are. Types are never converted silently. */
public enum ElementType {
  /** 32-bit floating point, on the fast kernels. */
  FLOAT,
  /** 64-bit floating point, on plain loops that a student can read. */
  DOUBLE,
  /** 32-bit integers: labels, indices. They have no derivative. */
  INT,
  /** 64-bit integers: exact sums and counts. They have no derivative. */
  LONG,
  /** True or false: what a comparison yields, a mask. They have no derivative. */
  BOOL;

  /** Whether elements of this type have derivatives. */
  public boolean isFloating() {
    return this == FLOAT || this == DOUBLE;
  }

  /** Whether an element of this type can have this value, FLOAT perhaps rounded. */
  boolean holds(double value) {
    return switch (this) {
      case FLOAT, DOUBLE, BOOL -> true;
      case INT -> value == (int) value;
      case LONG -> value == (long) value && value < 0x1p63;
    };
  }

  /** Whether elements of this type are whole numbers. */
  public boolean isWhole() {
    return this == INT || this == LONG;
  }
}
