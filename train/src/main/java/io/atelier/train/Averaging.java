package io.atelier.train;

import io.atelier.nn.Layer;
import io.atelier.nn.SyntaxException;
import io.atelier.optim.Averaged;

/**
 * Which average of the weights is judged and kept in place of the last ones.
 *
 * @param kind which
 * @param decay of an exponential average, else 0
 */
public record Averaging(Kind kind, double decay) {
  /** What is averaged. */
  public enum Kind {
    /** Nothing. */
    NONE,
    /** The weights after each step, those of late counting most. */
    EXPONENTIAL,
    /** The weights after each epoch of the last quarter, all alike. */
    EQUAL
  }

  /**
   * Reads {@code none}, {@code ema0.999} or {@code swa}.
   *
   * @throws SyntaxException if it is none of these
   */
  public static Averaging parse(String text) {
    return switch (text) {
      case "none" -> new Averaging(Kind.NONE, 0);
      case "swa" -> new Averaging(Kind.EQUAL, 0);
      default -> new Averaging(Kind.EXPONENTIAL, decay(text));
    };
  }

  private static double decay(String text) {
    try {
      double decay = text.startsWith("ema") ? Double.parseDouble(text.substring(3)) : -1;
      if (decay >= 0 && decay < 1) {
        return decay;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new SyntaxException(
        text, 0, "expected none, swa, or ema with a decay below 1, as in ema0.999");
  }

  /** The average of a model's weights, before the first. */
  Averaged over(Layer model) {
    return kind == Kind.EXPONENTIAL
        ? Averaged.exponentially(decay, model)
        : Averaged.equally(model);
  }

  /** Whether weights are taken in after each step. */
  boolean takesSteps() {
    return kind == Kind.EXPONENTIAL;
  }

  /** Whether weights are taken in at the end of an epoch, counted from 1. */
  boolean takesEpoch(int epoch, int epochs) {
    return kind == Kind.EQUAL && epoch > begin(epochs);
  }

  /** How many weights were taken in when so many steps and epochs are over. */
  long updates(long steps, int epochsOver, int epochs) {
    return switch (kind) {
      case NONE -> 0;
      case EXPONENTIAL -> steps;
      case EQUAL -> Math.max(0, epochsOver - begin(epochs));
    };
  }

  private static int begin(int epochs) {
    return epochs * 3 / 4;
  }
}
