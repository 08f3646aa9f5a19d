package io.atelier.train;

import java.util.OptionalInt;

/** What a {@link Trainer} tells while it works. */
public sealed interface Event {
  /** How many optimiser steps had been taken. */
  long step();

  /**
   * A step was taken.
   *
   * @param epoch from 1
   * @param batch of this epoch, from 1
   * @param batches in an epoch
   * @param examples in this batch
   * @param loss of this batch
   */
  record Stepped(long step, int epoch, int batch, int batches, int examples, double loss)
      implements Event {}

  /**
   * An epoch ended.
   *
   * @param epoch from 1
   * @param trainLoss the mean over the examples of the epoch, each before its step
   * @param metrics on the validation set, or on the test set where there is none
   * @param seconds spent on training steps of this epoch by this process
   */
  record EpochEnded(long step, int epoch, double trainLoss, Metrics metrics, double seconds)
      implements Event {}

  /**
   * The training ended.
   *
   * @param epoch after which it ended
   * @param bestEpoch whose weights the model has now, if it stopped early
   */
  record Ended(long step, int epoch, OptionalInt bestEpoch) implements Event {}
}
