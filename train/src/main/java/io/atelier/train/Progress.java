package io.atelier.train;

/**
 * How far a training has come: with weights and optimiser state, all that a checkpoint needs.
 *
 * <p>Random numbers need no entry: they are keyed by epoch and step.
 *
 * @param epoch that is running, from 0
 * @param batch of this epoch that comes next, from 0
 * @param step optimiser steps taken
 * @param lossSum of the examples of this epoch so far
 * @param examples of this epoch so far
 * @param bestAccuracy on the validation set so far, -1 before the first epoch
 * @param bestEpoch that reached it, from 1
 * @param finished whether there is nothing left to do
 */
public record Progress(
    int epoch,
    int batch,
    long step,
    double lossSum,
    long examples,
    double bestAccuracy,
    int bestEpoch,
    boolean finished) {

  /** Before the first step. */
  public static Progress start() {
    return new Progress(0, 0, 0, 0, 0, -1, 0, false);
  }

  /**
   * A step later.
   *
   * @param next the batch that comes next
   * @param loss the mean of {@code count} examples
   */
  Progress stepped(int next, double loss, int count) {
    return new Progress(
        epoch,
        next,
        step + 1,
        lossSum + loss * count,
        examples + count,
        bestAccuracy,
        bestEpoch,
        false);
  }

  /** The beginning of the next epoch. */
  Progress next() {
    return new Progress(epoch + 1, 0, step, 0, 0, bestAccuracy, bestEpoch, false);
  }

  Progress best(double accuracy) {
    return new Progress(epoch, batch, step, lossSum, examples, accuracy, epoch + 1, false);
  }

  Progress end() {
    return new Progress(epoch, batch, step, lossSum, examples, bestAccuracy, bestEpoch, true);
  }
}
