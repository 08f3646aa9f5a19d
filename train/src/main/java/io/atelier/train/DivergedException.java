package io.atelier.train;

import io.atelier.tensor.AtelierException;

/** A loss that is infinite or not a number: the training cannot go on. */
public final class DivergedException extends AtelierException {
  private static final long serialVersionUID = 1;

  DivergedException(long step, double loss, double rate) {
    super(
        "the loss is "
            + (Double.isNaN(loss) ? "not a number" : "infinite")
            + " at step "
            + step
            + " with learning rate "
            + rate
            + "; try a smaller learning rate (a tenth is a good next try)");
  }
}
