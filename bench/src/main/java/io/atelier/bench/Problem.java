package io.atelier.bench;

/** What is computed, on which numbers, and how Atelier does it. */
sealed interface Problem permits Convolving, Elements, Inference, Product, Training, Triad, Update {
  /** How much one run of the work does, in the unit of its row. */
  double amount();

  /** The work as Atelier does it, on as many threads as {@code Machine} says. */
  Work atelier();
}
